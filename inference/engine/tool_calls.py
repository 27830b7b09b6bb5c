"""Reads the calls of tools out of a model's words while they come.

The words stay in the stream and in the row as the model wrote them; only whoever asked with tools reads them this way.
Three forms are known (see tool_formats.py), each by what it begins with, so nobody need say which model spoke:
<tool_call>{…}</tool_call>, [TOOL_CALLS][{…}, …], and a bare {"name": …, "parameters": …} in front of everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass

from inference.engine.tool_formats import END_OF_TOOL_CALL, TOOL_CALL, TOOL_CALLS


@dataclass(frozen=True, slots=True)
class Said:
    """Words for the person."""

    text: str


@dataclass(frozen=True, slots=True)
class CallBegun:
    index: int
    name: str


@dataclass(frozen=True, slots=True)
class CallArguments:
    """More of the JSON of a call's arguments."""

    index: int
    text: str


Piece = Said | CallBegun | CallArguments

BARE = ""  # the marker of the form that has none
MARKERS = (TOOL_CALL, TOOL_CALLS)
HEAD = re.compile(r'\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"(?:arguments|parameters)"\s*:\s*(?=\S)')
SCALAR = re.compile(r"[^\s,}\]]+(?=[\s,}\]])")
SPACE = " \t\r\n"


class ToolCallReader:
    """`feed` what comes, then `finish`. names: the tools offered. several: calls behind the first count too."""

    def __init__(self, names: Collection[str], several: bool = True) -> None:
        self._names = names
        self._several = several
        self._buffer = ""
        self._marker = BARE
        self._calls = 0
        self._read = self._read_beginning
        self._value = _Value()
        self._pieces: list[Piece] = []

    def feed(self, text: str) -> list[Piece]:
        self._buffer += text
        before = None
        while before != (self._read, self._buffer):  # each step takes something away or reads on in another way
            before = (self._read, self._buffer)
            self._read()
        return self._taken()

    def finish(self) -> list[Piece]:
        """What was held back: it did not become a call."""
        if self._read == self._read_object:
            self._say(self._marker + self._buffer)
        elif self._read == self._read_quoted_arguments:
            self._pieces.append(CallArguments(self._calls - 1, self._buffer))
        elif self._read in (self._read_beginning, self._read_text) and (not self._calls or self._buffer.strip()):
            self._say(self._buffer)
        self._buffer = ""
        return self._taken()

    def _taken(self) -> list[Piece]:
        taken, self._pieces = self._pieces, []
        return taken

    def _say(self, text: str) -> None:
        if text:
            self._pieces.append(Said(text))

    # --- one step each: take something from the buffer, or say how to read on ---------------------------------------

    def _read_beginning(self) -> None:
        if self._buffer.lstrip(SPACE).startswith("{"):
            self._marker = BARE
            self._expect_object()
        elif self._buffer.strip(SPACE):
            self._read = self._read_text

    def _read_text(self) -> None:
        found = [(place, marker) for marker in MARKERS if (place := self._buffer.find(marker)) >= 0]
        if found:
            place, self._marker = min(found)
            self._say(self._buffer[:place].rstrip(SPACE))
            self._buffer = self._buffer[place + len(self._marker) :]
            if self._marker == TOOL_CALLS:
                self._read = self._read_list
            else:
                self._expect_object()
            return
        held = _length_of_possible_marker(self._buffer)
        safe = self._buffer[: len(self._buffer) - held].rstrip(SPACE)  # a call drops the white space before it
        self._say(safe)
        self._buffer = self._buffer[len(safe) :]

    def _read_list(self) -> None:
        rest = self._buffer.lstrip(SPACE)
        if rest:
            self._buffer = rest[1:] if rest[0] == "[" else rest
            self._expect_object()

    def _expect_object(self) -> None:
        self._value, self._read = _Value(), self._read_object

    def _read_object(self) -> None:
        begun = self._buffer.lstrip(SPACE)
        if not begun:
            return
        if begun[0] != "{":
            self._no_call(self._buffer)
        elif match := HEAD.match(self._buffer):
            name = _text_of(match[1])
            if self._marker == BARE and name not in self._names:
                self._no_call(self._buffer)
                return
            self._begin(name)
            self._buffer = self._buffer[match.end() :]
            self._value = _Value()
            by_sign = {"{": self._read_arguments, "[": self._read_arguments, '"': self._read_quoted_arguments}
            self._read = by_sign.get(self._buffer[0], self._read_scalar_arguments)
        elif (end := self._value.end_in(self._buffer)) is not None:
            self._take_whole(self._buffer[:end])

    def _take_whole(self, text: str) -> None:
        """An object that is complete before its head was understood: its keys stand in another order."""
        call = _object(text)
        name, arguments = call.get("name"), call.get("arguments", call.get("parameters"))
        if isinstance(name, str) and isinstance(arguments, dict) and (self._marker != BARE or name in self._names):
            self._begin(name)
            self._pieces.append(CallArguments(self._calls - 1, json.dumps(arguments, ensure_ascii=False)))
            self._buffer = self._buffer[len(text) :]
            self._read = self._read_between
        else:
            self._no_call(text)

    def _begin(self, name: str) -> None:
        self._pieces.append(CallBegun(self._calls, name))
        self._calls += 1

    def _no_call(self, text: str) -> None:
        self._say(self._marker + text)
        self._buffer = self._buffer[len(text) :]
        self._read = self._read_text

    def _read_arguments(self) -> None:
        end = self._value.end_in(self._buffer)
        more = self._buffer if end is None else self._buffer[:end]
        self._value.forget()
        if more:
            self._pieces.append(CallArguments(self._calls - 1, more))
        self._buffer = self._buffer[len(more) :]
        if end is not None:
            self._to_the_end_of_the_call()

    def _read_quoted_arguments(self) -> None:
        """Some models write the arguments as a text that holds JSON."""
        if (end := self._value.end_in(self._buffer)) is not None:
            self._pieces.append(CallArguments(self._calls - 1, _text_of(self._buffer[:end])))
            self._buffer = self._buffer[end:]
            self._to_the_end_of_the_call()

    def _read_scalar_arguments(self) -> None:
        if match := SCALAR.match(self._buffer):
            self._pieces.append(CallArguments(self._calls - 1, "{}" if match[0] == "null" else match[0]))
            self._buffer = self._buffer[match.end() :]
            self._to_the_end_of_the_call()

    def _to_the_end_of_the_call(self) -> None:
        self._value = _Value(depth=1)
        self._read = self._read_rest_of_call

    def _read_rest_of_call(self) -> None:
        end = self._value.end_in(self._buffer)
        if end is None and END_OF_TOOL_CALL in self._buffer:  # the model forgot to close the object
            end = self._buffer.index(END_OF_TOOL_CALL)
        if end is not None:
            self._buffer = self._buffer[end:]
            self._read = self._read_between if self._several else self._read_nothing

    def _read_between(self) -> None:
        rest = self._buffer.lstrip(SPACE)
        if not rest or (self._marker == TOOL_CALL and len(rest) < len(END_OF_TOOL_CALL) and rest in END_OF_TOOL_CALL):
            return
        if self._marker == TOOL_CALL:
            self._buffer = rest.removeprefix(END_OF_TOOL_CALL)
            self._read = self._read_text
        elif rest[0] in ",;":
            self._buffer = rest[1:]
            self._expect_object()
        else:
            self._buffer = rest.removeprefix("]")
            self._read = self._read_text

    def _read_nothing(self) -> None:
        self._buffer = ""


class _Value:
    """Finds where a JSON value ends in a growing text. depth: how many brackets are open before it."""

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self._in_text = False
        self._is_escaped = False
        self._seen = 0

    def forget(self) -> None:
        """What was looked at is taken away: the text that comes next begins behind it."""
        self._seen = 0

    def end_in(self, text: str) -> int | None:
        """The place behind the last sign of the value. Looks only at what is new since the last time."""
        for place in range(self._seen, len(text)):
            sign = text[place]
            self._seen = place + 1
            if self._in_text:
                if self._is_escaped:
                    self._is_escaped = False
                elif sign == "\\":
                    self._is_escaped = True
                elif sign == '"':
                    self._in_text = False
                    if self._depth == 0:
                        return place + 1
            elif sign == '"':
                self._in_text = True
            elif sign in "{[":
                self._depth += 1
            elif sign in "}]":
                self._depth -= 1
                if self._depth <= 0:
                    return place + 1
        return None


def _length_of_possible_marker(text: str) -> int:
    """Of the text's ending that may become a marker."""
    lengths = [
        length
        for marker in MARKERS
        for length in range(1, min(len(marker), len(text) + 1))
        if text.endswith(marker[:length])
    ]
    return max(lengths, default=0)


def _text_of(quoted: str) -> str:
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:
        return quoted[1:-1]


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
