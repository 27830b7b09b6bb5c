"""Before the vote nothing that leaves the server tells who answers: every page, header and socket frame is searched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from arena.models import Battle
from chat.models import Conversation, Message
from inference.events import Delta, Failed, Finished, Status
from inference.models import Generation, ModelEntry
from tests.arena.battles import HTMX, answer, answer_all, be_online, generation_of
from tests.arena.sockets import frames_of, keys_of, streams_are

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = ("Quagga", "Okapi", "quagga", "okapi", "tapir-org")
NOT_THERE = 404


@pytest.fixture
def blind(alice: Any, as_user: Any, monkeypatch: Any) -> Battle:
    """A question to two models with unmistakable names, in every field that a page might show."""
    be_online(monkeypatch)
    for name in ("Quagga", "Okapi"):
        ModelEntry.objects.create(
            **{"slug": f"{name.lower()}-7b", "name": f"{name} 7B", "name_zh_hant": f"{name} 七", "backend": "echo"},
            **{"organisation": "tapir-org", "description": f"{name} knows all", "system_prompt": f"You are {name}."},
        )
    as_user(alice).post("/arena/battle/", {"message": "What is PM2.5?"})
    return Battle.objects.get()


def secrets_of(battle: Battle) -> Iterator[str]:
    """Names, and every key that would open something or tell the sides apart."""
    yield from WORDS
    conversations = [side.conversation for side in battle.sides.order_by("label")]
    yield str(conversations[1].pk)  # the first one's is the row of the history
    for message in Message.objects.filter(conversation__in=conversations):
        yield str(message.pk)
    for generation in Generation.objects.filter(messages__conversation__in=conversations):
        yield str(generation.pk)
    for entry in ModelEntry.objects.all():
        yield f'value="{entry.pk}"'


def assert_silent(battle: Battle, what: str, where: str) -> None:
    for secret in secrets_of(battle):
        assert secret not in what, f"{secret!r} in {where}"


def everything_of(response: Any) -> str:
    body = b"".join(response) if response.streaming else response.content
    return f"{response.headers}{response.cookies}{body.decode()}"


def addresses_of(battle: Battle) -> list[str]:
    found = [battle.get_absolute_url(), "/", "/chat/", "/chat/history/", "/chat/history/?q=PM2.5", "/chat/models/"]
    found += [f"/arena/battle/{battle.pk}/turn/{turn.pk}/" for turn in battle.turns.all()]
    return [*found, "/arena/battle/", "/arena/leaderboard/"]


def look_everywhere(battle: Battle, client: Client) -> None:
    for address in addresses_of(battle):
        for headers in ({}, HTMX, {"Accept-Language": "zh-TW"}):
            response = client.get(address, headers=headers)
            text = everything_of(response)
            if address in ("/", "/chat/", "/chat/models/", "/arena/leaderboard/"):
                # These list the models on offer; which two of them fight must not be marked there.
                assert str(generation_of(battle, "a").pk) not in text
                continue
            assert_silent(battle, text, address)


def test_the_words_are_found_where_they_are_allowed(alice: Any, as_user: Any, blind: Battle) -> None:
    """Otherwise the tests below could not fail."""
    assert "Quagga" in as_user(alice).get("/chat/").content.decode()
    answer_all(blind, a="one", b="two")
    as_user(alice).post(f"/arena/battle/{blind.pk}/vote/", {"vote": "a"})
    assert "Quagga" in as_user(alice).get(blind.get_absolute_url()).content.decode()


def test_no_page_tells_who_answers(alice: Any, as_user: Any, blind: Battle) -> None:
    client = as_user(alice)
    look_everywhere(blind, client)
    answer(blind, "b", "a short one")
    look_everywhere(blind, client)
    answer(blind, "a", "a **long** one " * 50, completion_tokens=77777, dropped_messages=3, finish_reason="length")
    look_everywhere(blind, client)
    page = client.get(blind.get_absolute_url()).content.decode()
    assert "a short one" in page
    for usage in ("77777", "tokens", "memory", "Cut at"):
        assert usage not in page, usage


def test_no_refusal_tells_who_answers(alice: Any, as_user: Any, blind: Battle) -> None:
    client, base = as_user(alice), f"/arena/battle/{blind.pk}"
    answer_all(blind, a="one", b="two")
    ModelEntry.objects.update(is_enabled=False)
    for name, data in (
        ("say", {"message": "more"}),
        ("again", {}),
        ("continue", {"side": "a"}),
        ("vote", {"vote": "nonsense"}),
    ):
        for headers in ({}, HTMX):
            response = client.post(f"{base}/{name}/", data, headers=headers)
            assert response.status_code == 422, name
            assert_silent(blind, everything_of(response), name)


def test_no_turn_of_a_longer_battle_tells_it(alice: Any, as_user: Any, blind: Battle) -> None:
    client, base = as_user(alice), f"/arena/battle/{blind.pk}"
    for question in ("second question", "third question"):
        answer_all(blind, a=f"A on {question}", b=f"B on {question}")
        response = client.post(f"{base}/say/", {"message": question}, headers=HTMX)
        assert response.status_code == 200
        assert_silent(blind, everything_of(response), question)
        look_everywhere(blind, client)
    answer_all(blind, a="x", b="y")
    assert_silent(blind, everything_of(client.post(f"{base}/again/", headers=HTMX)), "again")


def test_an_error_of_one_side_is_the_same_for_both(alice: Any, as_user: Any, blind: Battle) -> None:
    answer(blind, "b", "some words", status="failed", error="Okapi: CUDA out of memory")
    client = as_user(alice)
    look_everywhere(blind, client)
    page = client.get(blind.get_absolute_url()).content.decode()
    assert "CUDA" not in page and "some words" not in page
    answers = client.post(f"/arena/battle/{blind.pk}/again/"), client.get(blind.get_absolute_url())
    for response in answers:
        assert_silent(blind, everything_of(response), "after an error")


def test_the_chat_knows_nothing_of_the_sides(alice: Any, as_user: Any, blind: Battle) -> None:
    """Every address of the chat, with every key of the battle: as if it were not there."""
    answer_all(blind, a="one", b="two")
    client, form = as_user(alice), {"message": "x", "text": "x", "feedback": "up", "version": "x", "model": "okapi-7b"}
    for conversation in Conversation.objects.all():
        assert client.get("/chat/models/", {"conversation": str(conversation.pk)}).status_code == NOT_THERE
        for path in ("messages/", "settings/"):
            assert client.post(f"/chat/{conversation.pk}/{path}", form).status_code == NOT_THERE, path
        response = client.get(f"/chat/{conversation.pk}/")
        assert response.status_code == 302 and response.url == blind.get_absolute_url()
        assert_silent(blind, everything_of(response), "the redirect")
    companion = blind.sides.get(label="b").conversation
    for path in ("rename/", "delete/"):
        assert client.get(f"/chat/{companion.pk}/{path}").status_code == NOT_THERE
    first = blind.sides.get(label="a").conversation
    for path in ("rename/", "delete/"):
        assert_silent(blind, everything_of(client.get(f"/chat/{first.pk}/{path}")), path)
    for message in Message.objects.all():
        assert client.get(f"/chat/messages/{message.pk}/").status_code == NOT_THERE
        for path in ("stop/", "regenerate/", "edit/", "feedback/", "version/"):
            assert client.post(f"/chat/messages/{message.pk}/{path}", form).status_code == NOT_THERE, path


def test_a_new_chat_does_not_begin_with_one_of_the_two(alice: Any, as_user: Any, blind: Battle) -> None:
    """The picker proposes the model used last: of a battle that would tell a name before the vote."""
    client = as_user(alice)
    proposed = []
    for first in ModelEntry.objects.order_by("slug"):
        ModelEntry.objects.update(position=100)
        ModelEntry.objects.filter(pk=first.pk).update(position=1)
        page = client.get("/chat/").content.decode()
        proposed.append(re.findall(r'name="model" value="([^"]+)"', page)[0])
    assert proposed == ["okapi-7b", "quagga-7b"], "the administrator's order decides, not the battle"


# --- sockets ----------------------------------------------------------------------------------------------------------


async def test_no_frame_tells_who_answers(alice: Any, as_user: Any, blind: Battle, monkeypatch: Any) -> None:
    left, right = await keys_of(blind)
    texts = {left: "The **left** words. " * 12, right: "Right, shorter. " * 6}
    scripts = {
        left: [Status("loading", "Okapi: weights", 0.5), Status("continuing"), Delta(texts[left]), Finished("stop")],
        right: [Status("offline"), *[part for word in texts[right].split(" ") for part in (0.01, Delta(word + " "))]],
    }
    scripts[right] += [Finished("stop", 12, 34, 5)]
    streams_are(monkeypatch, scripts)
    await database_sync_to_async(answer_all)(blind, a=texts[left], b=texts[right])
    frames = await frames_of(blind, await database_sync_to_async(as_user)(alice), more="; django_language=zh-hant")
    assert len(frames) > 3
    for frame in frames:
        await database_sync_to_async(assert_silent)(blind, frame, "a frame")
        assert len(frame.encode()) % 1024 == 0
        assert not re.search(r"loading|weights|%|tokens|\b34\b", frame), frame
    assert 'role="group"' in frames[-1] and "left" in frames[-1] and "Right" in frames[-1]


async def test_both_sides_begin_together_and_grow_alike(
    alice: Any, as_user: Any, blind: Battle, monkeypatch: Any
) -> None:
    left, right = await keys_of(blind)
    long = "Ω" * 300
    streams_are(
        monkeypatch,
        {
            left: [Delta(long), Finished("stop")],
            right: [1.0, Delta(long[:100]), 0.3, Delta(long[100:]), Finished("stop")],
        },
    )
    await database_sync_to_async(answer_all)(blind, a=long, b=long)
    frames = await frames_of(blind, await database_sync_to_async(as_user)(alice))
    for frame in frames:
        assert len(set(re.findall(r"Ω+", frame))) == 1, "one side is ahead"


@pytest.mark.parametrize("failing", ["a", "b"])
async def test_a_failure_ends_both_with_the_same_frame(
    alice: Any, as_user: Any, blind: Battle, monkeypatch: Any, failing: str
) -> None:
    monkeypatch.setattr("inference.stream.publish_end", lambda *_: None)  # there is no broker that could be told
    broken = (await database_sync_to_async(generation_of)(blind, failing)).pk
    scripts: dict[Any, list[Any]] = {key: [Delta("fine words"), 9.0] for key in await keys_of(blind)}
    scripts[broken] = [0.2, Failed("Okapi: CUDA out of memory")]
    streams_are(monkeypatch, scripts)
    await database_sync_to_async(answer)(blind, failing, "", status="failed", error="Okapi: CUDA out of memory")
    frames = await frames_of(blind, await database_sync_to_async(as_user)(alice))
    assert len(frames) == 1
    await database_sync_to_async(assert_silent)(blind, frames[0], "the frame")
    assert "cannot be judged" in frames[0] and "CUDA" not in frames[0] and "fine" not in frames[0]
    await blind.arefresh_from_db()
    assert blind.state == "void"


async def test_a_named_battle_streams_as_it_comes(alice: Any, as_user: Any, blind: Battle, monkeypatch: Any) -> None:
    """The counterpart: names, states and usage are shown there, and a slow side keeps nobody waiting."""
    client = await database_sync_to_async(as_user)(alice)
    data = {"message": "What is BOD?", "model": ["okapi-7b", "quagga-7b"]}
    await database_sync_to_async(client.post)("/arena/side-by-side/", data)
    named = await Battle.objects.aget(mode="side_by_side")
    left, right = await keys_of(named)
    streams_are(
        monkeypatch,
        {
            left: [Delta("quick"), 0.2, Finished("stop")],
            right: [Status("loading", "weights", 0.5), 1.0, Finished("stop")],
        },
    )
    later = asyncio.create_task(complete_later(named))
    frames = await frames_of(named, client)
    await later
    assert "quick" in frames[0] and "50 %" in "".join(frames)
    assert len(frames) >= 3 and "Okapi" in frames[-1] and 'role="group"' in frames[-1]


async def complete_later(battle: Battle) -> None:
    await asyncio.sleep(0.1)
    await database_sync_to_async(answer)(battle, "a", "quick")
    await asyncio.sleep(0.5)
    await database_sync_to_async(answer)(battle, "b", "slow")
