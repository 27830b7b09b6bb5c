"""Where the lines, dots and bars of the leaderboard's charts stand, and how strong each cell is coloured.

Pure geometry: the templates draw it, the style sheet has the colours. All lengths are in the drawing's own pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 160, 20  # of one row's interval
MARGIN = 6  # at both ends of the axis: room for a dot
TICKS = 4  # at most about so many numbers on the axis
DAYS_WIDTH, DAYS_HEIGHT = 720, 96
STEPS = 10  # colours of a heat map, from 0 to STEPS


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    value: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A line from `left` to `right` with a dot at `middle`."""

    left: float
    middle: float
    right: float


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale that all intervals share."""

    low: float
    high: float
    ticks: list[Tick] = field(default_factory=list)

    def x(self, points: float) -> float:
        """Clipped to the drawing."""
        share = (points - self.low) / (self.high - self.low)
        return round(MARGIN + min(max(share, 0), 1) * (WIDTH - 2 * MARGIN), 1)

    def interval(self, lower: float, points: float, upper: float) -> Interval:
        return Interval(self.x(lower), self.x(points), self.x(upper))


def axis(intervals: Iterable[tuple[float, float]]) -> Axis:
    """From the lowest lower to the highest upper end; without any interval it is empty, around 1000 points."""
    found = list(intervals)
    if not found:
        return Axis(990.0, 1010.0)
    low, high = min(lower for lower, _upper in found), max(upper for _lower, upper in found)
    if high - low < 1:
        low, high = low - 1, high + 1
    bare = Axis(low, high)
    return Axis(low, high, [Tick(bare.x(value), value) for value in round_values(low, high)])


def round_values(low: float, high: float) -> list[int]:
    """A few whole numbers of 1, 2 or 5 times a power of ten between the two."""
    rough = (high - low) / TICKS
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = max(1, round(next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= rough)))
    first = math.ceil(low / step) * step
    return list(range(first, math.floor(high) + 1, step))


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; `height` 0 draws nothing."""

    x: float
    y: float
    width: float
    height: float
    day: str
    number: int


def bars(days: Sequence[tuple[str, int]]) -> list[Bar]:
    if not days:
        return []
    most = max(1, max(number for _day, number in days))
    room = DAYS_WIDTH / len(days)
    found = []
    for index, (day, number) in enumerate(days):
        # A single vote beside a thousand is still to be seen.
        height = max(2.0, DAYS_HEIGHT * number / most) if number else 0.0
        x, y = index * room + room * 0.12, DAYS_HEIGHT - height
        found.append(Bar(round(x, 1), round(y, 1), round(room * 0.76, 1), round(height, 1), day, number))
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """`shade` is None where there is nothing to show."""

    text: str
    shade: int | None


def rate_cell(rate: float | None) -> Cell:
    """A share from 0 (orange) by ½ (neutral) to 1 (blue), as whole percent."""
    return Cell("", None) if rate is None else Cell(f"{100 * rate:.0f}", round(STEPS * rate))


def count_cell(count: int, most: int) -> Cell:
    """A part of the most (blue)."""
    return Cell(f"{count}", round(STEPS * count / most)) if count else Cell("", None)
