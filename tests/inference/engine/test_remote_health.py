"""When a remote model is ready, when not and why, and how it comes back: against a small real server."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from inference.engine import remote_health
from inference.engine.remote import RemoteEngine
from inference.engine.remote_health import FIRST_PAUSE, LONGEST_PAUSE, Look, RemoteHealth
from inference.engine.types import (
    ChatMessage,
    Chunk,
    EngineError,
    EngineRequest,
    EngineSpec,
    RemoteSpec,
    SamplingParams,
)
from tests.inference.remote_server import ANSWER, MODELS, REFUSED, RemoteServer, wait_until

OTHERS = {"object": "list", "data": [{"id": "another"}]}


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks come at once, not after seconds."""
    monkeypatch.setattr(remote_health, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(remote_health, "LONGEST_PAUSE", 0.1)


def engine_of(server: RemoteServer | str, **remote: Any) -> RemoteEngine:
    url = server if isinstance(server, str) else server.url
    spec = RemoteSpec(url, **{"key": "secret-key", "allow_private": True, "read_seconds": 5.0, **remote})
    return RemoteEngine(EngineSpec("far", "remote", "their-model", remote=spec))


def ask(engine: RemoteEngine) -> str:
    """The text, or why there is none."""
    request = EngineRequest("id", (ChatMessage("user", "hello"),), SamplingParams())
    try:
        return "".join(chunk.text for chunk in engine.start(request) if isinstance(chunk, Chunk))
    except EngineError as error:
        return str(error)


def look(engine: RemoteEngine, server: RemoteServer, times: int = 1) -> None:
    """Until the server was looked at so many more times and the engine knows it."""
    for count in range(len(server.looks) + 1, len(server.looks) + times + 1):
        wait_until(lambda: engine.health.is_look_due)
        engine.load()
        wait_until(lambda count=count: len(server.looks) == count and not engine._running)  # type: ignore[misc]


def test_a_fresh_one_is_looked_at_once(server: RemoteServer) -> None:
    engine = engine_of(server, headers=(("X-Team", "air"),))
    assert engine.state == "idle"
    for _time in range(5):
        engine.load()
    wait_until(lambda: engine.state == "ready")
    engine.load()
    assert engine.failure == "" and len(server.looks) == 1 and not server.questions
    assert server.looks[0]["authorization"] == "Bearer secret-key" and server.looks[0]["x-team"] == "air"


@pytest.mark.parametrize("told", [(200, OTHERS), (200, "<html>"), (200, {"data": 5}), (404, REFUSED), (302, "")])
def test_who_does_not_list_it_may_have_it_all_the_same(server: RemoteServer, told: Any) -> None:
    server.models = told
    engine = engine_of(server)
    look(engine, server)
    assert engine.state == "idle" and not engine.health.is_look_due
    assert ask(engine) == "yes" and engine.state == "ready"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_seen_without_a_question(server: RemoteServer, soon: None, status: int) -> None:
    server.models = (status, {"error": "bad secret-key"})
    engine = engine_of(server)
    look(engine, server)
    assert engine.state == "failed" and "our key" in engine.failure and "secret-key" not in engine.failure
    server.models = (200, MODELS)
    look(engine, server)
    assert (engine.state, engine.failure) == ("ready", "")


def test_a_key_that_may_ask_but_not_list(server: RemoteServer) -> None:
    server.models = (403, REFUSED)
    engine = engine_of(server)
    look(engine, server)
    assert engine.state == "failed"
    assert ask(engine) == "yes" and engine.state == "ready"
    engine.health.looked(Look(403, "no"))  # one that was under way
    assert engine.state == "ready"


def test_a_dead_address_that_comes_back(server: RemoteServer, soon: None) -> None:
    server.end()
    engine = engine_of(server)
    engine.load()
    wait_until(lambda: engine.state == "failed")
    assert "cannot be reached (it refuses the connection)" in engine.failure
    back = RemoteServer(server.port)
    try:
        look(engine, back)
        assert engine.state == "ready"
    finally:
        back.end()


def test_a_question_finds_a_dead_address_and_the_next_one_that_it_lives(server: RemoteServer) -> None:
    engine = engine_of(server)
    server.end()
    assert "it refuses the connection" in ask(engine)
    assert engine.state == "failed" and not engine.health.is_look_due
    back = RemoteServer(server.port)
    try:
        assert ask(engine) == "yes" and (engine.state, engine.failure) == ("ready", "")
    finally:
        back.end()


def test_what_the_network_says_is_told_apart(server: RemoteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of(server.url.replace("http:", "https:"))
    engine.load()
    wait_until(lambda: engine.state == "failed")
    assert "(no secure connection (TLS) can be made)" in engine.failure

    def unknown(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    engine = engine_of("http://nowhere.example/v1")
    engine.load()
    wait_until(lambda: engine.state == "failed")
    assert "(its name is not known)" in engine.failure


def test_a_look_takes_only_so_long(server: RemoteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_health, "LOOK_SECONDS", 0.1)
    server.delay = 2
    engine = engine_of(server, connect_seconds=0.2)
    engine.load()
    wait_until(lambda: engine.state == "failed", 1.9)
    assert "did not answer in time" in engine.failure


def test_a_name_that_leads_inside_is_not_looked_at(server: RemoteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: found)
    engine = engine_of(server.url.replace("127.0.0.1", "innocent.example"), allow_private=False)
    engine.load()
    wait_until(lambda: engine.state == "failed")
    assert "ALLOW_PRIVATE_ENDPOINTS" in engine.failure and not server.looks


@pytest.mark.parametrize(
    ("remote", "words"),
    [
        ({"key": "", "key_fault": "The variable NO_KEY is not set on the worker."}, "NO_KEY is not set"),
        ({"key": "schlüssel"}, "cannot be sent"),
        ({"allow_private": False}, "ALLOW_PRIVATE_ENDPOINTS"),
    ],
)
def test_what_is_known_without_asking(server: RemoteServer, remote: dict[str, Any], words: str) -> None:
    engine = engine_of(server, **remote)
    assert engine.state == "failed" and words in engine.failure
    assert not engine.health.is_look_due and words in ask(engine)
    assert engine.state == "failed" and not server.looks and not server.questions


def test_a_refused_key_where_everybody_may_read_the_list(server: RemoteServer, soon: None) -> None:
    """The list says nothing of the key, so only an answer ends it."""
    server.answer = (401, REFUSED)
    engine = engine_of(server)
    look(engine, server)
    assert engine.state == "ready"
    assert "our key" in ask(engine) and engine.state == "failed"
    look(engine, server, 3)
    assert engine.state == "failed"
    server.answer = (200, ANSWER)
    assert ask(engine) == "yes" and engine.state == "ready"


def test_a_refused_key_where_the_list_needs_it_too(server: RemoteServer, soon: None) -> None:
    server.models = server.answer = (401, REFUSED)
    engine = engine_of(server)
    ask(engine)
    look(engine, server)
    assert engine.state == "failed"
    server.models = (200, MODELS)
    look(engine, server)
    assert engine.state == "ready"


def test_a_model_that_is_not_there_until_it_is_listed(server: RemoteServer, soon: None) -> None:
    server.answer, server.models = (404, REFUSED), (200, OTHERS)
    engine = engine_of(server)
    assert "does not know this model" in ask(engine) and engine.state == "failed"
    look(engine, server, 2)
    assert engine.state == "failed"
    server.models = (200, MODELS)
    look(engine, server)
    assert engine.state == "ready"


@pytest.mark.parametrize("status", [429, 402, 503])
def test_the_other_sides_trouble_counts_at_the_third_time(server: RemoteServer, status: int) -> None:
    engine = engine_of(server)
    look(engine, server)
    for answer, state in [(status, "ready"), (status, "ready"), (200, "ready"), (status, "ready"), (status, "ready")]:
        server.answer = (answer, ANSWER if answer == 200 else REFUSED)
        ask(engine)
        assert engine.state == state
    ask(engine)
    assert engine.state == "failed" and engine.failure


def test_a_busy_list_is_read_again(server: RemoteServer, soon: None) -> None:
    server.models = (503, REFUSED)
    engine = engine_of(server)
    look(engine, server, 2)
    assert engine.state == "idle"
    look(engine, server)
    assert engine.state == "failed"
    server.models = (200, MODELS)
    look(engine, server)
    assert engine.state == "ready"


def test_a_bad_question_says_nothing_of_the_server(server: RemoteServer) -> None:
    server.answer = (400, REFUSED)
    engine = engine_of(server)
    for _time in range(5):
        assert "refused the request" in ask(engine)
    assert engine.state == "idle"


def test_the_pause_grows_and_begins_anew_only_after_an_answer() -> None:
    health = RemoteHealth(RemoteSpec("http://192.0.2.1/v1", allow_private=True), "their-model")
    pauses = []
    for _time in range(7):
        assert health.state != "ready"
        health.looked(Look(0, "gone"))
        pauses.append(round((health._look_at or 0) - time.monotonic()))
    assert pauses == [15, 30, 60, 120, 240, LONGEST_PAUSE, LONGEST_PAUSE]
    health.looked(Look(200, models=frozenset({"their-model"})))
    assert health.state == "ready" and health._look_at is None
    health.failed(EngineError("gone again"), 0)
    assert round((health._look_at or 0) - time.monotonic()) == LONGEST_PAUSE
    health.answered()
    health.failed(EngineError("and again"), 0)
    assert round((health._look_at or 0) - time.monotonic()) == FIRST_PAUSE
    ends = health._look_at
    health.failed(EngineError("as before"), 0)  # people who try do not put the next look off
    assert health.failure == "as before" and health._look_at == ends


def test_a_closed_engine_looks_no_more(server: RemoteServer) -> None:
    engine = engine_of(server)
    engine.close()
    engine.load()
    time.sleep(0.2)
    assert not server.looks and engine.state == "idle"
