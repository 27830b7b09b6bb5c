"""What the tests of a battle's socket share: scripted streams, and everything that the socket sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from arena import consumers
from arena.models import Battle
from fastchat_site.asgi import application
from tests.arena.battles import generation_of


def streams_are(monkeypatch: pytest.MonkeyPatch, scripts: dict[Any, list[Any]]) -> None:
    """What each generation's stream holds; a number is a pause in seconds."""

    async def follow(generation_id: Any) -> AsyncIterator[tuple[tuple[int, int], Any]]:
        for number, event in enumerate(scripts[generation_id], 1):
            if isinstance(event, float):
                await asyncio.sleep(event)
            else:
                yield (1, number), event

    monkeypatch.setattr(consumers, "follow", follow)
    monkeypatch.setattr("chat.consumers.GOODBYE_SECONDS", 0.0)


async def opened(battle: Battle, client: Client, more: str = "") -> WebsocketCommunicator:
    """The socket of the battle's last turn."""
    turn = await battle.turns.order_by("-position").afirst()
    assert turn is not None
    cookie = f"sessionid={client.cookies['sessionid'].value}{more}".encode()
    socket = WebsocketCommunicator(application, f"/ws/battles/{turn.pk}/", headers=[(b"cookie", cookie)])
    assert (await socket.connect())[0]
    return socket


async def frames_of(battle: Battle, client: Client, more: str = "") -> list[str]:
    """Everything that the socket of the battle's last turn sends until it closes."""
    socket = await opened(battle, client, more)
    frames = []
    while True:
        output = await socket.receive_output(timeout=15)
        if output["type"] == "websocket.close":
            return frames
        frames.append(output["text"])


@database_sync_to_async
def keys_of(battle: Battle) -> tuple[Any, Any]:
    """The keys of the newest answers, left and right."""
    return generation_of(battle, "a").pk, generation_of(battle, "b").pk
