"""What a run found, as plain rows for statistics. What could not be read is counted here and is in no row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from arena.evaluation.models import HumanGrade, Judgment, Question, Run


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Points (1 to 10), or 1.0 and 0.0 of an exact check. judge_id: the judge's entry; None: a check; or a user."""

    question_id: int
    external_id: str
    category: str
    turn: int
    entry_id: int
    judge_id: int | None
    score: float


@dataclass(frozen=True, slots=True)
class PairRow:
    """One comparison in the order in which the answers were shown. winner: "first", "second" or "tie"."""

    question_id: int
    external_id: str
    category: str
    turn: int
    first_id: int
    second_id: int
    judge_id: int
    winner: str


QUESTION = ("question_id", "question__external_id", "question__category", "turn")


def score_rows(run: Run) -> list[ScoreRow]:
    """Points by judge models."""
    rows = _parsed(run, Judgment.Kind.SINGLE).values_list(*QUESTION, "entry_id", "judge_id", "score")
    return _scores(rows)


def check_rows(run: Run) -> list[ScoreRow]:
    """What exact checkers found."""
    rows = _parsed(run, Judgment.Kind.CHECK).values_list(*QUESTION, "entry_id", "judge_id", "score")
    return _scores(rows)


def pair_rows(run: Run) -> list[PairRow]:
    """Comparisons by judge models; each order is a row."""
    rows = _parsed(run, Judgment.Kind.PAIR).values_list(*QUESTION, "entry_id", "opponent_id", "judge_id", "winner")
    return [PairRow(*row) for row in rows]


def unparsable_counts(run: Run) -> dict[int, int]:
    """By judge: how many of its judgments could not be read."""
    unreadable = run.judgments.filter(outcome=Judgment.Outcome.UNPARSABLE, judge__isnull=False).order_by()
    return dict(unreadable.values_list("judge_id").annotate(Count("pk")))


def grade_rows(run: Run) -> list[ScoreRow]:
    """Points by people; judge_id is the user."""
    rows = HumanGrade.objects.filter(run=run, opponent__isnull=True)
    return _scores(rows.values_list(*QUESTION, "entry_id", "user_id", "score"))


def grade_pair_rows(run: Run) -> list[PairRow]:
    """Comparisons by people; judge_id is the user, the order says nothing about where an answer stood."""
    rows = HumanGrade.objects.filter(run=run, opponent__isnull=False)
    values = rows.values_list(*QUESTION, "entry_id", "opponent_id", "user_id", "winner")
    return [PairRow(*row) for row in values]


def comparable(run: Run, earlier: Run) -> list[tuple[Question, Question]]:
    """The questions that both runs asked in the same words, in the order of `run`."""
    before = {question.external_id: question for question in earlier.question_set.questions.all()}
    pairs = []
    for question in run.question_set.questions.all():
        other = before.get(question.external_id)
        if other is not None and other.turns == question.turns:
            pairs.append((question, other))
    return pairs


def _parsed(run: Run, kind: str) -> QuerySet[Judgment]:
    return Judgment.objects.filter(run=run, kind=kind, outcome=Judgment.Outcome.PARSED)


def _scores(rows: Iterable[Any]) -> list[ScoreRow]:
    return [ScoreRow(*row) for row in rows]
