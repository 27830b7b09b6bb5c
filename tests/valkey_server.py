"""A real Valkey for tests."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import redis

from fastchat_site import embedded_valkey


class ValkeyServer:
    """The embedded server, startable and stoppable in the middle of a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command, self.url = embedded_valkey.prepare(folder / "valkey", folder / "valkey" / "url")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                redis.Redis.from_url(self.url).ping()
                return
            except redis.RedisError:
                time.sleep(0.02)
        raise RuntimeError("Valkey did not start")

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        self.process.wait(10)
