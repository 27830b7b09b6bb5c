"""How far the judges of a run can be trusted: whether they look at the place instead of the answer, and how far they
agree with people, with the arena's votes and with one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arena.board import board_of, scope_named
from arena.evaluation.agreement import (
    BothAgreements,
    Verdicts,
    compare_verdicts,
    merged,
    order_agreement,
    verdicts_of_decisions,
    verdicts_of_scores,
)
from arena.evaluation.models import Run
from arena.evaluation.result_tables import Filters, PairTable, chosen_pairs
from arena.evaluation.results import (
    PairRow,
    ScoreRow,
    grade_pair_rows,
    grade_rows,
    pair_rows,
    score_rows,
    unparsable_counts,
)
from arena.evaluation.statistics import PositionBias, decisions, means, position_bias
from arena.models import Scope
from inference.models import ModelEntry


@dataclass(frozen=True, slots=True)
class BiasLine:
    judge: ModelEntry
    bias: PositionBias

    @property
    def verdict(self) -> str:
        if not self.bias.is_biased:
            return _("no bias to be seen")
        return (
            _("prefers the first place")
            if self.bias.for_first > self.bias.for_second
            else _("prefers the second place")
        )

    @property
    def first_percent(self) -> int | None:
        share = self.bias.share_of_first
        return None if share is None else round(100 * share)

    @property
    def consistent_percent(self) -> int | None:
        return round(100 * self.bias.consistent / self.bias.pairs) if self.bias.pairs else None


def bias_lines(run: Run, judges: Sequence[ModelEntry], turn: int | None) -> list[BiasLine]:
    rows = pair_rows(run)
    lines = [BiasLine(judge, position_bias(chosen_pairs(rows, Filters(judge.pk, turn)))) for judge in judges]
    return [line for line in lines if line.bias.pairs or line.bias.first or line.bias.second or line.bias.ties]


@dataclass(frozen=True, slots=True)
class AgreementLine:
    left: str
    right: str
    found: BothAgreements


def agreement_lines(run: Run, judges: Sequence[ModelEntry]) -> list[AgreementLine]:
    """Each judge with people, then with each other judge; only where both judged the same answers."""
    scores, pairs = score_rows(run), pair_rows(run)
    people = merged(
        verdicts_of_decisions(decisions(grade_pair_rows(run), both_orders=False)), verdicts_of_scores(grade_rows(run))
    )
    by_judge = {judge.pk: _verdicts(judge, scores, pairs) for judge in judges}
    lines = [AgreementLine(judge.label, _("people"), compare_verdicts(by_judge[judge.pk], people)) for judge in judges]
    for place, left in enumerate(judges):
        for right in judges[place + 1 :]:
            found = compare_verdicts(by_judge[left.pk], by_judge[right.pk])
            lines.append(AgreementLine(left.label, right.label, found))
    return [line for line in lines if line.found.with_ties]


def _verdicts(judge: ModelEntry, scores: Sequence[ScoreRow], pairs: Sequence[PairRow]) -> Verdicts:
    mine = [row for row in pairs if row.judge_id == judge.pk]
    return merged(
        verdicts_of_decisions(decisions(mine)), verdicts_of_scores(row for row in scores if row.judge_id == judge.pk)
    )


def arena_order(run: Run, table: PairTable | None) -> tuple[int, int] | None:
    """(pairs of models that judges and the votes of the arena put in the same order, pairs in both). None without."""
    if table is not None:
        mine = {line.entry.pk: line.found.rate.mean for line in table.lines}
    else:
        found = means(score_rows(run))
        mine = {
            entry: estimate.mean
            for (entry, category, turn), estimate in found.items()
            if category is None and turn is None
        }
    scope = scope_named(Scope.Kind.OVERALL)
    if len(mine) < 2 or scope is None:
        return None
    rows = [row for row in board_of(scope).rows if row.contestant.model and row.points is not None and row.votes]
    same, total = order_agreement(mine, {row.contestant.model_id: row.points for row in rows})  # type: ignore[misc]
    return (same, total) if total else None


def unreadable(run: Run, judges: Sequence[ModelEntry]) -> list[tuple[ModelEntry, int]]:
    counts = unparsable_counts(run)
    return [(judge, counts[judge.pk]) for judge in judges if counts.get(judge.pk)]
