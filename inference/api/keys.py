"""The page on which people make and revoke their API keys and see what was asked with them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from redis import RedisError

from inference import limits
from inference.api.forms import KeyForm
from inference.api.usage import DAYS, UsageRow, money, usage_of
from inference.limits import Allowance
from inference.models import ApiKey, Limit


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit of this person's keys. key: None when all of them share it; left: empty while Valkey is away."""

    key: ApiKey | None
    limit: Limit
    left: list[Allowance]


@never_cache
@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """GET shows, POST makes a key (its token is in this one answer and nowhere else) or revokes one."""
    user: Any = request.user
    if "revoke" in request.POST:
        return _revoke(request, user)
    form = KeyForm(user, request.POST if request.method == "POST" else None)
    token = ""
    if form.is_valid():
        token = _issue(user, form)
        form = KeyForm(user)
    own = list(ApiKey.objects.filter(user=user).select_related("user").prefetch_related("allowed_models"))
    usage = usage_of(user)
    return render(
        request,
        "inference/keys.html",
        {
            "form": form,
            "token": token,
            "keys": [key for key in own if key.revoked_at is None],
            "revoked_count": sum(key.revoked_at is not None for key in own),
            "usage": usage,
            "total": (total := _total(usage)),
            "money": money(total["cost"]) if total["cost"] else "",
            "days": DAYS,
            "limits": _limits_of(user, own),
            "address": request.build_absolute_uri("/v1"),
        },
        status=200 if token or request.method != "POST" else 422,
    )


def _issue(user: Any, form: KeyForm) -> str:
    chosen = list(form.cleaned_data["models"])
    with transaction.atomic():
        _key, token = ApiKey.issue(
            user,
            form.cleaned_data["name"],
            expires_at=form.expires_at,
            is_read_only=form.cleaned_data["is_read_only"],
            only_models=chosen or None,
        )
    return token


def _revoke(request: HttpRequest, user: Any) -> HttpResponse:
    number = request.POST["revoke"]
    key = ApiKey.objects.filter(user=user, pk=int(number)).first() if _is_id(number) else None
    if key is None:
        raise Http404
    if key.revoke():
        messages.success(request, _("The key %(name)s is revoked: nobody can use it any more.") % {"name": key.name})
    return redirect("api-keys")


def _is_id(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) < 19


def _limits_of(user: Any, own: list[ApiKey]) -> list[LimitRow]:
    """Limits of this person, of one key, or of each key; those of a model alone are shared with everybody else."""
    usable = [key for key in own if key.is_usable]
    named = Limit.objects.filter(Q(user=user) | Q(key__in=usable)).select_related("key", "user", "model")
    of_each = Limit.objects.filter(user=None, key=None, model=None)
    asked = [(limit.key, limit, "") for limit in named]
    asked += [(key, limit, key.requester) for limit in of_each for key in usable]
    rows = []
    for key, limit, requester in asked:
        try:
            left = limits.look([limit], requester)[0][1]
        except (RedisError, OSError):
            left = []
        rows.append(LimitRow(key, limit, left))
    return rows


def _total(usage: list[UsageRow]) -> dict[str, Any]:
    return {
        "requests": sum(row.requests for row in usage),
        "prompt_tokens": sum(row.prompt_tokens for row in usage),
        "completion_tokens": sum(row.completion_tokens for row in usage),
        "cost": sum((row.cost for row in usage), Decimal(0)),
    }
