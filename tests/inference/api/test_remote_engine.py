"""The engine that asks somebody else's server, against a small real server that misbehaves on demand."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from inference.engine.registry import EngineRegistry
from inference.engine.remote import RemoteEngine
from inference.engine.types import (
    ChatMessage,
    Chunk,
    EngineDied,
    EngineError,
    EngineRequest,
    EngineSpec,
    Finish,
    Loading,
    ModelUnavailable,
    PromptTooLong,
    RemoteSpec,
    SamplingParams,
)

USAGE = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}


def delta(text: str, reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


class Upstream(ThreadingHTTPServer):
    """Answers with what stands in `script`, one entry for each request: (status, headers, events or body, ending)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Any] = []
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.gone = threading.Event()  # the client closed the connection in the middle
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Upstream

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers, body))
        status, extra, said, ending = self.server.script.pop(0)
        self.send_response(status)
        is_stream = isinstance(said, list)
        self.send_header("Content-Type", "text/event-stream" if is_stream else "application/json")
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for event in said if is_stream else []:
                self.wfile.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
                self.wfile.flush()
            self.wfile.write(("" if is_stream else json.dumps(said)).encode())
            if ending == "done":
                self.wfile.write(b"data: [DONE]\n\n")
            while ending == "endless":
                self.wfile.write(b": still here\n\n")
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.server.gone.set()

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.shutdown()
    server.server_close()


def ask(server: Upstream | str, request: EngineRequest | None = None, **remote: Any) -> tuple[str, Finish]:
    """The text and the end; raises what the engine raises."""
    chunks = [chunk for chunk in start(server, request, **remote) if isinstance(chunk, Chunk)]
    assert chunks[-1].finish
    return "".join(chunk.text for chunk in chunks), chunks[-1].finish


def start(server: Upstream | str, request: EngineRequest | None = None, **remote: Any) -> Any:
    url = server if isinstance(server, str) else server.url
    spec = RemoteSpec(url, **{"key": "secret-key", "allow_private": True, "read_seconds": 5.0, **remote})
    engine = EngineRegistry().engine_for(EngineSpec("far", "remote", "their-model", remote=spec))
    assert isinstance(engine, RemoteEngine)
    return engine.start(request or question())


def question(text: str = "hello", shown: str = "", role: Any = "user", **params: Any) -> EngineRequest:
    ids = tuple(range(len(shown.split())))
    return EngineRequest("id", (ChatMessage(role, text),), SamplingParams(**params), ids, shown)


def test_a_whole_answer(upstream: Upstream) -> None:
    events = [delta("one"), delta(" two\u2028"), delta(" 三", "stop"), USAGE]
    upstream.script = [(200, {}, events, "done")]
    request = question(temperature=0.3, max_tokens=50, stop=("END",), seed=5)
    assert ask(upstream, request, headers=(("X-Team", "air"),)) == ("one two\u2028 三", Finish("stop", 9, 3))
    ((path, headers, body),) = upstream.requests
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer secret-key" and headers["x-team"] == "air"
    assert body["messages"] == [{"role": "user", "content": "hello"}] and body["model"] == "their-model"
    assert (body["temperature"], body["max_tokens"], body["stop"], body["seed"]) == (0.3, 50, ["END"], 5)
    assert "top_k" not in body and "presence_penalty" not in body


def test_fields_that_a_server_does_not_take_are_left_out(upstream: Upstream) -> None:
    upstream.script = [(200, {}, [delta("x", "length")], "done")]
    text, end = ask(upstream, question(seed=5, top_k=3), omitted_fields=("seed", "stream_options"))
    assert (text, end) == ("x", Finish("length", 0, 1))  # counted by pieces, since nobody told
    body = upstream.requests[0][2]
    assert "seed" not in body and "stream_options" not in body and body["top_k"] == 3


def test_a_raw_prompt_and_a_server_that_does_not_stream(upstream: Upstream) -> None:
    answer = {"choices": [{"text": " more", "finish_reason": "stop"}], "usage": USAGE["usage"]}
    upstream.script = [(200, {}, answer, "")]
    assert ask(upstream, question("once", role="prompt")) == (" more", Finish("stop", 9, 3))
    assert upstream.requests[0][0] == "/v1/completions" and upstream.requests[0][2]["prompt"] == "once"


def test_before_the_first_word_it_tries_again(upstream: Upstream) -> None:
    busy = {"error": {"message": "slow down"}}
    upstream.script = [(429, {"Retry-After": "0"}, busy, ""), (200, {}, [], ""), (200, {}, [delta("x", "stop")], "")]
    items = list(start(upstream))
    assert [type(item) for item in items] == [Loading, Loading, Chunk, Chunk]
    assert len(upstream.requests) == 3


def test_but_not_for_ever(upstream: Upstream) -> None:
    upstream.script = [(503, {"Retry-After": "0"}, {"error": {"message": "no GPU left"}}, "")] * 3
    with pytest.raises(EngineError, match=r"failed \(503\).*no GPU left"):
        ask(upstream)
    assert len(upstream.requests) == 3
    upstream.script = [(429, {"Retry-After": "3600"}, {"error": "quota"}, "")]
    with pytest.raises(EngineError, match="quota"):
        ask(upstream)
    assert len(upstream.requests) == 4


@pytest.mark.parametrize(
    ("status", "said", "kind", "words"),
    [
        (401, {"error": {"message": "bad secret-key given"}}, ModelUnavailable, "our key.*bad … given"),
        (403, {"detail": "no"}, ModelUnavailable, "our key"),
        (404, {"error": {"message": "no such model"}}, ModelUnavailable, "no such model"),
        (400, {"error": {"message": "top_k unknown"}}, EngineError, "refused the request: top_k unknown"),
        (400, {"error": {"message": "long", "code": "context_length_exceeded"}}, PromptTooLong, "too long"),
        (302, {}, ModelUnavailable, "another address"),
        (418, "x" * 9999, EngineError, "x{300}$"),
    ],
)
def test_a_refusal_becomes_a_sentence(upstream: Upstream, status: int, said: Any, kind: Any, words: str) -> None:
    upstream.script = [(status, {"Location": "http://169.254.169.254/"}, said, "")]
    with pytest.raises(kind, match=words) as caught:
        ask(upstream)
    assert "secret-key" not in str(caught.value)
    assert len(upstream.requests) == 1


def test_a_stop_closes_the_connection(upstream: Upstream) -> None:
    upstream.script = [(200, {}, [delta("one"), delta(" two")], "endless")]
    stream = start(upstream)
    items = iter(stream)
    assert (next(items).text, next(items).text) == ("one", " two")
    stream.cancel()
    assert next(items).finish == Finish("cancelled", 0, 2)
    assert upstream.gone.wait(5)


def test_a_stop_before_the_connection(upstream: Upstream) -> None:
    upstream.script = [(200, {}, [], "endless")]
    stream = start(upstream)
    stream.cancel()
    assert [item.finish.reason for item in stream] == ["cancelled"]


def test_a_connection_lost_in_the_middle(upstream: Upstream) -> None:
    upstream.script = [(200, {}, [delta("one"), delta(" two")], "")]
    with pytest.raises(EngineError, match="lost in the middle") as caught:
        ask(upstream)
    assert not isinstance(caught.value, EngineDied)
    assert len(upstream.requests) == 1  # what was shown must not be said a second time


@pytest.mark.parametrize("continuation", ["prefix", "flag"])
def test_an_answer_goes_on_where_the_server_can_do_that(upstream: Upstream, continuation: str) -> None:
    upstream.script = [(200, {}, [delta("one")], ""), (200, {}, [delta(" three", "stop"), USAGE], "done")]
    with pytest.raises(EngineDied):  # the worker takes this as: another attempt
        ask(upstream, continuation=continuation)
    text, end = ask(upstream, question(shown="one two", max_tokens=10), continuation=continuation)
    assert (text, end) == (" three", Finish("stop", 9, 5))
    body = upstream.requests[1][2]
    assert body["messages"][-1] == {"role": "assistant", "content": "one two"} and body["max_tokens"] == 8
    assert body.get("continue_final_message") == (True if continuation == "flag" else None)


def test_otherwise_it_says_so(upstream: Upstream) -> None:
    with pytest.raises(EngineError, match="lost in the middle"):
        ask(upstream, question(shown="one two"))
    assert not upstream.requests


@pytest.mark.parametrize("said", [{"error": {"message": "out of memory"}}, {"error": "out of memory"}])
def test_an_error_within_the_stream(upstream: Upstream, said: Any) -> None:
    upstream.script = [(200, {}, [delta("one"), said], "done")]
    with pytest.raises(EngineError, match="broke off the answer: out of memory"):
        ask(upstream)


@pytest.mark.parametrize("event", [[], "text", 7, {"choices": 5}, {"choices": [None]}, {"choices": [{"delta": 3}]}])
def test_nonsense_never_breaks_the_engine(upstream: Upstream, event: Any) -> None:
    upstream.script = [(200, {}, [event, delta("x", "stop")], "done")]
    if isinstance(event, dict):
        assert ask(upstream)[0] == "x"
    else:
        with pytest.raises(EngineError, match="no answer"):
            ask(upstream)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        ask("http://127.0.0.1:9/v1")


def test_a_server_that_says_nothing(upstream: Upstream) -> None:
    class Silent(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            time.sleep(1)
            return super().__iter__()

    upstream.script = [(200, {}, Silent([delta("x", "stop")]), "done")]
    with pytest.raises(EngineError, match="did not answer in time"):
        ask(upstream, read_seconds=0.2)


def test_a_key_that_is_missing_is_told_before_anything_is_sent(upstream: Upstream) -> None:
    with pytest.raises(ModelUnavailable, match="is not set"):
        ask(upstream, key="", key_fault="The variable NO_KEY is not set on the worker.")
    assert not upstream.requests


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f000001", "127.1", "2130706433"]
)
def test_private_addresses_need_a_setting(upstream: Upstream, host: str) -> None:
    url = upstream.url.replace("127.0.0.1", host)
    with pytest.raises(ModelUnavailable, match="ALLOW_PRIVATE_ENDPOINTS"):
        ask(url, allow_private=False)
    assert not upstream.requests


def test_a_name_that_leads_inside_is_seen_when_it_is_resolved(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", upstream.server_address[1]))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: found)
    url = upstream.url.replace("127.0.0.1", "innocent.example")
    with pytest.raises(ModelUnavailable, match=r"innocent\.example .*ALLOW_PRIVATE_ENDPOINTS"):
        ask(url, allow_private=False)
    assert not upstream.requests
    upstream.script = [(200, {}, [delta("x", "stop")], "done")]
    assert ask(url)[0] == "x"


def test_closing_ends_running_answers(upstream: Upstream) -> None:
    upstream.script = [(200, {}, [delta("one")], "endless")]
    registry = EngineRegistry()
    spec = EngineSpec("far", "remote", "m", remote=RemoteSpec(upstream.url, allow_private=True))
    items = iter(registry.engine_for(spec).start(question()))
    assert next(items).text == "one"  # type: ignore[union-attr]
    registry.keep_only(set())
    with pytest.raises(EngineDied):
        next(items)
    assert upstream.gone.wait(5)
