"""A real Valkey for the tests of the stream, the lease and the worker's story."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from fastchat_site import embedded_valkey
from fastchat_site.celery import app as celery_app
from inference import valkey as connections


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


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    celery_app.conf.broker_url = server.url
    yield server
    server.stop()


@pytest.fixture
def valkey(valkey_server: ValkeyServer, settings: Any) -> Iterator[ValkeyServer]:
    """An empty Valkey that the code under test talks to."""
    settings.REDIS_URL = valkey_server.url
    connections.client.cache_clear()
    connections.client().flushall()
    yield valkey_server
    connections.client.cache_clear()
