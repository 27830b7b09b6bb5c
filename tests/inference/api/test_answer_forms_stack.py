"""Likelihoods, schemas and tools through the whole running site and OpenAI's own client, here and through two hops."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import openai
import pytest
from pydantic import BaseModel, Field

from tests.inference.api.conftest import PASSWORD, Site
from tests.inference.api.tool_checkpoints import make_checkpoints
from tests.stack import Stack

pytestmark = pytest.mark.stack

QUESTION: list[Any] = [{"role": "user", "content": "What is the capital of Taiwan?"}]
SMALL = "demo-small"
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"enum": ["台北", "London"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 9},
            },
            "required": ["city", "days"],
            "additionalProperties": False,
        },
    },
}
CLOCK: Any = {"type": "function", "function": {"name": "clock"}}


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server that has the models: the bundled ones, the echo, and three that know tools."""
    folder = tmp_path_factory.mktemp("forms")
    environment = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD}
    with Stack(folder, **environment) as stack:
        for name, source in make_checkpoints(folder / "models").items():
            added = stack.manage("addmodel", str(source), "--slug", name, "--name", name)
            assert added.returncode == 0, added.stderr
        stack.add_echo_model("echo")
        yield Site(stack)


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory, far: Site) -> Iterator[Site]:
    """A second installation, for which the first one's models are remote."""
    folder = tmp_path_factory.mktemp("forms-near")
    environment = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD, "ALLOW_PRIVATE_ENDPOINTS": "1"}
    with Stack(folder, **environment, FAR_API_KEY=far.key) as stack:
        options = ["--backend", "remote", "--base-url", f"{far.stack.url}/v1", "--api-key-env", "FAR_API_KEY"]
        for slug in ("hermes", "echo", SMALL):
            added = stack.manage("addmodel", slug, *options, "--slug", f"far-{slug}", "--name", slug)
            assert added.returncode == 0, added.stderr
        deadline = time.monotonic() + 60
        while stack.state_of(f"far-{SMALL}") == "offline":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield Site(stack)


@pytest.fixture(params=["", "far-"], ids=["here", "two hops"])
def hop(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(hop: str, request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    with request.getfixturevalue("near" if hop else "far").client(timeout=120) as client:
        yield client


def held(schema: Any) -> Any:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def calls_of(stream: Any) -> tuple[list[list[str]], str, list[str]]:
    """[[id, name, arguments], …], the words, and how the pieces of the first call came."""
    calls: list[list[str]] = []
    words, reasons, order = "", [], []
    for chunk in stream:
        (choice,) = chunk.choices
        words += choice.delta.content or ""
        reasons += [choice.finish_reason] if choice.finish_reason else []
        for call in choice.delta.tool_calls or ():
            assert call.index in (len(calls), len(calls) - 1)
            if call.index == len(calls):
                assert call.id and call.type == "function" and call.function.name
                calls.append([call.id, call.function.name, ""])
                order.append("name")
            order += ["arguments"] if call.function.arguments else []
            calls[call.index][2] += call.function.arguments or ""
    assert reasons in (["tool_calls"], ["stop"]) and order[:1] in ([], ["name"])
    return calls, words, reasons


# --- likelihoods ------------------------------------------------------------------------------------------------------


def test_likelihoods_of_an_answer(client: openai.OpenAI, hop: str) -> None:
    asked: dict[str, Any] = {"model": hop + SMALL, "messages": QUESTION, "temperature": 0, "max_tokens": 12}
    answer = client.chat.completions.create(**asked, logprobs=True, top_logprobs=3)
    content = answer.choices[0].logprobs and answer.choices[0].logprobs.content
    assert content and answer.usage and len(content) == answer.usage.completion_tokens
    said = b"".join(bytes(token.bytes or ()) for token in content)
    assert said.decode() == answer.choices[0].message.content
    for token in content:
        assert len(token.top_logprobs) == 3 and token.top_logprobs[0].token == token.token, "greedy takes the likeliest"
        assert sum(math.exp(other.logprob) for other in token.top_logprobs) <= 1 + 1e-6
    streamed = [
        token
        for chunk in client.chat.completions.create(**asked, logprobs=True, top_logprobs=3, stream=True)
        if chunk.choices[0].logprobs
        for token in chunk.choices[0].logprobs.content or ()
    ]
    assert [token.token for token in streamed] == [token.token for token in content]
    assert [token.logprob for token in streamed] == pytest.approx([token.logprob for token in content], abs=1e-3)
    assert client.chat.completions.create(**asked).choices[0].logprobs is None


def test_likelihoods_of_the_older_completions(client: openai.OpenAI, hop: str) -> None:
    asked: dict[str, Any] = {"model": hop + SMALL, "prompt": "環境影響", "temperature": 1.0, "seed": 4, "max_tokens": 9}
    (choice,) = client.completions.create(**asked, logprobs=2).choices
    told = choice.logprobs
    assert told and told.tokens and told.token_logprobs and told.top_logprobs and told.text_offset
    assert len(told.tokens) == len(told.token_logprobs) == len(told.text_offset) <= 9
    for token, offset in zip(told.tokens, told.text_offset, strict=True):
        assert token.startswith("bytes:") or choice.text[offset:].startswith(token)
    pieces = [chunk.choices[0].logprobs for chunk in client.completions.create(**asked, logprobs=2, stream=True)]
    assert [token for piece in pieces if piece for token in piece.tokens or ()] == told.tokens
    assert [offset for piece in pieces if piece for offset in piece.text_offset or ()] == told.text_offset


# --- schemas ----------------------------------------------------------------------------------------------------------


class Measurement(BaseModel):
    """As the SDK makes a schema of it."""

    class Place(BaseModel):
        country: Literal["Taiwan", "Japan"]
        is_urban: bool

    kind: Literal["PM2.5", "O3", "NO2"]
    code: str = Field(pattern="^[A-Z]{2}-[0-9]{3}$")
    values: list[Annotated[int, Field(ge=0, le=500)]] = Field(min_length=1, max_length=3)
    place: Place


def test_the_sdk_parses_an_answer_into_its_own_class(client: openai.OpenAI, hop: str) -> None:
    for model in (hop + SMALL, "demo-large" if not hop else "far-hermes"):
        answer = client.chat.completions.parse(
            model=model, messages=QUESTION, response_format=Measurement, temperature=0.5, seed=3, max_tokens=400
        )
        found = answer.choices[0].message.parsed
        assert answer.choices[0].finish_reason == "stop" and isinstance(found, Measurement)


@pytest.mark.parametrize(
    ("schema", "is_right"),
    [
        ({"enum": ["red", "綠"]}, lambda found: found in ("red", "綠")),
        ({"type": "integer", "minimum": 10, "maximum": 99}, lambda found: 10 <= found <= 99),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 2}, lambda found: len(found) == 2),
    ],
)
def test_every_answer_fits_streamed_and_repeated(far: Site, schema: Any, is_right: Any) -> None:
    with far.client() as client:
        asked: dict[str, Any] = {"model": SMALL, "messages": QUESTION, "response_format": held(schema), "seed": 7}
        answer = client.chat.completions.create(**asked, n=3, temperature=1.5)
        assert all(is_right(json.loads(choice.message.content or "")) for choice in answer.choices)
        stream = client.chat.completions.create(**asked, temperature=1.5, stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        assert streamed == answer.choices[0].message.content, "the same seed, the same answer"


def test_an_object_and_its_cut(far: Site) -> None:
    with far.client() as client:
        asked: dict[str, Any] = {"model": SMALL, "messages": QUESTION, "response_format": {"type": "json_object"}}
        answer = client.chat.completions.create(**asked, max_tokens=4)
        assert answer.choices[0].finish_reason == "length"
        assert (answer.choices[0].message.content or "").startswith("{")


def test_what_cannot_be_held_is_a_bad_request(client: openai.OpenAI, hop: str) -> None:
    with pytest.raises(openai.BadRequestError, match="Invalid type: objec") as caught:
        client.chat.completions.create(model=hop + SMALL, messages=QUESTION, response_format=held({"type": "objec"}))
    assert caught.value.param == "response_format"
    with pytest.raises(openai.BadRequestError) as echo:
        client.chat.completions.create(model=f"{hop}echo", messages=QUESTION, response_format=held({"enum": [1]}))
    assert echo.value.param == "response_format"
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as tools:
            client.chat.completions.create(model=hop + SMALL, messages=QUESTION, tools=[CLOCK], stream=stream)
        assert tools.value.param == "tools" and "knows no tools" in str(tools.value)


def test_a_killed_engine_goes_on_within_the_schema_and_loses_no_likelihood(far: Site) -> None:
    schema = {"type": "array", "items": {"enum": [1, 22, 333]}, "minItems": 100, "maxItems": 100}
    asked: dict[str, Any] = {"model": "demo-large", "messages": QUESTION, "response_format": held(schema), "seed": 1}
    with far.client() as client:
        stream = client.chat.completions.create(**asked, temperature=1.0, max_tokens=900, logprobs=True, stream=True)
        text, tokens, killed = "", 0, False
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
            tokens += len((chunk.choices[0].logprobs and chunk.choices[0].logprobs.content) or ())
            if len(text) > 30 and not killed:
                killed = True
                for pid in far.stack.child_pids("inference.engine.serve"):
                    os.kill(pid, signal.SIGKILL)
    assert killed and len(json.loads(text)) == 100
    ((attempts, counted),) = far.stack.rows(
        "SELECT attempt, completion_tokens FROM inference_generation ORDER BY created_at DESC LIMIT 1"
    )
    assert attempts == 2 and tokens == counted


# --- tools ------------------------------------------------------------------------------------------------------------


def is_right(arguments: str) -> bool:
    found = json.loads(arguments)
    return set(found) == {"city", "days"} and found["city"] in ("台北", "London") and 1 <= found["days"] <= 9


@pytest.mark.parametrize("model", ["hermes", "llama", "mistral"])
def test_a_call_that_must_come_and_the_turn_behind_it(far: Site, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "tools": [WEATHER, CLOCK], "max_tokens": 300, "seed": 5}
    asked["tool_choice"] = {"type": "function", "function": {"name": "get_weather"}}
    with far.client() as client:
        answer = client.chat.completions.create(**asked, messages=QUESTION)
        (choice,) = answer.choices
        assert choice.finish_reason == "tool_calls" and choice.message.content is None
        (call,) = choice.message.tool_calls or ()
        assert call.type == "function" and call.function.name == "get_weather" and is_right(call.function.arguments)

        calls, words, _reasons = calls_of(client.chat.completions.create(**asked, messages=QUESTION, stream=True))
        assert words == "" and [called[1:] for called in calls] == [[call.function.name, call.function.arguments]]

        said = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
        turn = [*QUESTION, choice.message.model_dump(exclude_none=True, exclude={"refusal"}), said]
        asked |= {"tool_choice": "none", "max_tokens": 5}
        following = client.chat.completions.create(**asked, messages=turn)
        assert following.choices[0].message.tool_calls is None


def test_calls_through_every_hop(client: openai.OpenAI, hop: str) -> None:
    asked: dict[str, Any] = {"model": f"{hop}hermes", "messages": QUESTION, "tools": [WEATHER], "max_tokens": 400}
    asked |= {"tool_choice": "required", "parallel_tool_calls": False, "seed": 2}
    (call,) = client.chat.completions.create(**asked).choices[0].message.tool_calls or ()
    assert call.type == "function" and is_right(call.function.arguments)
    calls, words, reasons = calls_of(client.chat.completions.create(**asked, stream=True))
    assert words == "" and reasons == ["tool_calls"] and len(calls) == 1 and is_right(calls[0][2])


TWO_CALLS = (
    'Let me see.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "台北", "days": 2}}\n</tool_call>\n'
    '<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call>'
)


def test_what_a_model_says_is_read_as_calls_only_where_tools_were_offered(client: openai.OpenAI, hop: str) -> None:
    """The echo says what stands in the question."""
    asked: dict[str, Any] = {"model": f"{hop}echo", "messages": [{"role": "user", "content": TWO_CALLS}]}
    answer = client.chat.completions.create(**asked, tools=[WEATHER, CLOCK], logprobs=True)
    message = answer.choices[0].message
    assert message.content == "Let me see." and answer.choices[0].finish_reason == "tool_calls"
    found = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or ()]  # type: ignore[union-attr]
    assert found == [("get_weather", {"city": "台北", "days": 2}), ("clock", {})]
    calls, words, reasons = calls_of(client.chat.completions.create(**asked, tools=[WEATHER, CLOCK], stream=True))
    assert (words, reasons) == ("Let me see.", ["tool_calls"])
    assert [(name, json.loads(arguments)) for _id, name, arguments in calls] == found
    assert len({call_id for call_id, _name, _arguments in calls}) == 2

    once = client.chat.completions.create(**asked, tools=[WEATHER, CLOCK], parallel_tool_calls=False)
    assert [call.function.name for call in once.choices[0].message.tool_calls or ()] == ["get_weather"]  # type: ignore[union-attr]
    for plain in ({}, {"tools": [WEATHER], "tool_choice": "none"}):
        untouched = client.chat.completions.create(**asked, **plain).choices[0]  # type: ignore[call-overload]
        assert (untouched.message.content, untouched.finish_reason) == (TWO_CALLS, "stop")


def test_a_model_that_does_not_call_says_its_words(client: openai.OpenAI, hop: str) -> None:
    asked: dict[str, Any] = {"model": f"{hop}echo", "messages": [{"role": "user", "content": '{"a": 1} <tool 1 < 2 '}]}
    answer = client.chat.completions.create(**asked, tools=[CLOCK]).choices[0]
    assert (answer.message.content, answer.message.tool_calls, answer.finish_reason) == (
        asked["messages"][0]["content"],
        None,
        "stop",
    )
