"""What the page of one run shows: how far it is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from arena.evaluation.guards import previous_run
from arena.evaluation.labels import duration
from arena.evaluation.models import Run
from arena.evaluation.modes import PAIRWISE
from arena.evaluation.progress import Count, Progress, progress
from arena.evaluation.result_tables import Filters, measures, pair_table
from arena.evaluation.trust import agreement_lines, arena_order, bias_lines, unreadable
from inference.models import ModelEntry


@dataclass(frozen=True, slots=True)
class CountLine:
    label: str
    count: Count


def state_page(run: Run) -> dict[str, Any]:
    """The context of evaluation/_state.html."""
    now: Progress = progress(run)
    lines = [
        CountLine(_("Answers"), now.answers),
        CountLine(_("Judgments"), now.judgments),
        CountLine(_("Exact checks"), now.checks),
    ]
    return {
        "run": run,
        "progress": now,
        "percent": int(100 * now.fraction),
        "counts": [line for line in lines if line.count.total],
        "left": duration(now.seconds_left) if run.is_active else "",
        "failed": now.answers.failed + now.judgments.failed,
        "unparsable": now.judgments.unparsable,
    }


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    query: str
    is_chosen: bool


def chips(run: Run, filters: Filters) -> list[list[Chip]]:
    """One row for the turns and one for the judges; a row of one is no choice."""
    turns = max((len(turns) for turns in run.question_set.questions.values_list("turns", flat=True)), default=0)
    rows = [[Chip(_("All turns"), _query(filters.judge, None), filters.turn is None)]]
    for turn in range(1, turns + 1):
        rows[0].append(Chip(_("Turn %(number)d") % {"number": turn}, _query(filters.judge, turn), filters.turn == turn))
    judges = list(run.judges.all())
    rows.append([Chip(_("All judges"), _query(None, filters.turn), filters.judge is None)])
    for judge in judges:
        rows[1].append(Chip(judge.label, _query(judge.pk, filters.turn), filters.judge == judge.pk))
    return [row for row in rows if len(row) > 2]


def _query(judge: int | None, turn: int | None) -> str:
    chosen = {name: value for name, value in (("judge", judge), ("turn", turn)) if value is not None}
    return f"?{urlencode(chosen)}" if chosen else ""


def results_page(run: Run, filters: Filters) -> dict[str, Any]:
    """The context of evaluation/_results.html."""
    entries = entries_of(run)
    judges = list(run.judges.all())
    chosen_judges = [judge for judge in judges if filters.judge in (None, judge.pk)]
    table = pair_table(run, entries, filters) if run.mode in PAIRWISE else None
    return {
        "run": run,
        "entries": entries,
        "judges": judges,
        "measures": measures(run, entries, filters),
        "pair_table": table,
        "baseline": run.baseline,
        "biases": bias_lines(run, chosen_judges, filters.turn) if run.mode in PAIRWISE else [],
        "agreements": agreement_lines(run, chosen_judges),
        "arena_order": arena_order(run, table) if judges else None,
        "unreadable": unreadable(run, judges),
        "previous": previous_run(run),
    }


def entries_of(run: Run) -> list[ModelEntry]:
    return [candidate.entry for candidate in run.candidates.select_related("entry__base")]
