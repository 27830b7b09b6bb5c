"""Finds stop strings in a growing text and holds back an ending that may become one.

Knows only text: no tokens, no model. Linear in the text: only the short held-back ending is read again.
"""

from __future__ import annotations

from collections.abc import Sequence


class StopStringFilter:
    """`feed` returns the text that is safe to show; nothing of a stop string or behind it ever comes out."""

    def __init__(self, stop_strings: Sequence[str]) -> None:
        self._stop_strings = tuple(stop_strings)
        self._held_back = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        if self.stopped:
            return ""
        if not self._stop_strings:
            return text
        text = self._held_back + text
        self._held_back = ""
        positions = [position for stop in self._stop_strings if (position := text.find(stop)) >= 0]
        if positions:
            self.stopped = True
            return text[: min(positions)]
        safe_length = len(text) - self._longest_possible_start(text)
        self._held_back = text[safe_length:]
        return text[:safe_length]

    def finish(self) -> str:
        """What was held back in vain: the answer ended before it became a stop string."""
        held_back, self._held_back = self._held_back, ""
        return held_back

    def _longest_possible_start(self, text: str) -> int:
        longest = 0
        for stop in self._stop_strings:
            for length in range(min(len(stop) - 1, len(text)), longest, -1):
                if text.endswith(stop[:length]):
                    longest = length
                    break
        return longest
