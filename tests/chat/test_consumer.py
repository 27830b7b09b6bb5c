"""The socket of a reply: what it sends while time passes, and that it never hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from chat import consumers
from chat.models import Conversation, Message
from fastchat_site.asgi import application
from inference.events import Delta, Event, Finished, Status
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


async def connected(reply: Message, client: Client, *headers: tuple[bytes, bytes]) -> WebsocketCommunicator:
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items()).encode()
    socket = WebsocketCommunicator(application, f"/ws/replies/{reply.pk}/", headers=[(b"cookie", cookies), *headers])
    assert (await socket.connect(timeout=10))[0]
    return socket


async def test_a_long_answer_goes_on(reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    events_are(monkeypatch, Delta("one"), Delta(" two"), Finished("stop"))
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    assert "one" in await socket.receive_from(timeout=10)
    assert "one two" in await socket.receive_from(timeout=10)
    assert "<article" in await socket.receive_from(timeout=10)
    assert (await socket.receive_output(timeout=10))["type"] == "websocket.close"


async def test_a_closed_account_sees_no_more(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events_are(monkeypatch, *[Delta("word ")] * 50)
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    await socket.receive_from(timeout=10)
    alice.is_active = False
    await alice.asave()
    assert await frames_until_closed(socket) < 40


async def test_logging_out_in_another_tab_ends_it(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events_are(monkeypatch, *[Delta("word ")] * 50)
    browser = await database_sync_to_async(as_user)(alice)
    socket = await connected(reply, browser)
    await socket.receive_from(timeout=10)
    await database_sync_to_async(browser.post)("/accounts/logout/")
    assert await frames_until_closed(socket) < 40


async def test_a_password_changed_elsewhere_ends_it(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it ends every other browser of the account at its next request."""
    events_are(monkeypatch, *[Delta("word ")] * 50)
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    await socket.receive_from(timeout=10)
    alice.set_password("another horse battery")
    await alice.asave()
    assert await frames_until_closed(socket) < 40


async def test_a_guest_sees_it_as_long_as_the_session_lives(
    reply: Message, alice: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GUEST_CHAT = True
    events_are(monkeypatch, *[Delta("word ")] * 50)
    session = SessionStore()
    session["guest_key"] = "a guest"
    await session.asave(must_create=True)
    await Conversation.objects.aupdate(owner=None, guest_key="a guest")
    browser = Client()
    browser.cookies["sessionid"] = session.session_key
    socket = await connected(reply, browser)
    for _number in range(3):
        assert "word" in await socket.receive_from(timeout=10)
    await session.adelete()
    assert await frames_until_closed(socket) < 40


async def frames_until_closed(socket: WebsocketCommunicator) -> int:
    frames = 0
    while (output := await socket.receive_output(timeout=10))["type"] != "websocket.close":
        assert output["type"] == "websocket.send"
        frames += 1
    return frames


@pytest.mark.parametrize(
    ("account", "cookie", "browser_wants", "waiting"),
    [
        ("zh-hant", "en", "en", "等待模型中…"),
        ("", "zh-hant", "en", "等待模型中…"),
        ("", "", "zh-TW,zh;q=0.9,en;q=0.8", "等待模型中…"),
        ("", "", "en;q=0.5,zh-TW;q=0.9", "等待模型中…"),  # the order is that of the weights
        ("", "", "fr", "Waiting for the model…"),
        ("", "klingon", "", "Waiting for the model…"),
    ],
)
async def test_it_speaks_the_language_of_the_page(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch,
    account: str, cookie: str, browser_wants: str, waiting: str,
) -> None:  # fmt: skip
    events_are(monkeypatch, Status("waiting"), Finished("stop"))
    alice.language = account
    await alice.asave()
    browser = await database_sync_to_async(as_user)(alice)
    if cookie:
        browser.cookies["django_language"] = cookie
    page = await database_sync_to_async(browser.get)("/", headers={"Accept-Language": browser_wants})
    socket = await connected(reply, browser, (b"accept-language", browser_wants.encode()))
    frame = await socket.receive_from(timeout=10)
    assert waiting in frame
    assert page["Content-Language"] == ("zh-hant" if waiting.startswith("等") else "en")


async def test_a_fault_closes_the_socket_so_that_the_page_connects_again(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events_are(monkeypatch, RuntimeError("a fault in the program"))
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    assert await socket.receive_output(timeout=10) == {"type": "websocket.close", "code": 1011}


def test_many_followed_replies_share_the_frames() -> None:
    assert consumers.frame_seconds(1) == consumers.frame_seconds(20) == consumers.FRAME_SECONDS
    assert 500 / consumers.frame_seconds(500) == pytest.approx(consumers.FRAMES_PER_SECOND)


async def test_the_first_words_do_not_wait_for_the_next_frame(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "FRAME_SECONDS", 60.0)
    go_on = asyncio.Event()

    async def follow(_id: Any) -> AsyncIterator[tuple[tuple[int, int], Event]]:
        yield (1, 1), Status("queued", "3")
        await go_on.wait()
        yield (1, 2), Delta("", (1,))
        yield (1, 3), Delta("first", (2,))
        await asyncio.Event().wait()

    monkeypatch.setattr(consumers, "follow", follow)
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    assert "first" not in await socket.receive_from(timeout=10)
    go_on.set()
    assert "first" in await socket.receive_from(timeout=10)
    await socket.disconnect()


async def test_a_socket_that_has_ended_is_not_counted(
    reply: Message, alice: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = consumers.ReplyConsumer.followed
    events_are(monkeypatch, Delta("one"), Finished("stop"))
    socket = await connected(reply, await database_sync_to_async(as_user)(alice))
    assert "one" in await socket.receive_from(timeout=10)
    assert consumers.ReplyConsumer.followed == before + 1
    assert "<article" in await socket.receive_from(timeout=10)
    await socket.disconnect()
    assert consumers.ReplyConsumer.followed == before
