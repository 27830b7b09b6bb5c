"""Two answers to one question beside each other, with what checkers, judges and the reader made of them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from arena.evaluation.labels import category_label, checker_label
from arena.evaluation.models import Answer, HumanGrade, Judgment, Question, Run
from arena.evaluation.run_page import entries_of
from inference.models import Generation, ModelEntry

POINTS = range(1, 11)


@dataclass(frozen=True, slots=True)
class Place:
    """Which question, turn and models one looks at; `is_blind` hides the names and mixes the sides."""

    question: Question
    turn: int
    left: ModelEntry
    right: ModelEntry | None
    is_blind: bool = False

    @property
    def query(self) -> str:
        chosen: dict[str, Any] = {"question": self.question.pk, "turn": self.turn, "left": self.left.pk}
        if self.right:
            chosen["right"] = self.right.pk
        if self.is_blind:
            chosen["blind"] = 1
        return f"?{urlencode(chosen)}"

    def is_named_by(self, query: Any) -> bool:
        given = {"question": self.question.pk, "turn": self.turn, "left": self.left.pk}
        right = query.get("right", "")
        is_right = not right or (self.right is not None and str(self.right.pk) == right)
        return is_right and all(query.get(name) == str(value) for name, value in given.items())


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as its column shows it. `text` is None while there is none."""

    entry: ModelEntry
    name: str
    text: str | None
    note: str
    check: bool | None
    points: list[Judgment]
    grade: int | None


def place_of(run: Run, query: Any, *, exactly: bool = False) -> Place:
    """From an address; what is missing or impossible becomes the first there is. Raises Http404 without questions, and
    with `exactly` for anything that this run has not."""
    questions, entries = list(run.question_set.questions.all()), entries_of(run)
    if not questions or not entries:
        raise Http404("an empty run")
    question = next((one for one in questions if str(one.pk) == query.get("question")), questions[0])
    turns = {str(turn): turn for turn in range(1, len(question.turns) + 1)}
    left = _entry(entries, query.get("left")) or entries[0]
    others = [entry for entry in entries if entry != left]
    right = _entry(others, query.get("right")) or (others[0] if others else None)
    place = Place(question, turns.get(query.get("turn", ""), 1), left, right, query.get("blind") == "1")
    if exactly and not place.is_named_by(query):
        raise Http404("no such answer")
    return place


def answer_page(run: Run, place: Place, user: Any) -> dict[str, Any]:
    """The context of evaluation/answers.html."""
    questions = list(run.question_set.questions.all())
    index, checker = questions.index(place.question), place.question.checker(place.turn)
    return {
        "run": run,
        "place": place,
        "entries": entries_of(run),
        "questions": [(one, category_label(one.category), one.turns[0]) for one in questions],
        "number": index + 1,
        "before": _beside(place, questions, index - 1),
        "after": _beside(place, questions, index + 1),
        "turn_links": [
            (turn, Place(place.question, turn, place.left, place.right, place.is_blind).query)
            for turn in range(1, len(place.question.turns) + 1)
        ],
        "asked": [(turn, text) for turn, text in enumerate(place.question.turns[: place.turn], start=1)],
        "category": category_label(place.question.category),
        "checker": checker_label(checker) if checker else "",
        "reference": place.question.reference(place.turn),
        "blind_query": Place(place.question, place.turn, place.left, place.right, not place.is_blind).query,
        **graded_page(run, place, user),
    }


def graded_page(run: Run, place: Place, user: Any) -> dict[str, Any]:
    """The context of evaluation/_pair.html: what changes when somebody grades."""
    sides = sides_of(place, user)
    said = [_said(run, place, entry, number, user) for number, entry in enumerate(sides)]
    return {
        "run": run,
        "place": place,
        "sides": said,
        "comparisons": [] if place.is_blind else _comparisons(run, place),
        "choice": _choice(run, place, sides, user),
        "can_compare": len(said) == 2 and all(one.text is not None for one in said),
        "points": POINTS,
    }


def sides_of(place: Place, user: Any) -> list[ModelEntry]:
    """From left to right as the reader sees them. Who does not see the names cannot tell the side either, and finds it
    again at a reload."""
    if place.right is None:
        return [place.left]
    sides = [place.left, place.right]
    coin = zlib.crc32(f"{user.pk}:{place.question.pk}:{place.turn}".encode())
    if place.is_blind:
        sides.sort(key=lambda entry: entry.pk, reverse=bool(coin & 1))
    return sides


def _said(run: Run, place: Place, entry: ModelEntry, number: int, user: Any) -> Said:
    here = {"run": run, "question": place.question, "turn": place.turn, "entry": entry}
    answer = Answer.objects.filter(**here).select_related("generation").first()
    judgments = Judgment.objects.filter(**here).select_related("judge", "generation")
    check = judgments.filter(kind=Judgment.Kind.CHECK, outcome=Judgment.Outcome.PARSED).first()
    points = judgments.filter(kind=Judgment.Kind.SINGLE).exclude(outcome=Judgment.Outcome.WAITING)
    grade = HumanGrade.objects.filter(**here, user=user, opponent=None).first()
    is_done = answer is not None and answer.is_finished
    return Said(
        entry=entry,
        name=_("Model %(letter)s") % {"letter": "AB"[number]} if place.is_blind else entry.label,
        text=answer.text if answer is not None and is_done else None,
        note=_note(answer),
        check=None if check is None else bool(check.score),
        points=[] if place.is_blind else list(points),
        grade=grade.score if grade else None,
    )


def _note(answer: Answer | None) -> str:
    """Why there is no answer, or that it was cut; empty if all is well."""
    if answer is None:
        return _("Not asked yet.")
    generation = answer.generation
    if generation.is_active:
        return _("Still being written.")
    if generation.status == Generation.Status.FAILED:
        return generation.failure or _("The answer broke off.")
    if generation.status == Generation.Status.STOPPED:
        return _("Stopped.")
    return _("Cut at the length limit.") if generation.finish_reason == "length" else ""


def _comparisons(run: Run, place: Place) -> list[tuple[Judgment, str]]:
    """Judges' comparisons of the two, in both orders, with the name of the winner."""
    if place.right is None:
        return []
    left, right = place.left, place.right
    both = Q(entry=left, opponent=right) | Q(entry=right, opponent=left)
    found = Judgment.objects.filter(both, run=run, question=place.question, turn=place.turn, kind=Judgment.Kind.PAIR)
    found = found.exclude(outcome=Judgment.Outcome.WAITING).select_related("judge", "generation", "entry", "opponent")
    return [(judgment, _winner(judgment)) for judgment in found.order_by("judge", "entry")]


def _winner(judgment: Judgment) -> str:
    if judgment.outcome != Judgment.Outcome.PARSED:
        return str(judgment.get_outcome_display())
    if judgment.winner == "tie":
        return _("Tie")
    winner = judgment.entry if judgment.winner == "first" else judgment.opponent
    return winner.label if winner else ""


def _choice(run: Run, place: Place, sides: Sequence[ModelEntry], user: Any) -> str:
    """What the reader chose before: left, right, tie or nothing."""
    if len(sides) < 2:
        return ""
    first, second = sorted(sides, key=lambda entry: entry.pk)
    here = {"run": run, "question": place.question, "turn": place.turn, "user": user}
    grade = HumanGrade.objects.filter(**here, entry=first, opponent=second).first()
    if grade is None or grade.winner == "tie":
        return grade.winner if grade else ""
    winner = first if grade.winner == "first" else second
    return "left" if winner == sides[0] else "right"


def _beside(place: Place, questions: Sequence[Question], index: int) -> str:
    if not 0 <= index < len(questions):
        return ""
    turn = min(place.turn, len(questions[index].turns))
    return Place(questions[index], turn, place.left, place.right, place.is_blind).query


def _entry(entries: Sequence[ModelEntry], key: Any) -> ModelEntry | None:
    return next((entry for entry in entries if str(entry.pk) == key), None)
