"""What a remote server says beyond plain text, well-formed and not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inference.engine.answer_form import NAMED, AnswerForm, ToolCall
from inference.engine.remote_form import ToolCallWriter, form_fields, message_fields, read_logprobs
from inference.engine.tool_calls import CallArguments, CallBegun, Said, ToolCallReader
from inference.engine.types import ChatMessage, EngineError

TOOLS = [{"type": "function", "function": {"name": "f"}}]


def call(index: int, name: str | None = None, arguments: str | None = None) -> dict[str, Any]:
    return {"index": index, "id": "x", "function": {"name": name, "arguments": arguments}}


def read_back(deltas: list[tuple[str, list[Any]]]) -> tuple[str, list[list[str]]]:
    writer, reader = ToolCallWriter(), ToolCallReader([])
    text = "".join(writer.write(*delta) for delta in deltas) + writer.close()
    said, calls = "", []
    for piece in [*reader.feed(text), *reader.finish()]:
        if isinstance(piece, Said):
            said += piece.text
        elif isinstance(piece, CallBegun):
            calls.append([piece.name, ""])
        elif isinstance(piece, CallArguments):
            calls[-1][1] += piece.text
    return said, calls


def test_calls_in_pieces_are_written_so_that_they_are_read_again() -> None:
    deltas: list[tuple[str, list[Any]]] = [
        ("Let me see.", []),
        ("", [call(0, "f", "")]),
        ("", [call(0, None, '{"a": "}')]),
        ("", [call(0, None, '</tool_call>"}')]),
        ("", [call(1, "g"), call(2, "h", '{"b": 1}')]),
    ]
    said, calls = read_back(deltas)
    assert said == "Let me see."
    assert calls == [["f", '{"a": "}</tool_call>"}'], ["g", "{}"], ["h", '{"b": 1}']]
    assert read_back([("words alone", [])]) == ("words alone", [])


def test_a_whole_message_has_calls_without_numbers() -> None:
    functions = [{"id": "a", "function": {"name": name, "arguments": "{}"}} for name in ("f", "g")]
    assert read_back([("", functions)]) == ("", [["f", "{}"], ["g", "{}"]])


@pytest.mark.parametrize("wrong", [5, "f", {"index": 0}, call(0, None, "{}"), call(0, "f", 7), {"function": "f"}])  # type: ignore[arg-type]
def test_what_is_no_call_is_a_sentence(wrong: Any) -> None:
    with pytest.raises(EngineError, match="no answer"):
        ToolCallWriter().write("", [wrong])


def test_the_request_says_what_was_asked() -> None:
    form = AnswerForm(2, '{"type": "json_object"}', json.dumps(TOOLS), f"{NAMED}f", False)
    assert form_fields(form, is_raw=False) == {
        "logprobs": True,
        "top_logprobs": 2,
        "response_format": {"type": "json_object"},
        "tools": TOOLS,
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "parallel_tool_calls": False,
    }
    assert form_fields(AnswerForm(logprobs=2), is_raw=True) == {"logprobs": 2}
    assert form_fields(AnswerForm(), is_raw=False) == {}
    made = message_fields(ChatMessage("assistant", "", (ToolCall("a", "f", "{}"),)))
    assert made["content"] is None and made["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert message_fields(ChatMessage("tool", "rain", tool_call_id="a"))["tool_call_id"] == "a"
    assert message_fields(ChatMessage("user", "x")) == {"role": "user", "content": "x"}


def test_likelihoods_of_both_kinds_are_read() -> None:
    chat = {
        "content": [{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": [{"token": "b", "logprob": -1}]}]
    }
    assert read_logprobs(chat) == ((("a", -0.5, "61"), ("b", -1, "62")),)
    older = {
        "tokens": ["bytes:\\xe7\\x92", "b"],
        "token_logprobs": [-1.0, None],
        "top_logprobs": [{"a": -2.0}, None],
        "text_offset": [0, 0],
    }
    assert read_logprobs(older) == ((("\ufffd", -1.0, "e792"), ("a", -2.0, "61")), (("b", 0.0, "62"),))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        5,
        {},
        {"content": [5]},
        {"content": [{"token": "a"}]},
        {"tokens": ["a"], "token_logprobs": []},
        {"content": 1},
    ],
)
def test_what_cannot_be_read_tells_nothing(wrong: Any) -> None:
    assert read_logprobs(wrong) == ()
