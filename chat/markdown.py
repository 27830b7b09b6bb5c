"""Markdown of a model as safe HTML: whole, or block by block while it is still being written.

Pure: knows no model of the database and no request. HTML in the text is shown, never obeyed; the sanitiser
at the end is the second wall, the content security policy the third.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from chat.markdown_rules import parser
from chat.markdown_sanitiser import sanitise

log = logging.getLogger(__name__)

# A block of these kinds is complete as soon as an empty line follows it.
CLOSED_BY_EMPTY_LINE = {"paragraph_open", "heading_open", "table_open", "hr", "math_block"}


@lru_cache(maxsize=512)  # finished answers never change, and a page shows many of them again and again
def render(text: str) -> SafeString:
    """The whole text as HTML."""
    return _html(_normalised(text))


class MarkdownStream:
    """Renders a growing text: what is closed is given out once, only the open rest is parsed again.

    `take_closed()` + `render(tail)` equals `render(everything fed)`, however the text was cut into deltas.
    """

    def __init__(self) -> None:
        self.tail = ""
        self._held_back = ""  # a carriage return whose line feed may come with the next delta
        self._closed: list[str] = []
        self._looked_at = 0  # how much of the tail has been searched for an end of a block
        self._drawn = SafeString()
        self._searching, self._drawing = Pace(), Pace()

    def feed(self, delta: str) -> None:
        delta = self._held_back + delta
        self._held_back = "\r" if delta.endswith("\r") else ""
        self.tail += _normalised(delta[: len(delta) - len(self._held_back)])

    def take_closed(self) -> SafeString:
        """HTML of the blocks closed since the last call."""
        self._close_blocks()
        html, self._closed = "".join(self._closed), []
        return mark_safe(html)

    def open(self) -> SafeString:
        """HTML of the block that is still growing; code in it is not coloured yet."""
        if self._drawing.is_due():
            with self._drawing:
                self._drawn = _html(self.tail, highlight=False) if self.tail.strip() else SafeString()
        return self._drawn

    def _close_blocks(self) -> None:
        complete = self.tail.rfind("\n") + 1  # the last line may still become anything
        if complete <= self._looked_at or not self._searching.is_due():
            return
        self._looked_at = complete
        lines = self.tail[:complete].split("\n")[:-1]
        with self._searching:
            end_line = _closed_lines("\n".join(lines), lines)
        if end_line:
            end = sum(len(line) + 1 for line in lines[:end_line])
            self._closed.append(_html(self.tail[:end]))
            self.tail = self.tail[end:]
            self._looked_at = 0
            self._drawn, self._drawing = SafeString(), Pace()


class Pace:
    """Keeps costly work (a huge list that is drawn again with every word) to a small share of the time."""

    CHEAP = 0.005
    REST = 8  # times as long as the work took

    def __init__(self) -> None:
        self._started = self._next = 0.0

    def is_due(self) -> bool:
        return time.monotonic() >= self._next

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, *error: object) -> None:
        now = time.monotonic()
        cost = now - self._started
        self._next = now + self.REST * cost if cost > self.CHEAP else 0.0


def _closed_lines(text: str, lines: list[str]) -> int:
    """How many leading lines no further text can change."""
    blocks: list[Token] = []
    env = {"is_growing": True}
    try:
        parser.block.parse(text, parser, env, blocks)
    except RecursionError:
        return 0
    tops = [block for block in blocks if block.level == 0 and block.map and block.nesting >= 0]
    if not tops:
        return 0
    last = tops[-1]
    start, end = last.map or (0, 0)
    if env.get("has_open_math"):
        # Should the formula never be closed, its first line will have belonged to the block right before it.
        if len(tops) > 1 and (tops[-2].map or [0, 0])[1] == start and lines[start - 1].strip():
            return (tops[-2].map or [0, 0])[0]
        return start
    if _is_complete(last, lines, end):
        return end
    return start


def _is_complete(block: Token, lines: list[str], end: int) -> bool:
    if block.type == "fence":
        start = (block.map or [0, 0])[0]
        closing = lines[end - 1].strip()
        indent = len(lines[end - 1].expandtabs(4)) - len(lines[end - 1].expandtabs(4).lstrip())
        return (
            end - start > 1
            and indent < 4
            and closing == closing[:1] * len(closing)
            and (closing[: len(block.markup)] == block.markup)
        )
    return block.type in CLOSED_BY_EMPTY_LINE and any(not line.strip() for line in lines[end:])


def _html(text: str, *, highlight: bool = True) -> SafeString:
    try:
        return mark_safe(sanitise(parser.render(text, {"highlight": highlight})))
    except RecursionError:
        log.warning("text of %s characters is nested too deeply for Markdown; shown as it is", len(text))
        return mark_safe(f"<pre>{escape(text)}</pre>")


def _normalised(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
