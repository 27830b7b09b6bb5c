"""The times of a turn's answers, out of their rows: whether the common clock has shown them, and how much of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.cache import cache
from django.db.models.functions import Length
from django.utils import timezone

from arena import pacing
from arena.pacing import USUAL_RATE, Written
from arena.services import Answer
from inference.models import Generation, ModelEntry

# A model's usual speed: of so many of its newest answers with at least so many tokens, looked up so often.
SAMPLE, LONG_ENOUGH, LOOK_UP_SECONDS = 20, 30, 600


def usual_rate(model: ModelEntry) -> float:
    """Characters a second in the model's earlier answers, USUAL_RATE if there are none."""
    return float(
        cache.get_or_set(f"usual-rate-{model.pk}", lambda: _measured_rate(model), LOOK_UP_SECONDS) or USUAL_RATE
    )


def begun_at(generation: Generation) -> datetime | None:
    """When it began to write, as exactly as the row knows; None while it waits."""
    return generation.first_token_at or generation.started_at


def written(generation: Generation) -> Written:
    """How an ended answer was written, in the common clock's terms."""
    ended = generation.ended_at or timezone.now()
    begun = begun_at(generation) or ended
    return Written(len(generation.text), begun.timestamp(), ended.timestamp(), usual_rate(generation.model))


def is_broken(answers: Sequence[Answer]) -> bool:
    """A side has failed, or has ended without a word: nobody can judge this turn."""
    generations = [answer.generation for answer in answers]
    return any(
        generation is None
        or generation.status == Generation.Status.FAILED
        or not (generation.is_active or generation.text)
        for generation in generations
    )


def is_shown(answers: Sequence[Answer]) -> bool:
    """All sides of a blind turn are complete, and the common clock has come to the end of the longest.

    Until then nothing may tell that one of them is complete: not the page, not the vote, not the next question.
    """
    generations = [answer.generation for answer in answers if answer.generation]
    if any(generation.is_active for generation in generations):
        return False
    if is_broken(answers) or _was_stopped(generations):
        return True
    return timezone.now().timestamp() >= pacing.shown_completely_at(written(generation) for generation in generations)


def shown_text(answer: Answer, answers: Sequence[Answer]) -> str:
    """What the page may show of a complete blind answer: of stopped ones only what the clock had reached."""
    text = answer.generation.text if answer.generation else ""
    generations = [each.generation for each in answers if each.generation]
    if not _was_stopped(generations) or is_broken(answers):
        return text
    limit = pacing.shown_when_stopped(written(generation) for generation in generations)
    return text[: pacing.whole_characters(text, min(limit, len(text)))]


def _was_stopped(generations: Sequence[Generation]) -> bool:
    return any(generation.status == Generation.Status.STOPPED for generation in generations)


def _measured_rate(model: ModelEntry) -> float:
    rows = Generation.objects.filter(
        model=model, status=Generation.Status.FINISHED, completion_tokens__gte=LONG_ENOUGH, first_token_at__isnull=False
    )
    newest = rows.order_by("-created_at").values_list(Length("text"), "first_token_at", "ended_at")[:SAMPLE]
    seconds = characters = 0.0
    for length, begun, ended in newest:
        characters += length
        seconds += max(0.0, (ended - begun).total_seconds())
    return characters / seconds if seconds > 0 else USUAL_RATE
