"""Where the lines of a radar and the bars of a score stand. Pure geometry in the drawing's own pixels; the style sheet
has the colours, and a table beside each drawing says the same in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 160, 20  # of one bar
RADIUS = 110
MIDDLE_X, MIDDLE_Y = 230, 150  # room at the sides for the names of the categories
RINGS = 4
MOST_SERIES = 6  # colours and marks that can be told apart
FEWEST_SPOKES = 3
NEAR = 0.2  # a label so near to the vertical stands in the middle above or below its spoke


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from 0 with a whisker from `lower` to `upper`; both None where there is no interval."""

    width: float
    lower: float | None
    upper: float | None


def bar(value: float, lower: float | None, upper: float | None, *, highest: float) -> Bar:
    def x(number: float) -> float:
        return round(WIDTH * min(max(number / highest, 0.0), 1.0), 1)

    return Bar(x(value), None if lower is None else x(lower), None if upper is None else x(upper))


@dataclass(frozen=True, slots=True)
class Spoke:
    x: float
    y: float
    label: str
    label_x: float
    label_y: float
    anchor: str  # start, middle or end


@dataclass(frozen=True, slots=True)
class Series:
    """One model's shape. `number` counts from 1 and chooses colour and mark."""

    number: int
    label: str
    points: str
    dots: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Radar:
    rings: list[str]
    spokes: list[Spoke]
    series: list[Series]
    left_out: int  # series beyond those that can be told apart


def radar(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], *, highest: float
) -> Radar | None:
    """None where two categories or fewer make no shape. A value that is missing has no corner."""
    if len(labels) < FEWEST_SPOKES or not series:
        return None
    angles = [2 * math.pi * place / len(labels) - math.pi / 2 for place in range(len(labels))]
    return Radar(
        rings=[_points([_at(angle, ring / RINGS) for angle in angles]) for ring in range(1, RINGS + 1)],
        spokes=[_spoke(label, angle) for label, angle in zip(labels, angles, strict=True)],
        series=[_series(number, *given, angles, highest) for number, given in enumerate(series[:MOST_SERIES], start=1)],
        left_out=max(0, len(series) - MOST_SERIES),
    )


def _series(number: int, label: str, values: Sequence[float | None], angles: Sequence[float], highest: float) -> Series:
    dots = [
        _at(angle, min(max(value / highest, 0.0), 1.0))
        for angle, value in zip(angles, values, strict=True)
        if value is not None
    ]
    return Series(number, label, _points(dots), dots)


def _spoke(label: str, angle: float) -> Spoke:
    x, y = _at(angle, 1)
    label_x, label_y = _at(angle, 1 + 14 / RADIUS)
    across = math.cos(angle)
    anchor = "middle" if abs(across) < NEAR else "start" if across > 0 else "end"
    # Text stands on its line: below the middle it needs more room, above it none.
    return Spoke(x, y, label, label_x, round(label_y + 4 + 4 * math.sin(angle), 1), anchor)


def _at(angle: float, share: float) -> tuple[float, float]:
    return (
        round(MIDDLE_X + RADIUS * share * math.cos(angle), 1),
        round(MIDDLE_Y + RADIUS * share * math.sin(angle), 1),
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
