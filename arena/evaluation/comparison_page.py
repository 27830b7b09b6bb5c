"""Two runs beside each other, turn by turn: what became better, what became worse, and whether that is certain."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from arena.evaluation.answer_page import Place
from arena.evaluation.guards import previous_run
from arena.evaluation.labels import category_label
from arena.evaluation.models import Question, Run
from arena.evaluation.results import ScoreRow, check_rows, comparable, score_rows
from arena.evaluation.run_page import Chip, entries_of
from arena.evaluation.statistics import Change, Comparison, compare, score_by_turn
from inference.models import ModelEntry

OTHER_RUNS = 50  # at most so many to choose from
MEASURES = {"checks": check_rows, "points": score_rows}


@dataclass(frozen=True, slots=True)
class Chosen:
    """`before` and `after` are the models; often the same one, set up in another way."""

    other: Run
    before: ModelEntry
    after: ModelEntry
    measure: str
    only_changed: bool

    def query(self, **changes: Any) -> str:
        chosen = {
            "with": self.other.pk,
            "before": self.before.pk,
            "after": self.after.pk,
            "measure": self.measure,
            "all": "" if self.only_changed else "1",
        }
        return f"?{urlencode({name: value for name, value in (chosen | changes).items() if value != ''})}"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    question: Question
    category: str
    change: Change
    before: str
    after: str
    difference: str
    before_query: str
    after_query: str

    @property
    def words(self) -> str:
        return self.question.turns[self.change.turn - 1]


def others_of(run: Run) -> list[Run]:
    """Runs of any version of the same set, newest first."""
    same = Run.objects.filter(question_set__slug=run.question_set.slug).exclude(pk=run.pk)
    return list(same.select_related("question_set").order_by("-pk")[:OTHER_RUNS])


def chosen_of(run: Run, others: list[Run], query: Any) -> Chosen | None:
    """From an address; else the guard's last run, or the last run before this one. None: nothing to choose from."""
    earlier = [other for other in others if other.pk < run.pk]
    by_key = {str(other.pk): other for other in others}
    other = by_key.get(query.get("with", "")) or previous_run(run) or next(iter(earlier or others), None)
    if other is None:
        return None
    mine, theirs = entries_of(run), entries_of(other)
    if not mine or not theirs:
        return None
    after = next((entry for entry in mine if str(entry.pk) == query.get("after")), None)
    after = after or next((entry for entry in mine if entry in theirs), mine[0])
    before = next((entry for entry in theirs if str(entry.pk) == query.get("before")), None)
    before = before or (after if after in theirs else theirs[0])
    measure = query.get("measure", "")
    if measure not in MEASURES:
        measure = "points" if score_rows(run) and score_rows(other) else "checks"
    return Chosen(other, before, after, measure, query.get("all") != "1")


def comparison_page(run: Run, query: Any) -> dict[str, Any]:
    """The context of evaluation/compare.html."""
    others = others_of(run)
    chosen = chosen_of(run, others, query)
    context = {"run": run, "others": others, "chosen": chosen, "entries": entries_of(run)}
    if chosen is None:
        return context
    pairs = comparable(run, chosen.other)
    found = _compared(run, chosen, pairs)
    by_name = {after.external_id: (after, before) for after, before in pairs}
    changes = [change for change in found.changes if not chosen.only_changed or change.direction != "same"]
    return context | {
        "other_entries": entries_of(chosen.other),
        "common": len(pairs),
        "found": found,
        "mean": _difference(found.mean.mean, chosen.measure) if found.mean else "",
        "lower": _difference(found.mean.lower, chosen.measure) if found.mean else "",
        "upper": _difference(found.mean.upper, chosen.measure) if found.mean else "",
        "lines": [_line(change, chosen, *by_name[str(change.question)]) for change in changes],
        "measures": [
            Chip(label, chosen.query(measure=name), chosen.measure == name)
            for name, label in (("points", _("Points by judges")), ("checks", _("Exact checks")))
        ],
        "all_query": chosen.query(all="1" if chosen.only_changed else ""),
    }


def _compared(run: Run, chosen: Chosen, pairs: list[tuple[Question, Question]]) -> Comparison:
    rows = MEASURES[chosen.measure]
    after_names: dict[int, Hashable] = {after.pk: after.external_id for after, _before in pairs}
    before_names: dict[int, Hashable] = {before.pk: before.external_id for _after, before in pairs}
    before: list[ScoreRow] = rows(chosen.other)
    return compare(
        score_by_turn(before, chosen.before.pk, before_names), score_by_turn(rows(run), chosen.after.pk, after_names)
    )


def _line(change: Change, chosen: Chosen, after: Question, before: Question) -> ChangeLine:
    return ChangeLine(
        after,
        category_label(after.category),
        change,
        _score(change.before, chosen.measure),
        _score(change.after, chosen.measure),
        _difference(change.difference, chosen.measure),
        Place(before, change.turn, chosen.before, None).query,
        Place(after, change.turn, chosen.after, None).query,
    )


def _score(score: float, measure: str) -> str:
    if measure == "checks":
        return _("right") if score else _("wrong")
    return f"{score:.1f}"


def _difference(difference: float | None, measure: str) -> str:
    """With its sign; shares in percentage points, without the unit."""
    if difference is None:
        return "–"
    text = f"{100 * difference:+.0f}" if measure == "checks" else f"{difference:+.1f}"
    return text.lstrip("+-") if not float(text) else text.replace("-", "−")
