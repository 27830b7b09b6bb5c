"""Reads JSON lists and JSON lines entry by entry, so that each knows its place and a fault names it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from arena.formats.rows import Wrong

# What JSON allows and a database refuses: a zero character, and half of a pair.
UNSTORABLE = re.compile("\x00|[\ud800-\udfff]")
MAY_BE_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\x00")
SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and where it stands; `fault` instead of a value that cannot be read."""

    number: int  # unique within the file
    place: str  # for people
    value: Any = None
    fault: str = ""


def entries(text: str) -> Iterator[Entry]:
    """Of a list its elements, of JSON lines the lines, of one object that object alone."""
    if text[SPACE.match(text).end() :][:1] == "[":  # type: ignore[union-attr]
        yield from _elements(text)
    elif (whole := _one_object(text)) is not None:
        yield whole
    else:
        yield from _lines(text)


def _elements(text: str) -> Iterator[Entry]:
    position = _after_space(text, 0) + 1
    line, counted, number = 1, 0, 0
    decoder = _decoder(text)
    while True:
        position = _after_space(text, position)
        if number and text[position : position + 1] == ",":
            position = _after_space(text, position + 1)
        elif number and text[position : position + 1] != "]":
            yield Entry(number, _line(_line_at(text, position)), fault=_("a comma or the end of the list is missing"))
            return
        line, counted = line + text.count("\n", counted, position), position
        if text[position : position + 1] == "]":
            if text[_after_space(text, position + 1) :]:
                yield Entry(number + 1, _line(line), fault=_("there is something behind the end of the list"))
            return
        number += 1
        place = _("Entry %(entry)d (line %(line)d)") % {"entry": number, "line": line}
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield Entry(number, place, fault=_fault(error))
            return
        yield Entry(number, place, value)


def _lines(text: str) -> Iterator[Entry]:
    decoder = _decoder(text)
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield Entry(number, _line(number), decoder.decode(line))
            except (ValueError, RecursionError) as error:
                yield Entry(number, _line(number), fault=_fault(error, lines_before=number - 1))


def _one_object(text: str) -> Entry | None:
    """None if the text is not exactly one object: then it is JSON lines, or nothing."""
    try:
        value, end = _decoder(text).raw_decode(text, _after_space(text, 0))
    except (ValueError, RecursionError):
        return None
    return Entry(1, _line(1), value) if not text[_after_space(text, end) :] else None


def _decoder(text: str) -> json.JSONDecoder:
    if MAY_BE_UNSTORABLE.search(text):
        return json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_storable_object)
    return json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)


def _no_number(word: str) -> Any:
    raise Wrong(_("%(word)s is no JSON value") % {"word": word})


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _storable_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {storable(key): storable(value) for key, value in pairs}


def storable(value: Any) -> Any:
    """The same with U+FFFD for characters that no database takes."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(part) for part in value]
    return value


def _after_space(text: str, position: int) -> int:
    found = SPACE.match(text, position)
    return found.end() if found else position


def _line(number: int) -> str:
    return _("Line %(line)d") % {"line": number}


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _fault(error: Exception, lines_before: int = 0) -> str:
    if isinstance(error, json.JSONDecodeError):
        return _("this is not valid JSON (%(reason)s at line %(line)d, column %(column)d)") % {
            "reason": error.msg,
            "line": lines_before + error.lineno,
            "column": error.colno,
        }
    if isinstance(error, Wrong):
        return str(error)
    return _("this is nested too deeply") if isinstance(error, RecursionError) else _("a number has too many digits")
