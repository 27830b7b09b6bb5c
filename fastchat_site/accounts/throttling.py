"""How often one may try, and the page that says so. Only the connection's own address counts: headers can be forged."""

from __future__ import annotations

import math
import unicodedata
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fastchat_site.accounts.models import Throttle

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)

GUESSES = 8  # per username and address in 15 minutes
GUESSES_OF_ADDRESS = 100  # over all usernames; an office behind one address logs in without being counted
SIGNUPS_OF_ADDRESS = 30  # new accounts in an hour
RESETS_OF_ADDRESS = 10  # per hour
RESETS_OF_MAILBOX = 3  # per hour, so that nobody's mailbox can be flooded


def address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")


def folded(name: str) -> str:
    """The same key for every spelling that finds the same account."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def guess_password(request: HttpRequest, username: str) -> int:
    """Counts one guess; returns the seconds to wait, 0 if it may be tried."""
    return Throttle.objects.spend(
        "password", folded(username), address(request), limit=GUESSES, period=QUARTER
    ) or Throttle.objects.spend("password", address(request), limit=GUESSES_OF_ADDRESS, period=QUARTER)


def guessed_right(request: HttpRequest, username: str) -> None:
    Throttle.objects.reset("password", folded(username), address(request))
    Throttle.objects.refund("password", address(request))


def sign_up(request: HttpRequest) -> int:
    return Throttle.objects.spend("signup", address(request), limit=SIGNUPS_OF_ADDRESS, period=HOUR)


def ask_reset(request: HttpRequest) -> int:
    return Throttle.objects.spend("reset", address(request), limit=RESETS_OF_ADDRESS, period=HOUR)


def may_mail(mailbox: str) -> bool:
    return not Throttle.objects.spend("mail", folded(mailbox), limit=RESETS_OF_MAILBOX, period=HOUR)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """The 429 page: one sentence that says how long to wait."""
    response = render(request, "accounts/too_many.html", {"minutes": math.ceil(seconds / 60)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
