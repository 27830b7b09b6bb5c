"""Which pages may open a websocket: our own, and those whose forms the administrator trusts."""

from __future__ import annotations

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from fastchat_site.asgi import SameOriginOnly

pytestmark = pytest.mark.django_db  # whoever refuses a socket looks after old connections


async def accept(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()


@pytest.mark.parametrize(
    ("origin", "opens"),
    [
        (b"http://site.example:8000", True),
        (None, True),  # no browser
        (b"https://chat.example.com", True),  # its proxy changes the Host header
        (b"http://chat.example.com", False),
        (b"http://site.example", False),
        (b"https://evil.example", False),
        (b"null", False),
    ],
)
async def test_only_known_pages_open_a_socket(settings: Any, origin: bytes | None, opens: bool) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://chat.example.com"]
    headers = [(b"host", b"site.example:8000"), *([(b"origin", origin)] if origin else [])]
    socket = WebsocketCommunicator(SameOriginOnly(accept), "/", headers)
    assert (await socket.connect())[0] is opens
    await socket.disconnect()
