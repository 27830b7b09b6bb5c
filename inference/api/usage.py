"""What was asked with which key, of which model, on which day: counted from the Generations themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from inference.models import ApiKey, Generation, ModelEntry

DAYS = 30


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One key, one model, one day; tokens of questions and of answers."""

    day: date
    key: ApiKey
    model: ModelEntry
    requests: int
    prompt_tokens: int
    completion_tokens: int


def usage_of(user: Any) -> list[UsageRow]:
    """The last 30 days, newest first. An answer counts on the day it was asked; `n` answers count as n requests."""
    keys = {key.requester: key for key in ApiKey.objects.filter(user=user)}
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    rows = (
        Generation.objects.filter(requester__in=list(keys), created_at__gte=since)
        .order_by()
        .annotate(day=TruncDate("created_at"))
        .values("day", "requester", "model")
        .annotate(requests=Count("pk"), prompts=Sum("prompt_tokens"), completions=Sum("completion_tokens"))
        .order_by("-day", "requester", "model")
    )
    models = ModelEntry.objects.in_bulk({row["model"] for row in rows})
    return [
        UsageRow(
            row["day"],
            keys[row["requester"]],
            models[row["model"]],
            row["requests"],
            row["prompts"],
            row["completions"],
        )
        for row in rows
    ]
