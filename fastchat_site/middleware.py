"""What the browser may load, and what it reads when the database is away."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


class ContentSecurityPolicyMiddleware:
    """Sends a strict policy with every page, the admin included; model output is thereby harmless even if
    the sanitiser missed something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        host = request.get_host()
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
            # Older Safari does not count websockets of the same host as 'self'.
            f"frame-ancestors 'none'; connect-src 'self' ws://{host} wss://{host}",
        )
        return response


class DatabaseAwayMiddleware:
    """A locked, full or unreachable database is told in one sentence; what was typed stays in the box."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return database_away(request, exception) if isinstance(exception, OperationalError) else None


def database_away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The sentence as an answer: beside the message box for htmx, else as a plain page."""
    log.error("%s %s: the database refused: %s", request.method, request.path, error)
    sentence = _("The database cannot be used at present (%(reason)s). Nothing was sent or changed; please try again.")
    # SQLite says what is wrong ("database is locked"); a server's message may name hosts and users, which is for the
    # log alone.
    sentence %= {"reason": str(error).partition("\n")[0] if connection.vendor == "sqlite" else type(error).__name__}
    if request.headers.get("HX-Request"):
        response = render(request, "chat/_error.html", {"error": sentence}, status=422)
        response["HX-Retarget"], response["HX-Reswap"] = "#composer-error", "innerHTML"
        return response
    return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "5"})
