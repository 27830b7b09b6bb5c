"""What a run would take, before it is started: from what the same models have written before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg

from arena.evaluation.asking import MOST_ANSWER_TOKENS
from arena.evaluation.models import QuestionSet, Run
from arena.evaluation.modes import PAIRWISE, Mode
from inference.models import Generation, ModelEntry, UsageDay

LOOKED_AT = 200  # of a model's latest answers
GUESSED_ANSWER_TOKENS = 300  # of a model that has never answered
GUESSED_JUDGMENT_TOKENS = 150
CHARACTERS_IN_A_TOKEN = 3.0  # between English (4) and Chinese (1 to 2)
JUDGE_INSTRUCTIONS = 200  # tokens


@dataclass(frozen=True, slots=True)
class EntryEstimate:
    """Of one model in one role ("answers" or "judgments"). seconds: None where its speed is not known; cost: None
    where it has no price. is_guess: the model has never answered, so the tokens are a guess."""

    entry: ModelEntry
    role: str
    requests: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float | None
    cost: float | None
    is_guess: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    lines: list[EntryEstimate]

    @property
    def requests(self) -> int:
        return sum(line.requests for line in self.lines)

    @property
    def tokens(self) -> int:
        return sum(line.prompt_tokens + line.completion_tokens for line in self.lines)

    @property
    def seconds(self) -> float | None:
        """Models work beside each other, but judges wait for answers: the slowest of each, one after the other."""
        total = 0.0
        for role in ("answers", "judgments"):
            known = [line.seconds for line in self.lines if line.role == role]
            if None in known:
                return None
            total += max((seconds for seconds in known if seconds is not None), default=0.0)
        return total

    @property
    def cost(self) -> float | None:
        """None unless some model has a price."""
        known = [line.cost for line in self.lines if line.cost is not None]
        return sum(known) if known else None


def estimate(
    *,
    question_set: QuestionSet,
    entries: Sequence[ModelEntry],
    mode: str,
    judges: Sequence[ModelEntry] = (),
    baseline: ModelEntry | None = None,
    max_tokens: int | None = None,
) -> Estimate:
    """Changes nothing, refuses nothing."""
    questions = list(question_set.questions.all())
    turns = sum(len(question.turns) for question in questions)
    asked = list(dict.fromkeys([*entries, *([baseline] if baseline and mode == Mode.PAIRWISE_BASELINE else [])]))
    written = {entry.pk: _answer_tokens(entry, max_tokens) for entry in asked}
    lines = []
    for entry in asked:
        # A later turn hears the earlier ones and their answers again.
        prompt = sum(
            _tokens(text) * (len(question.turns) - place) + written[entry.pk] * (len(question.turns) - place - 1)
            for question in questions
            for place, text in enumerate(question.turns)
        )
        prompt += turns * _tokens(entry.system_prompt)
        lines.append(_line(entry, "answers", turns, prompt, turns * written[entry.pk]))
    comparisons = _comparisons(mode, len(asked))
    if comparisons:
        shown = 2 if mode in PAIRWISE else 1
        mean_answer = round(sum(written.values()) / max(1, len(written)))
        heard = sum(
            JUDGE_INSTRUCTIONS + sum(map(_tokens, question.turns[:turn])) + turn * shown * mean_answer
            for question in questions
            for turn in range(1, len(question.turns) + 1)
        )
        for judge in dict.fromkeys(judges):
            count = turns * comparisons
            said = min(_mean_tokens(judge, "evaluation_judgment") or GUESSED_JUDGMENT_TOKENS, 2048)
            lines.append(_line(judge, "judgments", count, heard * comparisons, count * said))
    return Estimate(lines)


def _comparisons(mode: str, models: int) -> int:
    """Judgments of one judge on one turn."""
    if mode == Mode.SINGLE:
        return models
    if mode == Mode.PAIRWISE_BASELINE:
        return 2 * max(0, models - 1)
    return models * (models - 1) if mode == Mode.PAIRWISE_ALL else 0


def _line(entry: ModelEntry, role: str, requests: int, prompt: int, completion: int) -> EntryEstimate:
    speed = _speed(entry)
    return EntryEstimate(
        entry=entry,
        role=role,
        requests=requests,
        prompt_tokens=prompt,
        completion_tokens=completion,
        seconds=completion / speed if speed else None,
        cost=_cost(entry, prompt, completion),
        is_guess=_mean_tokens(entry) is None,
    )


def _answer_tokens(entry: ModelEntry, max_tokens: int | None) -> int:
    most = max_tokens or entry.sampling().max_tokens or MOST_ANSWER_TOKENS
    return min(_mean_tokens(entry, "evaluation_answer") or _mean_tokens(entry) or GUESSED_ANSWER_TOKENS, most)


def _mean_tokens(entry: ModelEntry, role: str = "") -> int | None:
    """Of its latest answers; with a role, of those in evaluations only."""
    finished = Generation.objects.filter(model=entry, status=Generation.Status.FINISHED)
    if role:
        finished = finished.filter(**{f"{role}__isnull": False})
    latest = finished.order_by("-created_at").values("pk")[:LOOKED_AT]
    mean = Generation.objects.filter(pk__in=list(latest.values_list("pk", flat=True))).aggregate(
        mean=Avg("completion_tokens")
    )["mean"]
    return round(mean) if mean else None


def _speed(entry: ModelEntry) -> float | None:
    """Tokens per second with a full batch, as its last run measured it; else of its latest answers, each alone."""
    ended = Run.objects.filter(state=Run.State.FINISHED, candidates__entry=entry).order_by("-ended_at")
    for totals in ended.values_list("totals", flat=True)[:5]:
        facts: dict[str, Any] = totals.get("models", {}).get(str(entry.pk), {})
        if facts.get("seconds") and facts.get("completion_tokens"):
            return float(facts["completion_tokens"] / facts["seconds"])
    latest = Generation.objects.filter(model=entry, status=Generation.Status.FINISHED).order_by("-created_at")
    speeds = [speed for generation in latest.defer("prompt", "text")[:20] if (speed := generation.tokens_per_second)]
    return sum(speeds) / len(speeds) if speeds else None


def _cost(entry: ModelEntry, prompt: int, completion: int) -> float | None:
    """In the site's currency; None where the administrator has entered no price."""
    units = entry.cost_units(prompt, completion)
    return float(UsageDay(cost_units=units).cost) if units else None


def _tokens(text: str) -> int:
    return round(len(text) / CHARACTERS_IN_A_TOKEN)
