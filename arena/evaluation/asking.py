"""Asks one model for one answer or one judgment. The Generation and the row that points to it are made in one
transaction, and the row is unique: whoever asks the same a second time asks nothing."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from arena.evaluation.models import Answer, Judgment, Question, Run
from arena.evaluation.planning import AnswerWork, JudgmentWork, Plan, Work
from arena.evaluation.prompts import Asked, JudgePrompt, pair_prompt, single_prompt
from arena.evaluation.temperatures import temperature_of
from inference.engine.types import ChatMessage
from inference.models import Generation, ModelEntry
from inference.services import start_generation

MOST_ANSWER_TOKENS = 1024  # as FastChat's --max-new-token
MOST_JUDGE_TOKENS = 2048  # as FastChat's judge
SEED = 0  # FastChat's first choice has seed 0: the same run gives the same answers


class NothingToAsk(Exception):
    """Another driver was first."""


class RunEnded(Exception):
    """The run was cancelled meanwhile."""


def ask(plan: Plan, work: Work) -> None:
    """Raises NothingToAsk, RunEnded or inference's RequestRefused; then nothing was changed."""
    try:
        with transaction.atomic():
            # Held until the end, so that a cancellation finds either no Generation or one that it can stop.
            if not Run.objects.select_for_update().filter(pk=plan.run.pk, state=Run.State.RUNNING).first():
                raise RunEnded
            if isinstance(work, AnswerWork):
                _ask_answer(plan, work)
            else:
                _ask_judgment(plan, work)
    except IntegrityError as error:
        raise NothingToAsk from error


def answers_of(run: Run, question_id: int, entry_id: int, turns: int) -> list[str]:
    """The texts of the first so many turns."""
    rows = Answer.objects.filter(run=run, question_id=question_id, entry_id=entry_id, turn__lte=turns)
    return list(rows.order_by("turn").values_list("generation__text", flat=True))


def asked_of(question: Question, turn: int) -> Asked:
    """What a judge of this turn is told beside the answers."""
    references = [question.reference(number) for number in range(1, turn + 1)]
    return Asked(question.language, question.turns[:turn], references, question.expected_points)


def judge_prompt(run: Run, question: Question, work: JudgmentWork) -> JudgePrompt:
    """What the judge is told about one answer, or two."""
    asked = asked_of(question, work.turn)
    first = answers_of(run, question.pk, work.entry_id, work.turn)
    if work.opponent_id is None:
        return single_prompt(asked, first)
    return pair_prompt(asked, first, answers_of(run, question.pk, work.opponent_id, work.turn))


def most_answer_tokens(run: Run, entry: ModelEntry) -> int:
    """What was chosen for the run, else the model's own limit, else FastChat's."""
    return run.max_tokens or entry.sampling().max_tokens or MOST_ANSWER_TOKENS


def _ask_answer(plan: Plan, work: AnswerWork) -> None:
    question, entry = plan.questions[work.question_id], plan.by_id[work.entry_id]
    messages: list[ChatMessage] = []
    earlier = answers_of(plan.run, question.pk, entry.pk, work.turn - 1)
    for turn, answer in zip(question.turns, earlier, strict=False):
        messages += [ChatMessage("user", turn), ChatMessage("assistant", answer)]
    messages.append(ChatMessage("user", question.turns[work.turn - 1]))
    temperature = temperature_of(question.category, question.required_temperature, plan.run.temperature)
    params = {"temperature": temperature, "seed": SEED, "max_tokens": most_answer_tokens(plan.run, entry)}
    generation = _start(plan, entry, messages, params)
    rows = Answer.objects.filter(run=plan.run, question=question, entry=entry, turn=work.turn)
    if work.replaces:
        _replace(rows.filter(generation=work.replaces).update(generation=generation, tries=F("tries") + 1))
    else:
        Answer.objects.create(run=plan.run, question=question, entry=entry, turn=work.turn, generation=generation)


def _ask_judgment(plan: Plan, work: JudgmentWork) -> None:
    prompt = judge_prompt(plan.run, plan.questions[work.question_id], work)
    params = {"temperature": 0.0, "seed": SEED, "max_tokens": MOST_JUDGE_TOKENS}
    judge = plan.by_id[work.judge_id]
    generation = _start(plan, judge, prompt.messages, params)
    key: dict[str, int | str | None] = {
        "kind": work.kind,
        "question_id": work.question_id,
        "turn": work.turn,
        "entry_id": work.entry_id,
        "opponent_id": work.opponent_id,
        "judge_id": work.judge_id,
    }
    if work.replaces:
        rows = Judgment.objects.filter(run=plan.run, generation=work.replaces, outcome=Judgment.Outcome.WAITING)
        _replace(rows.update(generation=generation, tries=F("tries") + 1))
    else:
        Judgment.objects.create(run=plan.run, generation=generation, **key)


def _start(plan: Plan, entry: ModelEntry, messages: list[ChatMessage], params: dict[str, Any]) -> Generation:
    most = plan.run.at_once * len(plan.by_id)  # the driver keeps to `at_once` for each queue
    return start_generation(
        model=entry, messages=messages, params=params, requester=plan.run.requester, most_active=most
    )


def _replace(rows: int) -> None:
    if not rows:
        raise NothingToAsk
