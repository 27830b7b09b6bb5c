"""What the list of sets and runs and the page of one set show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from arena.evaluation.labels import category_label, checker_label
from arena.evaluation.models import Candidate, Guard, Question, QuestionSet, Run
from arena.evaluation.progress import progress
from inference.models import ModelEntry


@dataclass(frozen=True, slots=True)
class SetCard:
    question_set: QuestionSet
    questions: int
    categories: list[str]


@dataclass(frozen=True, slots=True)
class RunRow:
    """`percent` is None once it has ended."""

    run: Run
    entries: list[ModelEntry]
    percent: int | None


def set_cards(sets: QuerySet[QuestionSet]) -> list[SetCard]:
    found = list(sets.order_by("name", "pk"))
    counts: dict[int, Counter[str]] = {one.pk: Counter() for one in found}
    rows = Question.objects.filter(question_set__in=found).order_by().values_list("question_set_id", "category")
    for key, category, count in rows.annotate(Count("pk")):
        counts[key][category] = count
    return [
        SetCard(one, counts[one.pk].total(), [category_label(category) for category in counts[one.pk]]) for one in found
    ]


def run_rows(runs: Iterable[Run]) -> list[RunRow]:
    found = list(runs)
    by_run: dict[int, list[ModelEntry]] = {run.pk: [] for run in found}
    for candidate in Candidate.objects.filter(run__in=found).select_related("entry"):
        by_run[candidate.run_id].append(candidate.entry)
    return [RunRow(run, by_run[run.pk], int(100 * progress(run).fraction) if run.is_active else None) for run in found]


@dataclass(frozen=True, slots=True)
class TurnLine:
    """One turn of a question with what is known of the right answer."""

    number: int
    text: str
    reference: str
    checker: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    question: Question
    turns: list[TurnLine]
    has_checker: bool

    @property
    def is_long(self) -> bool:
        return len(self.turns) > 1


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    lines: list[QuestionLine]


def set_page(question_set: QuestionSet) -> dict[str, Any]:
    """The context of evaluation/set.html without its forms."""
    questions = list(question_set.questions.all())
    versions = list(QuestionSet.objects.filter(slug=question_set.slug).order_by("-version"))
    return {
        "question_set": question_set,
        "versions": versions,
        "newest": versions[0],
        "groups": groups(questions),
        "count": len(questions),
        "checked": sum(any(question.checkers) for question in questions),
        "runs": run_rows(
            Run.objects.filter(question_set__slug=question_set.slug)
            .select_related("question_set", "created_by")
            .order_by("-pk")[:10]
        ),
        "guards": list(
            Guard.objects.filter(question_set__slug=question_set.slug)
            .select_related("expert__base")
            .prefetch_related("judges")
            .order_by("pk")
        ),
        "has_experts": ModelEntry.objects.offered().filter(backend=ModelEntry.Backend.EXPERT).exists(),
    }


def groups(questions: Sequence[Question]) -> list[Group]:
    """By category, in the order of the set."""
    found: dict[str, list[QuestionLine]] = {}
    for question in questions:
        found.setdefault(question.category, []).append(
            QuestionLine(
                question,
                [
                    TurnLine(number, text, question.reference(number), checker_label(question.checker(number)))
                    for number, text in enumerate(question.turns, start=1)
                ],
                any(question.checkers),
            )
        )
    return [Group(category_label(category), lines) for category, lines in found.items()]
