"""An OpenAI-compatible server that judges by a rule instead of a model: what it says depends on the prompt alone."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

UNREADABLE_EVERY = 16  # of its judgments about one in so many has no mark


def words_of(prompt: str, is_pair: bool) -> str:
    """What the judge says to a prompt."""
    number = int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:4])
    if number % UNREADABLE_EVERY == 0:
        return "I would rather not say."
    if is_pair:
        return f"Both were read. Verdict: [[{'ABC'[number % 3]}]]"
    return f"It was read. Points: [[{1 + number % 10}]]"


class ScriptedJudge(ThreadingHTTPServer):
    """`said` counts how often each prompt was answered; `seconds` is how long one takes; while `is_down` it refuses."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seconds = seconds
        self.is_down = False
        self.said: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: ScriptedJudge

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.is_down:
            self.send_response(400)
            self.end_headers()
            self.wfile.write(b'{"error": {"message": "out of order"}}')
            return
        time.sleep(self.server.seconds)
        system, prompt = body["messages"][0]["content"], body["messages"][-1]["content"]
        said = words_of(prompt, is_pair="[[A]]" in system)
        with self.server.lock:
            self.server.said[prompt] += 1
            self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        events: list[Any] = [{"choices": [{"index": 0, "delta": {"content": said}, "finish_reason": "stop"}]}]
        events.append({"choices": [], "usage": {"prompt_tokens": len(prompt) // 4, "completion_tokens": 9}})
        for event in events:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""
