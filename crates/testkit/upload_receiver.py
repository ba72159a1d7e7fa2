"""Receives files: receiver.py ftp|http FOLDER PORT_FILE [PORT]. FTP by pyftpdlib for the user "viaduct" with the password
"secret"; HTTP by http.server, where each body is kept under its path, and its head beside it."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

kind, folder, port_file = sys.argv[1:4]
port = int(sys.argv[4]) if len(sys.argv) > 4 else 0


def tell(port: int) -> None:
    with open(port_file + ".new", "w") as file:
        file.write(str(port))
    os.rename(port_file + ".new", port_file)


class Keeper(BaseHTTPRequestHandler):
    def keep(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = os.path.join(folder, self.path.split("?")[0].strip("/").replace("/", "_"))
        with open(path + ".head", "w") as file:
            file.write(f"{self.command} {self.path}\n{self.headers}")
        with open(path + ".new", "wb") as file:
            file.write(body)
        os.rename(path + ".new", path)
        refused = "refused" in self.path
        self.send_response(403 if refused else 201)
        self.end_headers()
        self.wfile.write(b"not here" if refused else b"")

    do_PUT = do_POST = keep

    def log_message(self, *_) -> None:
        pass


if kind == "ftp":
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    FTPHandler.authorizer = DummyAuthorizer()
    FTPHandler.authorizer.add_user("viaduct", "secret", folder, perm="elradfmw")
    server = FTPServer(("127.0.0.1", port), FTPHandler)
    tell(server.socket.getsockname()[1])
    server.serve_forever()
else:
    server = HTTPServer(("127.0.0.1", port), Keeper)
    tell(server.server_port)
    server.serve_forever()
