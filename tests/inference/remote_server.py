"""A small real server with a list of models and one answer for every question, both changed while it runs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODELS = {"object": "list", "data": [{"id": "their-model"}]}
ANSWER = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}
REFUSED = {"error": {"message": "no"}}


class RemoteServer(ThreadingHTTPServer):
    """`models` and `answer`: status and body of what comes next; `looks`: how often the list was read."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.models: tuple[int, Any] = (200, MODELS)
        self.answer: tuple[int, Any] = (200, ANSWER)
        self.delay = 0.0
        self.looks: list[dict[str, str]] = []
        self.questions = 0
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: RemoteServer

    def do_GET(self) -> None:
        assert self.path == "/v1/models"
        self.server.looks.append({name.lower(): value for name, value in self.headers.items()})
        time.sleep(self.server.delay)
        self._say(*self.server.models)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.questions += 1
        self._say(*self.server.answer)

    def _say(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "3600")  # so that one question is one request
        self.end_headers()
        self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
