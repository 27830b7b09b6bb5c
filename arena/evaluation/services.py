"""The verbs of a run: start it, cancel it, go on with it, ask again what failed, grade it by hand, delete it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from arena.evaluation.models import Answer, Candidate, Guard, HumanGrade, Judgment, Question, QuestionSet, Run
from arena.evaluation.modes import PAIRWISE, Mode
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.setups import fingerprint_of, setup_of
from arena.evaluation.verdict_records import Winner
from inference.models import Generation, ModelEntry
from inference.sentences import translated
from inference.services import stop_generation

MOST_ENTRIES = 50
MOST_AT_ONCE = 256


def create_run(
    *,
    question_set: QuestionSet,
    entries: Sequence[ModelEntry],
    mode: str,
    judges: Sequence[ModelEntry] = (),
    baseline: ModelEntry | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    at_once: int = 32,
    name: str = "",
    user: Any = None,
    guard: Guard | None = None,
) -> Run:
    """A run that the workers begin by themselves. Without a judge, a mode other than CHECKERS is refused; a baseline
    that is not among the models is added. Raises EvaluationRefused."""
    together = list(dict.fromkeys([*entries, *([baseline] if baseline and mode == Mode.PAIRWISE_BASELINE else [])]))
    asked_judges = list(dict.fromkeys(judges)) if mode != Mode.CHECKERS else []
    _refuse_impossible(mode, together, asked_judges, baseline)
    _refuse_numbers(together, temperature, max_tokens, at_once)
    with transaction.atomic():
        # Held, so that nobody changes the questions between this look and the run's row.
        held = QuestionSet.objects.select_for_update().filter(pk=question_set.pk).first()
        if held is None or not held.questions.exists():
            raise EvaluationRefused(_("This set has no questions yet; please add some first."))
        if mode == Mode.CHECKERS and not any(any(question.checkers) for question in held.questions.all()):
            raise EvaluationRefused(
                _("No question of this set has an exact checker; please choose a judge and another way of judging.")
            )
        run = Run.objects.create(
            question_set=held,
            mode=mode,
            temperature=temperature,
            max_tokens=max_tokens,
            at_once=at_once,
            name=name.strip()[:120],
            created_by=user,
            guard=guard,
        )
        run.judges.set(asked_judges)
        for position, entry in enumerate(together):
            setup = setup_of(entry)
            Candidate.objects.create(
                run=run,
                entry=entry,
                position=position,
                is_baseline=mode == Mode.PAIRWISE_BASELINE and entry == baseline,
                setup=setup,
                fingerprint=fingerprint_of(setup),
            )
    return run


def cancel_run(run: Run) -> bool:
    """Stops what it asks just now; what was answered stays. False: it had ended already."""
    if not run.cancel():
        return False
    _stop_generations(run)
    return True


def resume_run(run: Run) -> bool:
    """A cancelled run goes on where it was. False: it was not cancelled."""
    if run.state != Run.State.CANCELLED:
        return False
    with transaction.atomic():
        _forget_tries(run, unparsable=False)
        return _reopened(run)


def retry_failed(run: Run, unparsable: bool = False) -> int:
    """Asks failed answers and judgments again, with unparsable=True unreadable judgments, too. How many."""
    with transaction.atomic():
        count = _forget_tries(run, unparsable)
        if count and not run.is_active:
            _reopened(run)
        return count


def delete_run(run: Run) -> None:
    """With its answers, judgments and Generations; what it asks just now is stopped first."""
    run.cancel()
    _stop_generations(run)
    with transaction.atomic():
        generations = list(run.generations().values_list("pk", flat=True))
        run.delete()
        Generation.objects.filter(pk__in=generations).delete()


def grade_answer(*, run: Run, question: Question, turn: int, entry: ModelEntry, user: Any, score: int) -> HumanGrade:
    """A person's points (1 to 10) for an answer; grading again changes them. Raises EvaluationRefused."""
    if not 1 <= score <= 10:
        raise EvaluationRefused(_("Points are a whole number from 1 to 10."))
    _refuse_unanswered(run, question, turn, [entry])
    grade, _made = HumanGrade.objects.update_or_create(
        run=run, question=question, turn=turn, user=user, entry=entry, opponent=None, defaults={"score": score}
    )
    return grade


def grade_pair(
    *, run: Run, question: Question, turn: int, left: ModelEntry, right: ModelEntry, user: Any, choice: str
) -> HumanGrade:
    """Which of two answers a person finds better: "left", "right" or "tie". Raises EvaluationRefused."""
    if choice not in ("left", "right", "tie") or left == right:
        raise EvaluationRefused(_("Please choose the left answer, the right one, or a tie."))
    _refuse_unanswered(run, question, turn, [left, right])
    is_turned = left.pk > right.pk
    first, second = (right, left) if is_turned else (left, right)
    winner = Winner.TIE if choice == "tie" else Winner.FIRST if (choice == "left") != is_turned else Winner.SECOND
    grade, _made = HumanGrade.objects.update_or_create(
        run=run, question=question, turn=turn, user=user, entry=first, opponent=second, defaults={"winner": winner}
    )
    return grade


def _refuse_impossible(
    mode: str, entries: list[ModelEntry], judges: list[ModelEntry], baseline: ModelEntry | None
) -> None:
    if mode not in Mode.values:
        raise EvaluationRefused(_("There is no such way of judging; please choose one of the list."))
    if not entries:
        raise EvaluationRefused(_("Please choose at least one model."))
    if len(entries) > MOST_ENTRIES:
        raise EvaluationRefused(_("Please choose at most %(count)d models.") % {"count": MOST_ENTRIES})
    if mode == Mode.PAIRWISE_BASELINE and baseline is None:
        raise EvaluationRefused(_("Please choose the model that the others are compared with."))
    if mode in PAIRWISE and len(entries) < 2:
        raise EvaluationRefused(_("A comparison needs two models; please choose another one."))
    if mode != Mode.CHECKERS and not judges:
        raise EvaluationRefused(_("Please choose a judge, or exact checkers only."))
    offered = set(ModelEntry.objects.offered().values_list("pk", flat=True))
    for entry in [*entries, *judges]:
        if entry.pk not in offered:
            raise EvaluationRefused(
                _("%(model)s is not offered at present. Please choose another model.") % {"model": entry}
            )


def _refuse_numbers(entries: list[ModelEntry], temperature: float | None, max_tokens: int | None, at_once: int) -> None:
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise EvaluationRefused(_("Between 1 and %(count)d answers can run at once.") % {"count": MOST_AT_ONCE})
    try:
        for entry in entries:
            entry.sampling(temperature=temperature, max_tokens=max_tokens)
    except (TypeError, ValueError) as error:
        raise EvaluationRefused(translated(str(error))) from error


def _refuse_unanswered(run: Run, question: Question, turn: int, entries: list[ModelEntry]) -> None:
    finished = run.answers.filter(question=question, turn=turn, generation__status=Generation.Status.FINISHED)
    answered = set(finished.values_list("entry_id", flat=True))
    if not answered.issuperset(entry.pk for entry in entries):
        raise EvaluationRefused(_("There is no complete answer to grade here yet."))


def _stop_generations(run: Run) -> None:
    for generation in run.generations().filter(status__in=Generation.ACTIVE):
        stop_generation(generation)


def _forget_tries(run: Run, unparsable: bool) -> int:
    """Makes whatever ended badly due again."""
    ended_badly = Q(generation__status__in=[Generation.Status.FAILED, Generation.Status.STOPPED])
    answers = Answer.objects.filter(ended_badly, run=run).values_list("pk", flat=True)
    failed = Judgment.objects.filter(ended_badly, run=run).values_list("pk", flat=True)
    count = Answer.objects.filter(pk__in=list(answers)).update(tries=1)
    waiting = {"tries": 1, "outcome": Judgment.Outcome.WAITING}
    count += Judgment.objects.filter(pk__in=list(failed)).update(**waiting)
    if unparsable:
        count += _forget_unparsable(run)
    return count


def _forget_unparsable(run: Run) -> int:
    """Their judges are asked afresh; the Generations stay as what was once said."""
    unreadable = Judgment.objects.filter(run=run, outcome=Judgment.Outcome.UNPARSABLE, judge__isnull=False)
    return unreadable.delete()[0]


def _reopened(run: Run) -> bool:
    try:
        with transaction.atomic():
            return run.reopen()
    except IntegrityError as error:
        raise EvaluationRefused(_("A newer run of the same guard is under way; please wait for it.")) from error
