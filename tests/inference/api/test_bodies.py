"""What a client may send: each wrong field is refused by its name, in OpenAI's words; nothing is ignored silently."""

from __future__ import annotations

import json
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from inference.api.errors import ApiError
from inference.api.messages import read_messages
from inference.api.refusals import NEUTRAL, refuse_unsupported
from inference.api.schemas import ChatRequest, CompletionRequest
from inference.engine.types import ChatMessage, SamplingParams
from inference.models import ApiKey, ModelEntry

ASKED: dict[str, Any] = {"model": "echo-a", "messages": [{"role": "user", "content": "x"}]}


def refused(field: str, value: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        refuse_unsupported(ChatRequest(**ASKED, **{field: value}))
    return caught.value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("functions", [{}]),
        ("function_call", {"name": "f"}),
        ("store", True),
        ("service_tier", "flex"),
        ("modalities", ["text", "audio"]),
        ("audio", {}),
        ("reasoning_effort", "high"),
        ("best_of", 2),
    ],
)
def test_what_we_cannot_do_is_refused_by_name(field: str, value: Any) -> None:
    error = refused(field, value)
    assert (error.param, error.code, error.status) == (field, "unsupported_parameter", 400)


def test_what_nobody_knows_is_refused_by_name() -> None:
    error = refused("temperatur", 0.5)
    assert (error.param, error.code) == ("temperatur", "unknown_parameter") and "temperatur" in str(error)


@pytest.mark.parametrize("field", sorted(NEUTRAL))
def test_values_that_ask_for_nothing_are_taken(field: str) -> None:
    for value in [None, *NEUTRAL[field]]:
        refuse_unsupported(ChatRequest(**ASKED, **{field: value}))


def test_messages_become_ours() -> None:
    given_messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "name": None},
        {"role": "assistant", "content": "yes", "tool_calls": None, "refusal": None},
        {"role": "user", "content": ""},
    ]
    assert read_messages(given_messages) == [
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "a\nb"),
        ChatMessage("assistant", "yes"),
        ChatMessage("user", ""),
    ]


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({}, "messages[1].role"),
        ({"role": "robot", "content": "x"}, "messages[1].role"),
        ({"role": ["user"], "content": "x"}, "messages[1].role"),
        ({"role": "tool", "content": "x", "tool_call_id": "1"}, "messages[1].tool_call_id"),
        ({"role": "user"}, "messages[1].content"),
        ({"role": "user", "content": 5}, "messages[1].content"),
        ({"role": "user", "content": []}, "messages[1].content"),
        ({"role": "user", "content": "a\0b"}, "messages[1].content"),
        ({"role": "user", "content": "\ud800"}, "messages[1].content"),
        ({"role": "user", "content": "x", "name": "bob"}, "messages[1].name"),
        ({"role": "assistant", "content": "x", "tool_calls": [{}]}, "messages[1].tool_calls[0]"),
        ({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, "messages[1].content[0].type"),
        ({"role": "user", "content": [{"type": "text", "text": "x"}, "y"]}, "messages[1].content[1]"),
        ({"role": "user", "content": [{"type": "text", "text": 5}]}, "messages[1].content[0].text"),
        ({"role": "user", "content": [{"type": ["text"]}]}, "messages[1].content[0]"),
        ({"role": "user", "content": [{"type": "text", "text": "x", "cache": 1}]}, "messages[1].content[0]"),
    ],
)
def test_a_fault_in_a_message_is_told_with_its_place(message: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_messages([{"role": "user", "content": "x"}, message])
    assert (caught.value.param, caught.value.status) == (param, 400)


def test_images_are_refused_by_name() -> None:
    with pytest.raises(ApiError, match="Images are not supported"):
        read_messages([{"role": "user", "content": [{"type": "image_url"}]}])


def test_without_a_question_there_is_nothing_to_answer() -> None:
    with pytest.raises(ApiError, match="at least one message of the user"):
        read_messages([{"role": "system", "content": "x"}])


def test_too_long_a_message(settings: Any) -> None:
    settings.MAX_MESSAGE_CHARACTERS = 10
    with pytest.raises(ApiError, match="longer than 10 characters"):
        read_messages([{"role": "user", "content": "x" * 11}])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(["role", "content", "name", "type", "text"]), JSON), max_size=4))
def test_whatever_is_sent_as_messages_is_read_or_refused(messages: list[dict[str, Any]]) -> None:
    try:
        read = read_messages(messages)
    except ApiError as error:
        assert error.status == 400 and error.param and error.param.startswith("messages")
    else:
        assert len(read) == len(messages)


def test_parameters_become_ours() -> None:
    body = ChatRequest(
        **ASKED,
        min_p=0.1,
        logit_bias={"7": -100},
        top_p=0,
        top_k=-1,
        stop="END",
        max_tokens=5,
        max_completion_tokens=7,
        temperature=1,
    )
    params = SamplingParams.from_json({name: value for name, value in body.params.items() if value is not None})
    assert (params.top_k, params.stop, params.max_tokens, params.temperature) == (0, ("END",), 7, 1)
    assert 0 < params.top_p < 1e-3
    assert (params.min_p, params.logit_bias) == (0.1, ((7, -100.0),))
    assert SamplingParams.from_json(params.to_json()) == params
    assert CompletionRequest(model="m", prompt="p").params["max_tokens"] == 16


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 5}, "model"),
        ({"messages": "hello"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": ["hello"]}, "messages[0]"),
        ({"temperature": "0.5"}, "temperature"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"top_k": 1.5}, "top_k"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"n": 0}, "n"),
        ({"n": 99}, "n"),
        ({"seed": 2**64}, "seed"),
        ({"seed": 1e300}, "seed"),
        ({"stop": ""}, "stop[0]"),
        ({"stop": ["a"] * 9}, "stop"),
        ({"stop": 5}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": {"other": 1}}, "stream_options.other"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"min_p": 1.1}, "min_p"),
        ({"logit_bias": {"x": 1}}, "logit_bias.x.[key]"),
        ({"logit_bias": {"5": 101}}, "logit_bias.5"),
        ({"logit_bias": [1]}, "logit_bias"),
    ],
)
async def test_a_wrong_value_is_refused_by_name(
    async_client: AsyncClient, alice: Any, echo_a: ModelEntry, change: Any, param: str
) -> None:
    status, error = await post(async_client, alice, json.dumps({**ASKED, **change}))
    assert (status, error["param"], error["type"]) == (400, param, "invalid_request_error")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "body", ["", "x", "[]", "5", "null", '"x"', "{", "[" * 100_000, '{"model": "\\ud800"}', "\udcff"]
)
async def test_a_body_that_is_no_object(async_client: AsyncClient, alice: Any, body: str) -> None:
    status, error = await post(async_client, alice, body.encode("utf-8", "surrogateescape"))
    assert status == 400 and error["message"]


@pytest.mark.django_db(transaction=True)
async def test_too_large_a_body(async_client: AsyncClient, alice: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    status, error = await post(async_client, alice, json.dumps({**ASKED, "user": "x" * 200}))
    assert (status, error["type"]) == (413, "invalid_request_error")


async def post(client: AsyncClient, user: Any, body: Any) -> tuple[int, dict[str, Any]]:
    _key, token = await database_sync_to_async(ApiKey.issue)(user, "test")
    response = await client.post(
        "/v1/chat/completions", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    answer: dict[str, Any] = json.loads(response.content)["error"]
    return response.status_code, answer
