"""When which part of two anonymous answers is shown: by one clock for both, so that time tells nothing of the sides.

Nothing is shown until every side has begun. Then both grow by the same number of characters in every frame, at the
pace of the slower. When the shorter answer is all shown, the longer one goes on at the pace of the slower model,
whichever of the two that is, so that nobody can tell whether the longer answer came from the fast or the slow one.
PATIENCE_SECONDS after both are complete the rest appears at once: people's time is worth more than this last trace
(a rest longer than that at the slower's pace betrays that it was written by the faster one).

Pure: knows no socket and no database; `now` is seconds since 1970, as in the rows, so that a page that is loaded in
the middle reckons with the same times as the one that was open from the beginning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FRAME_SECONDS = 0.1
MOST_CHARACTERS = 80  # of a side in one frame
# What is younger than the reserve is held back: it keeps the second phase smooth when tokens come unevenly.
RESERVE_CHARACTERS, RESERVE_SECONDS = 32, (0.5, 4.0)
SLACK = 0.9  # the second phase is a little slower than the slower model, so that the reserve grows and never runs dry
PATIENCE_SECONDS = 20.0
STILL_SECONDS = 20.0  # so long without a first word on both sides: "still thinking"
USUAL_RATE = 30.0  # characters a second, of a model of which nothing is known yet
USUAL_SECONDS = 2.0  # what is known of a model weighs as much as so many seconds of this answer


@dataclass(frozen=True, slots=True)
class Written:
    """How one side wrote: so many characters, from the first to the last (or up to now)."""

    characters: int
    begun: float
    ended: float
    usual_rate: float = USUAL_RATE  # of its model in earlier answers: this one may be too short to measure

    @property
    def rate(self) -> float:
        """Characters a second, as far as the clock can show them."""
        seconds = max(0.0, self.ended - self.begun)
        rate = (self.characters + USUAL_SECONDS * self.usual_rate) / (seconds + USUAL_SECONDS)
        return min(rate, MOST_CHARACTERS / FRAME_SECONDS)


@dataclass(frozen=True, slots=True)
class SecondPhase:
    """The shorter answer is all shown; the longer one grows evenly from there."""

    start: int  # characters
    since: float
    pace: float  # characters a second

    @classmethod
    def after(cls, sides: Iterable[Written]) -> SecondPhase:
        """When it began follows from how the sides wrote, not from when somebody looked."""
        sides = tuple(sides)
        slowest = min(sides, key=lambda side: side.rate)
        start = min(side.characters for side in sides)
        reserve = reserve_of(side.usual_rate for side in sides)
        return cls(start, slowest.begun + start / slowest.rate + reserve, slowest.rate * SLACK)

    def reached(self, now: float) -> int:
        return self.start + max(0, int((now - self.since) * self.pace))


def shown_completely_at(sides: Iterable[Written]) -> float:
    """When the clock has shown nearly all of these complete answers: from then on the page may say that they are.

    A little before a socket has sent the last word (by SLACK), so that nobody who has read it is told to wait.
    """
    sides = tuple(sides)
    phase = SecondPhase.after(sides)
    complete = max(side.ended for side in sides)
    rest = max(side.characters for side in sides) - phase.start
    return min(max(phase.since + rest * SLACK / phase.pace, complete), complete + PATIENCE_SECONDS)


def shown_when_stopped(sides: Iterable[Written]) -> int:
    """How many characters of each side were shown when they were stopped: a faster one had written more."""
    sides = tuple(sides)
    return SecondPhase.after(sides).reached(max(side.ended for side in sides))


def reserve_of(usual_rates: Iterable[float]) -> float:
    """Seconds in which the slower of the models writes RESERVE_CHARACTERS."""
    least, most = RESERVE_SECONDS
    return min(max(RESERVE_CHARACTERS / min(usual_rates), least), most)


class CommonClock:
    """Fed with what the sides write, asked ten times a second what may be shown of it."""

    def __init__(self, usual_rates: Mapping[str, float], asked: float) -> None:
        self._sides = {label: _Buffer(rate) for label, rate in usual_rates.items()}
        self._asked = asked
        self._reserve = reserve_of(usual_rates.values())
        self._second: SecondPhase | None = None
        self.position = 0  # characters of every side that is long enough

    def feed(self, label: str, text: str, moment: float) -> None:
        """More text of a side, written at this moment, which may lie in the past but not before the last one's."""
        self._sides[label].add(text, moment)

    def end(self, label: str, now: float) -> None:
        """The side is complete."""
        self._sides[label].ended = now

    @property
    def is_thinking(self) -> bool:
        return self.position == 0

    def is_still_thinking(self, now: float) -> bool:
        return self.is_thinking and now - self._asked >= STILL_SECONDS

    @property
    def is_complete(self) -> bool:
        return all(side.ended is not None for side in self._sides.values())

    @property
    def complete_since(self) -> float:
        """To be asked of a complete one."""
        return max(side.ended or 0.0 for side in self._sides.values())

    @property
    def is_all_shown(self) -> bool:
        return self.is_complete and self.position >= max(len(side.text) for side in self._sides.values())

    def next_frame(self, now: float) -> dict[str, str] | None:
        """The new characters of each side, None when there is nothing new. To be called every FRAME_SECONDS."""
        goal = min(self._goal(now), self.position + MOST_CHARACTERS)
        if goal <= self.position:
            return None
        self.position = goal
        return {label: side.take(goal) for label, side in self._sides.items()}

    def _goal(self, now: float) -> int:
        sides = list(self._sides.values())
        growing = [side for side in sides if side.ended is None or len(side.text) > self.position]
        if len(growing) == len(sides):
            return min(side.older_than(now - self._reserve) for side in sides)
        if not growing:
            return self.position
        if self._second is None:
            start = min(len(side.text) for side in sides)
            self._second = SecondPhase.after(side.written(start) for side in sides)
        return min(self._second.reached(now), *(len(side.text) for side in growing))


class _Buffer:
    """What one side has written, how much of it is shown, and since when it was there."""

    def __init__(self, usual_rate: float) -> None:
        self.text = ""
        self.ended: float | None = None
        self._usual_rate = usual_rate
        self._begun: float | None = None
        self._shown = 0
        self._arrivals: list[tuple[float, int]] = []
        self._looked_at = self._older = 0

    def add(self, text: str, moment: float) -> None:
        if self._begun is None:
            self._begun = moment
        self.text += text
        self._arrivals.append((moment, len(self.text)))

    def older_than(self, moment: float) -> int:
        """The characters that came before it; to be asked for later and later moments."""
        while self._looked_at < len(self._arrivals) and self._arrivals[self._looked_at][0] <= moment:
            self._older = self._arrivals[self._looked_at][1]
            self._looked_at += 1
        return self._older

    def written(self, characters: int) -> Written:
        """Its first so many characters: the same of both sides, so that the sides are measured alike."""
        moment = next((moment for moment, length in self._arrivals if length >= characters), self._begun or 0.0)
        return Written(characters, self._begun or moment, moment, self._usual_rate)

    def take(self, position: int) -> str:
        end = whole_characters(self.text, min(position, len(self.text)))
        taken, self._shown = self.text[self._shown : end], max(end, self._shown)
        return taken


LONGEST_CLUSTER = 16  # nobody can hold a text back with a thousand accents on one letter


def whole_characters(text: str, length: int) -> int:
    """The last place up to `length` that does not cut what people see as one character (accents, joined emoji)."""
    place = length
    while length - LONGEST_CLUSTER < place and 0 < place < len(text) and _belongs_to_previous(text, place):
        place -= 1
    return max(place, 0)


def _belongs_to_previous(text: str, place: int) -> bool:
    before, here = text[place - 1], text[place]
    if before == "\u200d" or here in "\u200d\ufe0e\ufe0f" or before + here == "\r\n":
        return True
    if unicodedata.category(here).startswith("M") or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    return _is_flag_letter(here) and len(text[:place]) - len(text[:place].rstrip(FLAG_LETTERS)) & 1 == 1


FLAG_LETTERS = "".join(chr(code) for code in range(0x1F1E6, 0x1F200))  # two of them make a flag


def _is_flag_letter(character: str) -> bool:
    return character in FLAG_LETTERS
