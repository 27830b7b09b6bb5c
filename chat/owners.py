"""Who is asking: an account, or a guest known by the session. Authorisation is the lookup by owner."""

from __future__ import annotations

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


def owner_of(request: HttpRequest) -> Owner | None:
    """None for a stranger who may look but not chat."""
    if request.user.is_authenticated:
        return Owner(user=request.user)
    if not settings.GUEST_CHAT:
        return None
    if not request.session.session_key:
        request.session.create()
    return Owner(guest_key=request.session.session_key or "")


def owner_of_scope(scope: dict[str, Any]) -> Owner | None:
    """The same for a websocket; the user was loaded by the authentication middleware."""
    if scope["user"].is_authenticated:
        return Owner(user=scope["user"])
    key = scope["session"].session_key
    return Owner(guest_key=key) if settings.GUEST_CHAT and key else None
