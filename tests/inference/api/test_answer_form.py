"""What a program may want beyond plain text: each wrong wish is refused by its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inference.api.answer_form import read_form
from inference.api.errors import ApiError, from_failure
from inference.api.logprobs import chat_logprobs, completion_logprobs
from inference.api.messages import read_messages
from inference.api.refusals import refuse_unsupported
from inference.api.schemas import ChatRequest, CompletionRequest
from inference.engine.answer_form import PLAIN, AnswerForm, ToolCall
from inference.engine.types import ChatMessage, FormatRefused, ToolsRefused
from inference.generations import FORM, Generation

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}


def schema(**change: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, **change}}


def tool(name: Any = "f", **change: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **change}}


def deep() -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(300):
        value = {"items": value}
    return value


def form(**asked: Any) -> AnswerForm:
    return read_form(ChatRequest(**ASKED, **asked))


def test_nothing_asked_is_a_plain_answer() -> None:
    nothing: dict[str, Any] = {"logprobs": False, "top_logprobs": 0, "tools": [], "tool_choice": "auto"}
    nothing |= {"response_format": {"type": "text"}, "parallel_tool_calls": False}
    for asked in ({}, nothing, {**nothing, "tool_choice": "none"}, dict.fromkeys(nothing)):
        assert form(**asked) == PLAIN and form(**asked).is_plain
    assert read_form(CompletionRequest(model="m", prompt="x")) == PLAIN


def test_what_is_asked_is_kept_with_the_generation() -> None:
    asked = form(
        logprobs=True,
        top_logprobs=4,
        response_format=schema(strict=True),
        tools=[tool(), tool("g", strict=True, parameters=SCHEMA, description="G")],
        tool_choice={"type": "function", "function": {"name": "g"}},
        parallel_tool_calls=False,
    )
    kept = Generation(params=json.loads(json.dumps({"temperature": 0.5, FORM: asked.to_json()})))
    assert kept.form == asked and kept.sampling.temperature == 0.5
    assert (asked.logprobs, asked.schema, asked.must_call, asked.allows_several_calls) == (4, SCHEMA, True, False)
    assert [function["name"] for function in asked.callable_tools] == ["g"]
    assert form(logprobs=True).to_json() == {"logprobs": 0}
    assert read_form(CompletionRequest(model="m", prompt="x", logprobs=0)).logprobs == 0
    assert form(response_format={"type": "json_object"}).schema == {"type": "object"}
    none = form(tools=[tool()], tool_choice="none")
    assert none.offered_tools == [] and not none.must_call and none.tools


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"response_format": {}}, "response_format.type"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_object", "schema": {}}}, "response_format.schema"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"response_format": schema(name="a b")}, "response_format.json_schema.name"),
        ({"response_format": schema(strict="yes")}, "response_format.json_schema.strict"),
        ({"response_format": schema(other=1)}, "response_format.json_schema.other"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
            "response_format.json_schema.schema",
        ),
        ({"response_format": schema(schema={"type": "objec"})}, "response_format"),
        ({"response_format": schema(schema=[1])}, "response_format"),
        ({"tools": [{}]}, "tools[0]"),
        ({"tools": [{"type": "web_search"}]}, "tools[0]"),
        ({"tools": [tool(), tool(5)]}, "tools[1].function.name"),
        ({"tools": [tool("a.b")]}, "tools[0].function.name"),
        ({"tools": [tool(), tool()]}, "tools[1].function.name"),
        ({"tools": [tool(other=1)]}, "tools[0].function.other"),
        ({"tools": [tool(parameters=[1])]}, "tools[0].function.parameters"),
        ({"tools": [tool(description=1)]}, "tools[0].function.description"),
        ({"tools": [tool(description="\ud800")]}, "tools"),
        ({"tools": [tool(parameters={"type": "objec"}, strict=True)]}, "tools[0].function.parameters"),
        ({"tools": [tool(parameters={"type": "objec"})], "tool_choice": "required"}, "tools[0].function.parameters"),
        ({"tools": [tool(parameters=deep())]}, "tools"),
        ({"response_format": schema(schema=deep())}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [tool()], "tool_choice": "always"}, "tool_choice"),
        ({"tools": [tool()], "tool_choice": {}}, "tool_choice"),
        ({"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice"),
        ({"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": ["f"]}}}, "tool_choice"),
    ],
)
def test_a_wrong_wish_is_refused_by_name(asked: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        form(**asked)
    assert (caught.value.param, caught.value.status) == (param, 400) and param.partition(".")[0] in str(caught.value)


def test_the_librarys_own_words_say_what_is_wrong_with_a_schema() -> None:
    with pytest.raises(ApiError, match=r"'response_format'.* Unimplemented keys: \[\"uniqueItems\"\]"):
        form(response_format=schema(schema={"type": "array", "uniqueItems": True}))


def test_an_unusual_schema_is_no_trouble_where_nothing_is_held_to_it() -> None:
    assert form(tools=[tool(parameters={"not": {}})]).offered_tools


@pytest.mark.parametrize("field", ["tools", "tool_choice", "response_format"])
def test_the_older_completions_know_none_of_it(field: str) -> None:
    with pytest.raises(ApiError) as caught:
        refuse_unsupported(CompletionRequest(model="m", prompt="x", **{field: {"a": 1}}))
    assert (caught.value.param, caught.value.code) == (field, "unsupported_parameter")


CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


def test_a_conversation_with_tools_is_read_and_kept() -> None:
    messages = read_messages(
        [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "rain"}]},
        ]
    )
    assert messages[1:] == [
        ChatMessage("assistant", "", (ToolCall("c1", "f", '{"a": 1}'),)),
        ChatMessage("tool", "rain", tool_call_id="c1"),
    ]
    kept = Generation(prompt=json.loads(json.dumps([message.to_json() for message in messages])))
    assert list(kept.prompt_messages) == messages
    assert messages[0].to_json() == {"role": "user", "content": "x"}


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"role": "assistant", "tool_calls": [CALL], "content": 5}, "messages[1].content"),
        ({"role": "assistant", "tool_calls": "f"}, "messages[1].tool_calls"),
        ({"role": "assistant", "tool_calls": [{**CALL, "id": 5}]}, "messages[1].tool_calls[0].id"),
        ({"role": "assistant", "tool_calls": [{**CALL, "type": "x"}]}, "messages[1].tool_calls[0]"),
        (
            {"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "f", "arguments": {}}}]},
            "messages[1].tool_calls[0].function.arguments",
        ),
        ({"role": "user", "content": "x", "tool_calls": [CALL]}, "messages[1].tool_calls"),
        ({"role": "tool", "content": "x"}, "messages[1].tool_call_id"),
        ({"role": "tool", "content": "x", "tool_call_id": "other"}, "messages[1].tool_call_id"),
        ({"role": "function", "content": "x", "name": "f"}, "messages[1].role"),
    ],
)
def test_a_fault_in_a_call_is_told_with_its_place(message: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_messages([{"role": "user", "content": "x"}, message])
    assert (caught.value.param, caught.value.status) == (param, 400)


def test_what_an_engine_cannot_do_is_a_bad_request() -> None:
    for error, param in ((ToolsRefused("no"), "tools"), (FormatRefused("no"), "response_format")):
        refused = from_failure(str(error), error.code)
        assert (refused.status, refused.param, str(refused)) == (400, param, "no")


HALVES = [
    [["\ufffd", -1.0, "e7"], ["a", -2.0, "61"]],
    [["\ufffd", -3.0, "92b0"]],
    [["b", 0.0, "62"]],
    [["<s>", -5.0, ""]],
]


def test_likelihoods_as_the_chat_tells_them() -> None:
    first, _second, _third, control = chat_logprobs(HALVES)["content"]  # type: ignore[arg-type]
    assert first == {
        "token": "\ufffd",
        "logprob": -1.0,
        "bytes": [0xE7],
        "top_logprobs": [{"token": "a", "logprob": -2.0, "bytes": [0x61]}],
    }
    assert (control["token"], control["bytes"], control["top_logprobs"]) == ("<s>", None, [])


def test_likelihoods_as_the_older_completions_tell_them() -> None:
    told = completion_logprobs(HALVES, 5)  # type: ignore[arg-type]
    assert told["tokens"] == ["bytes:\\xe7", "bytes:\\x92\\xb0", "b", "<s>"]
    assert told["token_logprobs"] == [-1.0, -3.0, 0.0, -5.0]
    assert told["text_offset"] == [5, 5, 6, 7]
    assert told["top_logprobs"][0] == {"a": -2.0, "bytes:\\xe7": -1.0}
    assert completion_logprobs([token[:1] for token in HALVES], 0)["top_logprobs"] is None  # type: ignore[misc]
