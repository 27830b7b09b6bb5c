"""Reads what has ended: runs exact checkers over answers, and takes verdicts out of what judges wrote."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import Q

from arena.evaluation.checkers import CheckerError, check
from arena.evaluation.models import Answer, Judgment
from arena.evaluation.parsing import parse_score, parse_winner
from arena.evaluation.planning import Plan, given_up
from inference.models import Generation

log = logging.getLogger(__name__)

AT_ONCE = 200  # texts held in memory


def collect(plan: Plan) -> int:
    """How many answers were checked and judgments read. Doing it twice at the same time is harmless."""
    return _check_answers(plan) + _read_judgments(plan)


def verdict_of(kind: str, text: str) -> dict[str, Any]:
    """The fields of a judgment whose judge wrote this."""
    if kind == Judgment.Kind.SINGLE:
        score = parse_score(text)
        if score is not None:
            return {"outcome": Judgment.Outcome.PARSED, "score": score, "winner": ""}
    elif winner := parse_winner(text):
        return {"outcome": Judgment.Outcome.PARSED, "score": None, "winner": winner}
    return {"outcome": Judgment.Outcome.UNPARSABLE, "score": None, "winner": ""}


def _check_answers(plan: Plan) -> int:
    with_checkers = [question.pk for question in plan.questions.values() if any(question.checkers)]
    if not with_checkers:
        return 0
    checked = set(
        Judgment.objects.filter(run=plan.run, kind=Judgment.Kind.CHECK).values_list("question_id", "turn", "entry_id")
    )
    answers = Answer.objects.filter(
        run=plan.run, question__in=with_checkers, generation__status=Generation.Status.FINISHED
    ).order_by("pk")
    missing = [
        key
        for key, question_id, turn, entry_id in answers.values_list("pk", "question_id", "turn", "entry_id")
        if (question_id, turn, entry_id) not in checked and plan.questions[question_id].checker(turn) is not None
    ]
    for start in range(0, len(missing), AT_ONCE):
        some = Answer.objects.filter(pk__in=missing[start : start + AT_ONCE]).select_related("generation")
        checks = [_checked(plan, answer) for answer in some]
        Judgment.objects.bulk_create(checks, ignore_conflicts=True)
    return len(missing)


def _checked(plan: Plan, answer: Answer) -> Judgment:
    checker = plan.questions[answer.question_id].checker(answer.turn) or {}
    judgment = Judgment(
        run=plan.run,
        question_id=answer.question_id,
        turn=answer.turn,
        kind=Judgment.Kind.CHECK,
        entry_id=answer.entry_id,
        outcome=Judgment.Outcome.PARSED,
    )
    try:
        judgment.score = float(check(checker, answer.text))
    except CheckerError as error:
        log.warning("question %s has no valid checker: %s", answer.question_id, error)
        judgment.outcome = Judgment.Outcome.UNPARSABLE
    return judgment


def _read_judgments(plan: Plan) -> int:
    waiting = Judgment.objects.filter(run=plan.run, outcome=Judgment.Outcome.WAITING, generation__isnull=False)
    finished = Q(generation__status=Generation.Status.FINISHED)
    ended = waiting.filter(finished | given_up()).select_related("generation").order_by("pk")
    read = 0
    for judgment in ended[:AT_ONCE]:  # the others with the next push
        generation = judgment.generation
        assert generation is not None
        if generation.status == Generation.Status.FINISHED:
            verdict = verdict_of(judgment.kind, generation.text)
        else:
            verdict = {"outcome": Judgment.Outcome.FAILED}
        # Only if it still is this Generation's: another driver may have asked again meanwhile.
        read += waiting.filter(pk=judgment.pk, generation=generation).update(**verdict)
    return read
