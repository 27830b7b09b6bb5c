"""The HTML fragments of a running battle, swapped by id: named sides as they come, blind ones by the common clock.

The ids are made of the turn and the side's letter only. Knows no socket and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from chat.markdown import MarkdownStream
from chat.reply_frames import ReplyFrames
from inference.events import Event

BLOCK = 1024  # bytes; how many characters a blind frame carries is not told by its size


def key_of(turn_id: Any, label: str) -> str:
    """What the ids of one side's panel end with."""
    return f"{turn_id}-{label}"


class NamedFrames:
    """One for each connection to a side-by-side turn."""

    def __init__(self, turn_id: Any, labels: Iterable[str]) -> None:
        self._sides = {label: ReplyFrames(key_of(turn_id, label)) for label in labels}

    def render(self, events: Iterable[tuple[str, Event]]) -> str:
        """The fragments that bring the page up to date after these (label, event) pairs."""
        by_side: dict[str, list[Event]] = {}
        for label, event in events:
            by_side.setdefault(label, []).append(event)
        return "".join(self._sides[label].render(found) for label, found in by_side.items())


class BlindFrames:
    """One for each connection to a blind turn; both sides are written in every frame."""

    def __init__(self, turn_id: Any, labels: Iterable[str]) -> None:
        self._sides = {key_of(turn_id, label): MarkdownStream() for label in labels}
        self._keys = {label: key_of(turn_id, label) for label in labels}
        self._is_first = True

    def still_thinking(self) -> str:
        sentence = escape(_("Still thinking…"))
        return padded("".join(_status(key, sentence) for key in self._sides))

    def grown(self, texts: Mapping[str, str]) -> str:
        """After these new characters of the sides."""
        html = []
        for label, text in texts.items():
            key = self._keys[label]
            stream = self._sides[key]
            stream.feed(text)
            swap = "innerHTML" if self._is_first else "beforeend"
            html.append(f'<div id="closed-{key}" hx-swap-oob="{swap}">{stream.take_closed()}</div>')
            html.append(f'<div id="open-{key}" hx-swap-oob="innerHTML">{stream.open()}</div>')
            if self._is_first:
                html.append(_status(key, ""))
        self._is_first = False
        return padded("".join(html))


def padded(html: str) -> str:
    """Filled up with a comment to whole BLOCKs."""
    missing = -(len(html.encode()) + len("<!---->")) % BLOCK
    return f"{html}<!--{'.' * missing}-->"


def _status(key: str, sentence: str) -> str:
    return f'<p id="status-{key}" hx-swap-oob="innerHTML">{sentence}</p>'
