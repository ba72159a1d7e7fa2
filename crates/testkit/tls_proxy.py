"""Ends TLS with Python's OpenSSL in front of a plain server.

tls_proxy.py FOLDER PORT: makes a certificate in FOLDER, writes FOLDER/port, forwards to 127.0.0.1:PORT.
"""
import socket
import ssl
import subprocess
import sys
import threading

folder, target = sys.argv[1], int(sys.argv[2])
certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=camera",
     "-keyout", key, "-out", certificate],
    check=True, stderr=subprocess.DEVNULL)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
listener = socket.create_server(("127.0.0.1", 0))


def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    try:
        inner = context.wrap_socket(client, server_side=True)
        outer = socket.create_connection(("127.0.0.1", target))
    except OSError:
        client.close()
        return
    threading.Thread(target=copy, args=(inner, outer), daemon=True).start()
    copy(outer, inner)


with open(f"{folder}/port.partial", "w") as file:
    file.write(str(listener.getsockname()[1]))
subprocess.run(["mv", f"{folder}/port.partial", f"{folder}/port"], check=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
