"""What was asked with a person's keys, of which model, on which day, and what it cost; and the same of everybody as a
table for the administrator."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from inference.limits import key_id_of
from inference.models import ApiKey, ModelEntry, UsageDay
from inference.usage import day_of, in_currency

DAYS = 30
COLUMNS = (
    *("day", "charged_to", "user", "key", "model", "requests", "prompt_tokens", "completion_tokens"),
    *("cost", "currency"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate what begins so


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One key, one model, one day; tokens of questions and of answers."""

    day: date
    key: ApiKey
    model: ModelEntry
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: Decimal

    @property
    def money(self) -> str:
        return money(self.cost)


def usage_of(user: Any) -> list[UsageRow]:
    """The last 30 days, newest first. An answer counts on the day it was asked, as soon as it has ended; `n` answers
    count as n requests."""
    keys = {key.requester: key for key in ApiKey.objects.filter(user=user)}
    since = day_of(timezone.now()) - timedelta(days=DAYS - 1)
    rows = UsageDay.objects.filter(charged_to__in=list(keys), day__gte=since).select_related("model")
    return [
        UsageRow(
            row.day,
            keys[row.charged_to],
            row.model,
            row.requests,
            row.prompt_tokens,
            row.completion_tokens,
            row.cost,
        )
        for row in rows
    ]


def total_of(rows: Any) -> dict[str, Any]:
    """Sums over a QuerySet of UsageDay."""
    names = ("requests", "prompt_tokens", "completion_tokens", "cost_units")
    sums = rows.order_by().aggregate(**{name: Sum(name, default=0) for name in names})
    return {**sums, "cost": in_currency(int(sums.pop("cost_units")))}


def as_csv(rows: Iterable[UsageDay]) -> Iterator[str]:
    """Line by line, the heading first."""
    writer = csv.writer(_Echo())
    keys = {key.pk: key for key in ApiKey.objects.all()}
    yield writer.writerow(COLUMNS)
    for row in rows:
        key = keys.get(key_id_of(row.charged_to) or 0)
        named = (row.charged_to, row.user.get_username() if row.user else "", str(key or ""), row.model.slug)
        counted = (row.requests, row.prompt_tokens, row.completion_tokens, f"{row.cost:.10f}", settings.CURRENCY)
        yield writer.writerow([row.day.isoformat(), *map(_as_text, named), *counted])


def money(amount: Decimal) -> str:
    """Two places as usual, more where small sums need them."""
    digits = f"{amount:.6f}".rstrip("0")
    whole, _point, places = digits.partition(".")
    return f"{whole}.{places:0<2} {settings.CURRENCY}"


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


class _Echo:
    """What csv takes for a file: it gives each line back."""

    def write(self, line: str) -> str:
        return line
