"""Who is asking: an account, or a guest known by the session. Authorisation is the lookup by owner."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Owner:
    """Exactly one of the two is set."""

    user: Any = None
    guest_key: str = ""

    @property
    def requester(self) -> str:
        """Whom inference charges."""
        return f"user:{self.user.pk}" if self.user else f"guest:{self.guest_key}"

    @property
    def fields(self) -> dict[str, Any]:
        return {"owner": self.user, "guest_key": self.guest_key}

    @property
    def filter(self) -> Q:
        return Q(owner=self.user) if self.user else Q(owner=None, guest_key=self.guest_key)


GUEST_KEY = "guest_key"  # in the session; not the session's own key, which changes at log-in and opens everything


def owner_of(request: HttpRequest) -> Owner | None:
    """None for a stranger who may look but not chat."""
    if request.user.is_authenticated:
        return Owner(user=request.user)
    if not settings.GUEST_CHAT:
        return None
    if GUEST_KEY not in request.session:
        request.session[GUEST_KEY] = secrets.token_urlsafe(24)
    return Owner(guest_key=request.session[GUEST_KEY])


def former_guest(request: HttpRequest) -> Owner | None:
    """The guest who has just logged in or signed up in this browser, until `forget_guest`."""
    if not request.user.is_authenticated or GUEST_KEY not in request.session:
        return None
    return Owner(guest_key=request.session[GUEST_KEY])


def forget_guest(request: HttpRequest) -> None:
    """Only after what the guest began has found its new owner: nobody else knows the key."""
    request.session.pop(GUEST_KEY, None)


def owner_of_scope(scope: dict[str, Any]) -> Owner | None:
    """The same for a websocket; the user was loaded by the authentication middleware."""
    if scope["user"].is_authenticated:
        return Owner(user=scope["user"])
    key = scope["session"].get(GUEST_KEY)
    return Owner(guest_key=key) if settings.GUEST_CHAT and key else None
