"""What a run found, as its page shows it: points and exact checks by model, category and turn, and who beats whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from arena import charts as board_charts
from arena.evaluation import charts
from arena.evaluation.intervals import Estimate
from arena.evaluation.labels import category_label
from arena.evaluation.models import Run
from arena.evaluation.results import PairRow, ScoreRow, check_rows, pair_rows, score_rows
from arena.evaluation.statistics import Decision, Place, WinRate, decisions, means, win_rates
from inference.models import ModelEntry

STEPS = 10  # shades of a cell


@dataclass(frozen=True, slots=True)
class Filters:
    """None means all of them."""

    judge: int | None = None
    turn: int | None = None

    @classmethod
    def from_query(cls, query: Any) -> Filters:
        return cls(_number(query.get("judge")), _number(query.get("turn")))


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is empty where nothing was scored. `margin` is half the interval."""

    text: str
    margin: str
    count: int
    shade: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One model. `number` is its colour and mark in the radar."""

    number: int
    entry: ModelEntry
    total: Cell
    bar: charts.Bar
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of score of all models. Shares are in percent."""

    key: str  # "points" or "checks"
    title: str
    caption: str
    highest: int
    headings: list[str]
    lines: list[Line]
    radar: charts.Radar | None
    groups: list[tuple[str, list[tuple[Line, Cell, charts.Bar | None]]]] = field(default_factory=list)


def measures(run: Run, entries: Sequence[ModelEntry], filters: Filters) -> list[Measure]:
    """What there is of: points by judges, exact checks."""
    order = list(dict.fromkeys(run.question_set.questions.values_list("category", flat=True)))
    points = [row for row in score_rows(run) if filters.judge in (None, row.judge_id)]
    found = [
        _measure("points", _("Points by judges"), _("From 1 to 10, with half the width of the interval"), 10,
                 entries, order, points, filters.turn),
        _measure("checks", _("Exact checks"), _("Right answers in percent, with half the width of the interval"), 100,
                 entries, order, check_rows(run), filters.turn),
    ]  # fmt: skip
    return [measure for measure in found if measure is not None]


def _measure(
    key: str,
    title: str,
    caption: str,
    highest: int,
    entries: Sequence[ModelEntry],
    order: Sequence[str],
    rows: Sequence[ScoreRow],
    turn: int | None,
) -> Measure | None:
    table = means(rows, shares=highest == 100)
    scored = [entry for entry in entries if (entry.pk, None, turn) in table]
    if not scored:
        return None
    scored.sort(key=lambda entry: -table[entry.pk, None, turn].mean)
    categories = [category for category in order if any((entry.pk, category, turn) in table for entry in scored)]
    lines = [_line(number, entry, table, categories, turn, highest) for number, entry in enumerate(scored, start=1)]
    labels = [category_label(category) for category in categories]
    scale = 1 if highest == 100 else highest
    shapes = [(entry.label, [_mean(table.get((entry.pk, name, turn))) for name in categories]) for entry in scored]
    return Measure(
        key,
        title,
        caption,
        highest,
        labels,
        lines,
        charts.radar(labels, shapes, highest=scale),
        [
            (label, [(line, line.cells[place], _bar(table, line.entry, name, turn, scale)) for line in lines])
            for place, (label, name) in enumerate(zip(labels, categories, strict=True))
        ],
    )


def _line(
    number: int, entry: ModelEntry, table: dict[Place, Estimate], categories: Sequence[str], turn: int | None, most: int
) -> Line:
    total = table[entry.pk, None, turn]
    scale = 1 if most == 100 else most
    return Line(
        number,
        entry,
        cell(total, most),
        charts.bar(total.mean, total.lower, total.upper, highest=scale),
        [cell(table.get((entry.pk, category, turn)), most) for category in categories],
    )


def cell(estimate: Estimate | None, highest: int) -> Cell:
    """A share becomes whole percent, points keep one decimal."""
    if estimate is None:
        return Cell("", "", 0, None)
    is_share = highest == 100
    half = estimate.half_width
    margin = "" if half is None else f"± {100 * half:.0f}" if is_share else f"± {half:.1f}"
    text = f"{100 * estimate.mean:.0f}" if is_share else f"{estimate.mean:.1f}"
    return Cell(text, margin, estimate.n, round(STEPS * estimate.mean / (1 if is_share else highest)))


def _bar(
    table: dict[Place, Estimate], entry: ModelEntry, category: str, turn: int | None, scale: int
) -> charts.Bar | None:
    found = table.get((entry.pk, category, turn))
    return charts.bar(found.mean, found.lower, found.upper, highest=scale) if found else None


def _mean(estimate: Estimate | None) -> float | None:
    return estimate.mean if estimate else None


# --- pairs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairLine:
    """One model against all others it met; `rates` against each, in the order of the lines."""

    number: int
    entry: ModelEntry
    found: WinRate
    bar: charts.Bar
    rates: list[board_charts.Cell]


@dataclass(frozen=True, slots=True)
class PairTable:
    lines: list[PairLine]
    count: int  # pairs that were judged in both orders
    undecided: int  # comparisons whose other order could not be read

    @property
    def has_matrix(self) -> bool:
        return len(self.lines) > 2


def pair_table(run: Run, entries: Sequence[ModelEntry], filters: Filters) -> PairTable | None:
    """None in a run without comparisons."""
    rows = chosen_pairs(pair_rows(run), filters)
    if not rows:
        return None
    found = decisions(rows)
    rates = [(entry, rate) for entry in entries if (rate := win_rates(found, entry.pk))]
    rates.sort(key=lambda pair: -pair[1].rate.mean)
    ranked = [entry for entry, _rate in rates]
    lines = [
        PairLine(
            number,
            entry,
            rate,
            charts.bar(rate.rate.mean, rate.rate.lower, rate.rate.upper, highest=1),
            [board_charts.rate_cell(_against(found, entry, other)) for other in ranked],
        )
        for number, (entry, rate) in enumerate(rates, start=1)
    ]
    return PairTable(lines, len(found), len(rows) - 2 * len(found))


def _against(found: Iterable[Decision], entry: ModelEntry, other: ModelEntry) -> float | None:
    rate = win_rates(found, entry.pk, other.pk) if entry != other else None
    return rate.rate.mean if rate else None


def chosen_pairs(rows: Iterable[PairRow], filters: Filters) -> list[PairRow]:
    return [row for row in rows if filters.judge in (None, row.judge_id) and filters.turn in (None, row.turn)]


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None
