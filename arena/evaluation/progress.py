"""How far a run is, and what it came to: counts, tokens, speed, the time that is left."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Max, Min, Sum
from django.utils import timezone

from arena.evaluation.models import Answer, Judgment, Run
from arena.evaluation.planning import Plan, given_up
from inference.models import Generation

LOOKS_BACK = timedelta(seconds=60)  # for the speed


@dataclass(frozen=True, slots=True)
class Count:
    """Of so many in all. waiting: asked and not ended; skipped: cannot be asked because an answer has failed."""

    total: int
    done: int = 0
    waiting: int = 0
    failed: int = 0
    unparsable: int = 0
    skipped: int = 0

    @property
    def settled(self) -> int:
        return self.done + self.failed + self.unparsable + self.skipped

    @property
    def left(self) -> int:
        return max(0, self.total - self.settled)


@dataclass(frozen=True, slots=True)
class Progress:
    """seconds_left and tokens_per_second (of answers and judgments together, over the last minute) are None when
    nothing has ended lately. tokens: written so far."""

    answers: Count
    judgments: Count
    checks: Count
    tokens: int
    seconds_left: float | None
    tokens_per_second: float | None

    @property
    def fraction(self) -> float:
        """0 to 1, over answers and judgments by models."""
        total = self.answers.total + self.judgments.total
        return min(1.0, (self.answers.settled + self.judgments.settled) / total) if total else 1.0


def progress(run: Run) -> Progress:
    """As the rows tell it now."""
    plan = Plan(run)
    failed = _failed_answers(run)
    answers, judgments, checks = _answers(plan, failed), _judgments(plan, failed), _checks(plan)
    tokens = sum(facts["tokens"] or 0 for facts in _written(run))
    since = timezone.now() - LOOKS_BACK
    lately = [facts for facts in _written(run, since) if facts["count"] and facts["begin"]]
    seconds_left, speed = None, None
    if run.is_active and lately:
        begin = max(since, min(facts["begin"] for facts in lately))
        seconds = max(0.1, (timezone.now() - begin).total_seconds())
        seconds_left = (answers.left + judgments.left) * seconds / sum(facts["count"] for facts in lately)
        speed = sum(facts["tokens"] or 0 for facts in lately) / seconds
    return Progress(answers, judgments, checks, tokens, seconds_left, speed)


def totals_of(run: Run) -> dict[str, Any]:
    """What is kept of an ended run. Per model: tokens written, seconds from its first to its last answer."""
    now = progress(run)
    models = {}
    for candidate in run.candidates.all():
        answers = Generation.objects.filter(evaluation_answer__run=run, evaluation_answer__entry=candidate.entry_id)
        facts = answers.aggregate(
            begin=Min("started_at"),
            end=Max("ended_at"),
            prompt_tokens=Sum("prompt_tokens"),
            completion_tokens=Sum("completion_tokens"),
        )
        seconds = (facts["end"] - facts["begin"]).total_seconds() if facts["begin"] and facts["end"] else 0.0
        models[str(candidate.entry_id)] = {
            "prompt_tokens": facts["prompt_tokens"] or 0,
            "completion_tokens": facts["completion_tokens"] or 0,
            "seconds": round(seconds, 3),
        }
    return {
        "answers": asdict(now.answers),
        "judgments": asdict(now.judgments),
        "checks": asdict(now.checks),
        "completion_tokens": now.tokens,
        "models": models,
    }


def _written(run: Run, since: datetime | None = None) -> list[dict[str, Any]]:
    """Of answers and of judgments: how many have ended (since then), with how many tokens, and when the first began."""
    facts = {
        "count": CountOf("generation"),
        "tokens": Sum("generation__completion_tokens"),
        "begin": Min("generation__started_at"),
    }
    ended = {"generation__ended_at__gt": since} if since else {"generation__ended_at__isnull": False}
    # Two questions: one over both would look at every Generation there is.
    return [rows.filter(**ended).order_by().aggregate(**facts) for rows in (run.answers, run.judgments)]


def _failed_answers(run: Run) -> list[tuple[int, int, int]]:
    """(question, model, turn) of answers that are not tried again."""
    failed = Answer.objects.filter(given_up(), run=run).order_by()
    return list(failed.values_list("question_id", "entry_id", "turn"))


def _answers(plan: Plan, failed: list[tuple[int, int, int]]) -> Count:
    answers = Answer.objects.filter(run=plan.run).order_by()
    by_status = Counter(dict(answers.values_list("generation__status").annotate(CountOf("pk"))))
    return Count(
        total=plan.answer_count,
        done=by_status[Generation.Status.FINISHED],
        waiting=sum(by_status[status] for status in Generation.ACTIVE),
        failed=len(failed),
        skipped=sum(len(plan.questions[question].turns) - turn for question, _entry, turn in failed),
    )


def _judgments(plan: Plan, failed: list[tuple[int, int, int]]) -> Count:
    judgments = Judgment.objects.filter(run=plan.run).exclude(kind=Judgment.Kind.CHECK).order_by()
    by_outcome = Counter(dict(judgments.values_list("outcome").annotate(CountOf("pk"))))
    unanswered: dict[tuple[int, int], set[int]] = {}
    for question, entry, turn in failed:
        for later in range(turn, len(plan.questions[question].turns) + 1):
            unanswered.setdefault((question, later), set()).add(entry)
    skipped = sum(
        1
        for (question, turn), entries in unanswered.items()
        for _kind, _question, _turn, entry, opponent, _judge in plan.judgments_of(question, turn)
        if entry in entries or opponent in entries
    )
    return Count(
        total=plan.judgment_count,
        done=by_outcome[Judgment.Outcome.PARSED],
        waiting=by_outcome[Judgment.Outcome.WAITING],
        failed=by_outcome[Judgment.Outcome.FAILED],
        unparsable=by_outcome[Judgment.Outcome.UNPARSABLE],
        skipped=skipped,
    )


def _checks(plan: Plan) -> Count:
    checks = Judgment.objects.filter(run=plan.run, kind=Judgment.Kind.CHECK).order_by()
    by_outcome = Counter(dict(checks.values_list("outcome").annotate(CountOf("pk"))))
    return Count(
        total=plan.check_count,
        done=by_outcome[Judgment.Outcome.PARSED],
        unparsable=by_outcome[Judgment.Outcome.UNPARSABLE],
    )
