"""Language and appearance of every page, and sessions that slide with use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from fastchat_site.accounts.models import User

THEME_COOKIE = "theme"
SEEN = "seen"  # the day on which the session was last prolonged


class PreferencesMiddleware:
    """Account before cookie before browser. Sets `request.theme` ("system", "light" or "dark")."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        translation.activate(language_of(request))
        request.theme = theme_of(request)  # type: ignore[attr-defined]
        prolong_session(request)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class SocketLanguageMiddleware:
    """The same for websockets: `scope["language"]`. Wants to stand behind those of cookies and accounts."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        request = HttpRequest()
        request.COOKIES, request.user = scope["cookies"], scope["user"]
        accepted = dict(scope["headers"]).get(b"accept-language", b"")
        request.META["HTTP_ACCEPT_LANGUAGE"] = accepted.decode("latin1")
        return await self.application({**scope, "language": language_of(request)}, receive, send)


def language_of(request: HttpRequest) -> str:
    chosen: str = getattr(request.user, "language", "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return translation.get_language_from_request(request)


def theme_of(request: HttpRequest) -> str:
    theme: str = getattr(request.user, "theme", "") or request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in User.Theme.values else User.Theme.SYSTEM


def prolong_session(request: HttpRequest) -> None:
    """Once a day, so that reading costs no write; the cookie gets its full age again together with the row."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return
    today = timezone.now().date().isoformat()
    if request.session.get(SEEN) != today and not request.session.is_empty():
        request.session[SEEN] = today
