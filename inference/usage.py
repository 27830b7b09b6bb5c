"""What was asked and what it cost, by day: rows that stay when answers are deleted and when prices change."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PRICE_PLACES = 4  # decimal places of a price for a million tokens
UNITS = 10 ** (6 + PRICE_PLACES)  # of cost in one of the currency: then one token's cost is always a whole number
GUEST = "guest"


class UsageDay(models.Model):
    """One day of one model, charged to one key, one user in the chat, or all guests together.

    Costs are whole numbers of 1/UNITS of the currency: sums are exact on every database, and a row keeps what it cost
    on its day. The user goes with the account; the row stays, so that the totals of the site stay right.
    """

    day = models.DateField(_("day"))
    model = models.ForeignKey("inference.ModelEntry", on_delete=models.PROTECT, verbose_name=_("model"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("user")
    )
    charged_to = models.CharField(_("charged to"), max_length=80)  # "user:7", "key:3", "guest"
    requests = models.PositiveBigIntegerField(_("requests"), default=0)
    prompt_tokens = models.PositiveBigIntegerField(_("question tokens"), default=0)
    completion_tokens = models.PositiveBigIntegerField(_("answer tokens"), default=0)
    cost_units = models.PositiveBigIntegerField(_("cost"), default=0)

    class Meta:
        verbose_name = _("usage of a day")
        verbose_name_plural = _("usage")
        ordering = ["-day", "charged_to", "model"]
        constraints = [models.UniqueConstraint(fields=["day", "charged_to", "model"], name="one_row_of_usage_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.charged_to} {self.model_id}"

    @property
    def cost(self) -> Decimal:
        return in_currency(self.cost_units)


def note(
    *, model: Any, requester: str, user_id: int | None, asked_at: datetime, prompt_tokens: int, completion_tokens: int
) -> None:
    """Adds one request to its day, at the price of this moment. Safe for many at once. Raises DatabaseError."""
    row = {
        "day": day_of(asked_at),
        "model_id": model.pk,
        "charged_to": GUEST if requester.startswith("guest:") else requester,
    }
    added = {
        "requests": 1,
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "cost_units": model.cost_units(prompt_tokens, completion_tokens),
    }
    if _add(row, added):
        return
    try:
        with transaction.atomic():
            UsageDay.objects.create(**row, **added, user_id=user_id)
    except IntegrityError:  # another one made the row just now
        _add(row, added)


def _add(row: dict[str, Any], added: dict[str, int]) -> int:
    return UsageDay.objects.filter(**row).update(**{name: F(name) + count for name, count in added.items()})


def day_of(moment: datetime) -> date:
    """The day on this site's calendar, whichever time zone a reader has chosen."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def in_currency(units: int) -> Decimal:
    return Decimal(units) / UNITS
