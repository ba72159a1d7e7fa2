#!/usr/bin/python3
"""A receiver of web hooks that is not ours: checks signatures with Python's hmac, writes what came, answers as told.

usage: receiver.py FOLDER
FOLDER/port     is written: the port that is listened on
FOLDER/received gets a line of JSON per request: {"event", "signed", "body"}
FOLDER/secret   holds the secret, once it is known
FOLDER/answers  is JSON: {"EVENT": {"status": 200, "body": ..., "seconds": 0, "raw": "..."}}; absent: 200 and {}
"""
import hashlib
import hmac
import json
import pathlib
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = pathlib.Path(sys.argv[1])


def read(name, otherwise):
    path = folder / name
    return path.read_text() if path.exists() else otherwise


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        at, _, given = self.headers["Viaduct-Signature"].removeprefix("t=").partition(",v1=")
        secret = read("secret", "").encode()
        expected = hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()
        signed = hmac.compare_digest(expected, given) and abs(time.time() - int(at)) < 60
        event = self.headers["Viaduct-Event"]
        with (folder / "received").open("a") as out:
            out.write(json.dumps({"event": event, "signed": signed, "body": json.loads(body)}) + "\n")
        answer = json.loads(read("answers", "{}")).get(event, {})
        time.sleep(answer.get("seconds", 0))
        if "raw" in answer:
            self.wfile.write(answer["raw"].encode())
            self.close_connection = True
            return
        text = json.dumps(answer.get("body", {})).encode()
        self.send_response(answer.get("status", 200))
        self.send_header("Content-Length", str(len(text)))
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(read("port", "0"))), Receiver)
(folder / "port").write_text(str(server.server_port))
server.serve_forever()
