"""What every page may need to know of the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {"signup_mode": settings.SIGNUP, "guest_chat": settings.GUEST_CHAT, "version": settings.VERSION}
