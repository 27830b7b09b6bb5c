"""The socket of a battle when something happens: a stop, a deletion, a lost right, a fault in the program."""

from __future__ import annotations

import re
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from arena.models import Battle
from chat.services import delete_conversation
from inference.events import Delta, Finished
from tests.arena.battles import answer, answer_all, be_online
from tests.arena.sockets import frames_of, keys_of, opened, streams_are

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(alice: Any, as_user: Any, echo_a: Any, echo_b: Any, monkeypatch: Any) -> Client:
    be_online(monkeypatch)
    return as_user(alice)


@pytest.fixture
def blind(browser: Client) -> Battle:
    browser.post("/arena/battle/", {"message": "What is PM2.5?"})
    return Battle.objects.get()


async def test_a_stop_ends_both_at_once_and_equally_far(browser: Client, blind: Battle, monkeypatch: Any) -> None:
    """The fast side has written a whole page when the slow one is stopped at its tenth word."""
    left, right = await keys_of(blind)
    fast, slow = "Ω" * 3000, "Ω" * 40
    streams_are(
        monkeypatch,
        {left: [Delta(fast), Finished("stop")], right: [Delta(slow), 1.5, Finished("cancelled")]},
    )
    await database_sync_to_async(answer)(blind, "a", fast)
    await database_sync_to_async(answer)(blind, "b", slow, status="stopped", finish_reason="")
    frames = await frames_of(blind, browser)
    shown = [len(found) for found in re.findall(r"Ω+", frames[-1])]
    assert set(shown) == {40} and len(shown) == 4, "text and copy button of both sides"
    assert "Stopped" not in frames[-1] and 'role="group"' in frames[-1]


async def test_a_deleted_battle_leaves_the_page(browser: Client, blind: Battle, monkeypatch: Any) -> None:
    left, right = await keys_of(blind)
    streams_are(monkeypatch, {key: [1.0, Delta("x"), Finished("stop")] for key in (left, right)})
    socket = await opened(blind, browser)
    side = await blind.sides.select_related("conversation").aget(label="a")
    monkeypatch.setattr("inference.stream.publish_end", lambda *_: None)  # there is no broker that could be told
    await database_sync_to_async(delete_conversation)(side.conversation)
    texts = []
    while (output := await socket.receive_output(timeout=20))["type"] != "websocket.close":
        texts.append(output["text"])
    turn = await blind.turns.aget()
    assert f'<section id="turn-{turn.pk}" hx-swap-oob="delete"></section>' in texts[-1]


async def test_a_closed_account_sees_no_more(
    browser: Client, alice: Any, blind: Battle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.consumers.RIGHTS_SECONDS", 0.2)
    streams_are(monkeypatch, {key: [0.1, Delta("x")] * 100 for key in await keys_of(blind)})
    socket = await opened(blind, browser)
    assert "x" in await socket.receive_from(timeout=10)
    alice.is_active = False
    await alice.asave()
    while (output := await socket.receive_output(timeout=10))["type"] != "websocket.close":
        assert 'role="group"' not in output["text"]


@pytest.mark.parametrize("where", ["arena.consumers.follow", "arena.consumers.BlindFrames.grown"])
async def test_a_fault_closes_the_socket_so_that_the_page_connects_again(
    browser: Client, blind: Battle, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a fault in the program")

    streams_are(monkeypatch, {key: [Delta("x"), 9.0] for key in await keys_of(blind)})
    monkeypatch.setattr(where, broken)
    socket = await opened(blind, browser)
    assert await socket.receive_output(timeout=10) == {"type": "websocket.close", "code": 1011}


async def test_what_was_answered_long_ago_is_shown_at_once(browser: Client, blind: Battle, monkeypatch: Any) -> None:
    """A page that comes late replays nothing for minutes."""
    long = "word " * 2000
    streams_are(monkeypatch, {key: [Delta(long), Finished("stop")] for key in await keys_of(blind)})
    await database_sync_to_async(answer_all)(blind, a=long, b=long)
    frames = await frames_of(blind, browser)
    assert len(frames) < 150 and frames[-1].count("word word") > 100
