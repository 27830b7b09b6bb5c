"""The socket of a reply: what it sends while time passes, and that it never hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from chat import consumers
from chat.models import Conversation, Message
from fastchat_site.asgi import application
from inference.events import Delta, Finished
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reply(alice: Any, echo_a: ModelEntry) -> Message:
    """Alice's waiting reply."""
    conversation = Conversation.objects.create(owner=alice, model=echo_a)
    question = Message.objects.create(conversation=conversation, role=Message.Role.USER, content="?")
    generation = Generation.objects.create(model=echo_a, user=alice, requester="user:1", prompt=[])
    return Message.objects.create(
        conversation=conversation, parent=question, role=Message.Role.ASSISTANT, generation=generation
    )


def events_are(monkeypatch: pytest.MonkeyPatch, *events: Any) -> None:
    async def follow(_generation_id: Any) -> AsyncIterator[tuple[tuple[int, int], Any]]:
        for number, event in enumerate(events, 1):
            if isinstance(event, Exception):
                raise event
            yield (1, number), event
            await asyncio.sleep(0.1)  # a frame for each

    monkeypatch.setattr(consumers, "follow", follow)
    monkeypatch.setattr(consumers, "GOODBYE_SECONDS", 0.0)
    monkeypatch.setattr(consumers, "RIGHTS_SECONDS", -1.0)  # asked again before every frame


async def connected(reply: Message, client: Client) -> WebsocketCommunicator:
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    socket = WebsocketCommunicator(application, f"/ws/replies/{reply.pk}/", headers=[(b"cookie", cookie)])
    assert (await socket.connect())[0]
    return socket


async def test_a_long_answer_goes_on(reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    events_are(monkeypatch, Delta("one"), Delta(" two"), Finished("stop"))
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    assert "one" in await socket.receive_from()
    assert "one two" in await socket.receive_from()
    assert "<article" in await socket.receive_from()
    assert (await socket.receive_output())["type"] == "websocket.close"


async def test_a_closed_account_sees_no_more(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events_are(monkeypatch, *[Delta("word ")] * 50)
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    await socket.receive_from()
    alice.is_active = False
    await alice.asave()
    while (output := await socket.receive_output())["type"] != "websocket.close":
        assert output["type"] == "websocket.send"


async def test_a_fault_closes_the_socket_so_that_the_page_connects_again(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events_are(monkeypatch, RuntimeError("a fault in the program"))
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    assert await socket.receive_output() == {"type": "websocket.close", "code": 1011}
