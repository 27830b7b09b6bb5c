"""What tests of answers share, in this folder and below."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.inference.remote_server import RemoteServer


@pytest.fixture
def server() -> Iterator[RemoteServer]:
    server = RemoteServer()
    yield server
    server.end()
