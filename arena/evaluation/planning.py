"""What a run needs, what it has, and what is to be asked next. Reads rows, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from arena.evaluation.models import Answer, Judgment, Question, Run
from arena.evaluation.modes import Mode
from inference.engine.types import PromptTooLong
from inference.models import Generation, ModelEntry

MOST_TRIES = 4
HOPELESS = (PromptTooLong.code,)  # would fail a second time, too
PAUSES = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=25))  # after the first, second, third failure

AnswerKey = tuple[int, int, int]  # question, entry, turn
JudgmentKey = tuple[str, int, int, int, int | None, int]  # kind, question, turn, entry, opponent, judge


@dataclass(frozen=True, slots=True)
class Tried:
    """What has become of an answer or a judgment so far."""

    generation_id: UUID
    status: str
    tries: int
    ended_at: datetime | None
    error_code: str = ""

    @property
    def is_finished(self) -> bool:
        return self.status == Generation.Status.FINISHED

    @property
    def is_active(self) -> bool:
        return self.status in Generation.ACTIVE

    @property
    def is_given_up(self) -> bool:
        has_failed = not self.is_finished and not self.is_active
        return has_failed and (self.tries >= MOST_TRIES or self.error_code in HOPELESS)

    @property
    def again_at(self) -> datetime | None:
        """When to try again; None if it need not or must not be."""
        if self.is_finished or self.is_active or self.is_given_up or self.ended_at is None:
            return None
        return self.ended_at + PAUSES[self.tries - 1]


def given_up() -> Q:
    """The same of rows of answers and judgments."""
    has_failed = Q(generation__status__in=[Generation.Status.FAILED, Generation.Status.STOPPED])
    return has_failed & (Q(tries__gte=MOST_TRIES) | Q(generation__error_code__in=HOPELESS))


@dataclass(frozen=True, slots=True)
class AnswerWork:
    """An answer to ask for; `replaces` is the Generation that failed."""

    question_id: int
    entry_id: int
    turn: int
    replaces: UUID | None = None
    not_before: datetime | None = None

    @property
    def asked_id(self) -> int:
        return self.entry_id


@dataclass(frozen=True, slots=True)
class JudgmentWork:
    """A judgment to ask for: of one answer, or of two, of which `entry_id`'s is shown first."""

    kind: str
    question_id: int
    turn: int
    entry_id: int
    opponent_id: int | None
    judge_id: int
    replaces: UUID | None = None
    not_before: datetime | None = None

    @property
    def asked_id(self) -> int:
        return self.judge_id


Work = AnswerWork | JudgmentWork


class Plan:
    """The fixed part of a run: its questions, models, judges, and who is compared with whom."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.questions: dict[int, Question] = {question.pk: question for question in run.question_set.questions.all()}
        candidates = list(run.candidates.select_related("entry__base"))
        self.entries: list[ModelEntry] = [candidate.entry for candidate in candidates]
        # Without judgments by models nobody is asked, whoever was chosen.
        self.judges = list(run.judges.select_related("base")) if run.mode != Mode.CHECKERS else []
        self.by_id = {entry.pk: entry for entry in [*self.entries, *self.judges]}
        baseline = next((candidate.entry_id for candidate in candidates if candidate.is_baseline), None)
        self.matches = list(_matches(run.mode, [entry.pk for entry in self.entries], baseline))

    @cached_property
    def answer_count(self) -> int:
        return sum(len(question.turns) for question in self.questions.values()) * len(self.entries)

    @cached_property
    def check_count(self) -> int:
        checked = [1 for question in self.questions.values() for checker in question.checkers if checker is not None]
        return len(checked) * len(self.entries)

    @cached_property
    def judgment_count(self) -> int:
        turns = sum(len(question.turns) for question in self.questions.values())
        per_turn = len(self.entries) if self.run.mode == Mode.SINGLE else len(self.matches)
        return turns * per_turn * len(self.judges)

    def judgments_of(self, question_id: int, turn: int) -> Iterator[JudgmentKey]:
        """Every judgment by a model that this turn needs."""
        for judge in self.judges:
            if self.run.mode == Mode.SINGLE:
                for entry in self.entries:
                    yield (Judgment.Kind.SINGLE, question_id, turn, entry.pk, None, judge.pk)
            for first, second in self.matches:
                yield (Judgment.Kind.PAIR, question_id, turn, first, second, judge.pk)


def _matches(mode: str, entries: list[int], baseline: int | None) -> Iterator[tuple[int, int]]:
    """Ordered pairs: each pair is shown in both orders."""
    if mode == Mode.PAIRWISE_BASELINE and baseline is not None:
        pairs = [(entry, baseline) for entry in entries if entry != baseline]
    elif mode == Mode.PAIRWISE_ALL:
        pairs = [(left, right) for place, left in enumerate(entries) for right in entries[place + 1 :]]
    else:
        pairs = []
    for left, right in pairs:
        yield left, right
        yield right, left


class Standing:
    """How far a run has come, as the rows tell it now."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        fate = ("generation_id", "generation__status", "tries", "generation__ended_at", "generation__error_code")
        answers = Answer.objects.filter(run=plan.run).order_by()
        self.answers: dict[AnswerKey, Tried] = {
            row[:3]: Tried(*row[3:]) for row in answers.values_list("question_id", "entry_id", "turn", *fate)
        }
        keys = ("kind", "question_id", "turn", "entry_id", "opponent_id", "judge_id")
        judgments = Judgment.objects.filter(run=plan.run).exclude(kind=Judgment.Kind.CHECK).order_by()
        # There may be tens of thousands; what has become of their Generations matters only to the few that wait.
        self._judged: set[Any] = set(judgments.exclude(outcome=Judgment.Outcome.WAITING).values_list(*keys))
        waiting = judgments.filter(outcome=Judgment.Outcome.WAITING)
        self._awaited: dict[Any, Tried] = {row[:6]: Tried(*row[6:]) for row in waiting.values_list(*keys, *fate)}

    def due(self) -> Iterator[Work]:
        """What is to be asked, the most urgent first: later turns (their conversation is fresh in the engine's
        memory), then first turns, then judgments. Also what must wait a moment after a failure (`not_before`)."""
        later: list[Work] = []
        first: list[Work] = []
        for question in self.plan.questions.values():
            for entry in self.plan.entries:
                work = self._next_turn(question, entry.pk)
                if work is not None:
                    (later if work.turn > 1 else first).append(work)
        yield from later
        yield from first
        yield from self._judgments_due()

    def answered_turns(self, question_id: int, entry_id: int) -> int:
        """How many turns, from the first, have their answer."""
        turn = 0
        while (tried := self.answers.get((question_id, entry_id, turn + 1))) and tried.is_finished:
            turn += 1
        return turn

    def _next_turn(self, question: Question, entry_id: int) -> AnswerWork | None:
        turn = self.answered_turns(question.pk, entry_id) + 1
        if turn > len(question.turns):
            return None
        tried = self.answers.get((question.pk, entry_id, turn))
        if tried is None:
            return AnswerWork(question.pk, entry_id, turn)
        if tried.again_at is None:
            return None
        return AnswerWork(question.pk, entry_id, turn, tried.generation_id, tried.again_at)

    def _judgments_due(self) -> Iterator[JudgmentWork]:
        if not self.plan.judges:
            return
        for question in self.plan.questions.values():
            answered = {entry.pk: self.answered_turns(question.pk, entry.pk) for entry in self.plan.entries}
            for turn in range(1, max(answered.values(), default=0) + 1):
                for key in self.plan.judgments_of(question.pk, turn):
                    _kind, _question, _turn, entry, opponent, _judge = key
                    if answered[entry] >= turn and (opponent is None or answered[opponent] >= turn):
                        yield from self._judgment(key)

    def _judgment(self, key: JudgmentKey) -> Iterator[JudgmentWork]:
        tried = self._awaited.get(key)
        if tried is None:
            if key not in self._judged:
                yield JudgmentWork(*key)
        elif tried.again_at is not None:
            yield JudgmentWork(*key, tried.generation_id, tried.again_at)

    @property
    def waits(self) -> bool:
        """Something is still being answered, or its verdict still to be read."""
        return bool(self._awaited) or any(tried.is_active for tried in self.answers.values())
