"""Calls of tools in a model's words: the same pieces however the words are cut."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.engine.tool_calls import CallArguments, CallBegun, Said, ToolCallReader

WEATHER = '{"city": "台北 \\"x\\" {[", "days": [1, 2]}'
Call = tuple[str, str]


def read(text: str, cuts: Any = (), several: bool = True) -> tuple[str, list[Call]]:
    reader = ToolCallReader(["f", "g"], several)
    said, calls = "", []
    places = [0, *sorted(cuts), len(text)]
    parts = [text[begin:end] for begin, end in itertools.pairwise(places)]
    for piece in [piece for part in parts for piece in reader.feed(part)] + reader.finish():
        if isinstance(piece, Said):
            said += piece.text
        elif isinstance(piece, CallBegun):
            assert piece.index == len(calls)
            calls.append((piece.name, ""))
        else:
            assert isinstance(piece, CallArguments) and piece.index == len(calls) - 1
            calls[-1] = (calls[-1][0], calls[-1][1] + piece.text)
    return said, calls


HERMES = f'<tool_call>\n{{"name": "f", "arguments": {WEATHER}}}\n</tool_call>'
CASES: list[tuple[str, str, list[Call]]] = [
    (HERMES, "", [("f", WEATHER)]),
    (f"Let me see. \n{HERMES}\n", "Let me see.", [("f", WEATHER)]),
    (f"{HERMES}\n" + HERMES.replace('"f"', '"g"'), "", [("f", WEATHER), ("g", WEATHER)]),
    (f"a {HERMES} b", "a b", [("f", WEATHER)]),
    ('<tool_call>{"name":"f","arguments":{}}', "", [("f", "{}")]),  # a stop string took the end
    ('<tool_call>{"name":"f","arguments":{"a":1}</tool_call> so', " so", [("f", '{"a":1}')]),  # not closed
    ('<tool_call>{"arguments": {"a": 1}, "name": "f"}</tool_call>', "", [("f", '{"a": 1}')]),
    ('<tool_call>{"name": "f", "arguments": "{\\"a\\": 1}"}</tool_call>', "", [("f", '{"a": 1}')]),
    ('<tool_call>{"name": "f", "arguments": null}</tool_call>', "", [("f", "{}")]),
    ('<tool_call>{"name": "f"}</tool_call>', '<tool_call>{"name": "f"}</tool_call>', []),
    ("<tool_call>never", "<tool_call>never", []),
    ("<tool_call>", "<tool_call>", []),
    ('<tool_call>{"name": "f", "argu', '<tool_call>{"name": "f", "argu', []),
    ("1 < 2 and <tool", "1 < 2 and <tool", []),
    (f'[TOOL_CALLS][{{"name": "f", "arguments": {WEATHER}, "id": "abcdefghi"}}]', "", [("f", WEATHER)]),
    (
        '[TOOL_CALLS] [{"name": "f", "arguments": {}}, {"name": "g", "arguments": {"a": []}}]',
        "",
        [("f", "{}"), ("g", '{"a": []}')],
    ),
    (f'{{"name": "f", "parameters": {WEATHER}}}', "", [("f", WEATHER)]),
    (f'\n {{"type": "function", "name": "f", "parameters": {WEATHER}}}', "", [("f", WEATHER)]),
    ('{"name": "f", "parameters": {}}; {"name": "g", "parameters": {}}', "", [("f", "{}"), ("g", "{}")]),
    ('{"name": "Ada", "parameters": {}}', '{"name": "Ada", "parameters": {}}', []),  # nobody offered such a tool
    ('{"answer": 42} and more', '{"answer": 42} and more', []),
    ('Like {"name": "f", "parameters": {}}', 'Like {"name": "f", "parameters": {}}', []),
    ("plain words \n", "plain words \n", []),
    ("", "", []),
]


def same(expected: Call, found: Call) -> bool:
    return expected[0] == found[0] and json.loads(expected[1]) == json.loads(found[1])


@pytest.mark.parametrize(("text", "said", "calls"), CASES)
def test_calls_are_found_however_the_words_are_cut(text: str, said: str, calls: list[Call]) -> None:
    draw = random.Random(1)
    for cuts in [(), range(len(text)), *(draw.choices(range(len(text) + 1), k=4) for _ in range(60))]:
        found_said, found = read(text, cuts)
        assert found_said == said
        assert len(found) == len(calls) and all(same(*pair) for pair in zip(calls, found, strict=True))


def test_only_the_first_counts_when_one_was_asked_for() -> None:
    for text in (f"{HERMES}\n{HERMES}", '[TOOL_CALLS][{"name": "f", "arguments": {}}, {"name": "g", "arguments": {}}]'):
        for cuts in ((), range(len(text))):
            said, calls = read(text, cuts, several=False)
            assert said == "" and [name for name, _arguments in calls] == ["f"]


def test_name_and_arguments_come_as_soon_as_they_are_known() -> None:
    reader = ToolCallReader(["f"])
    assert reader.feed('<tool_call>\n{"name": "f", "arguments": ') == []
    assert reader.feed('{"ci') == [CallBegun(0, "f"), CallArguments(0, '{"ci')]
    assert reader.feed('ty": 1') == [CallArguments(0, 'ty": 1')]
    assert reader.feed("}}\n</tool") == [CallArguments(0, "}")]
    assert reader.feed("_call>") + reader.finish() == []


def test_an_unfinished_call_keeps_what_came() -> None:
    assert read('<tool_call>{"name": "f", "arguments": {"a": [1, 2') == ("", [("f", '{"a": [1, 2')])


@given(st.text(alphabet='{}[]"\\,:;<> ntoolcaTOLCALS_/namergus', max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_whatever_a_model_writes_is_read_and_nothing_is_lost_without_a_call(text: str, cuts: list[int]) -> None:
    cuts = [min(cut, len(text)) for cut in cuts]
    assert read(text, cuts) == read(text)
    said, calls = read(text)
    if not calls:
        assert said == text


def test_a_long_answer_is_read_in_linear_time() -> None:
    """Half a megabyte in small pieces: what was looked at once is not looked at again."""
    text = '{"answer": "' + "x" * 300_000
    reader = ToolCallReader(["f"])
    looked_at = 0
    for begin in range(0, len(text), 30):
        before = reader._value._seen
        reader.feed(text[begin : begin + 30])
        looked_at += reader._value._seen - before
    assert looked_at == len(text)
    assert read(text[:1000])[0] == text[:1000]
