"""The front door, the health checks and the error pages."""

from __future__ import annotations

import sys

from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import views as chat_views
from chat.owners import owner_of
from fastchat_site.middleware import database_away
from inference import lease, valkey


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The chat itself; for a stranger a start page that looks like it."""
    if owner_of(request) is not None:
        return chat_views.new(request)
    return render(request, "home.html", chat_views.start_page_context())


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything a question needs is there: 200, or 503 with what is missing."""
    checks = {"database": _database_answers(), "redis": valkey.is_alive(), "worker": False}
    if checks["redis"]:
        checks["worker"] = bool(lease.live_workers())
    response = JsonResponse({"ready": all(checks.values()), **checks}, status=200 if all(checks.values()) else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # not being ready yet is no error in the log
    return response


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Errors of views meet the middleware first; those of other middleware (who is asking?) come here alone."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError):
        return database_away(request, error)
    return render(request, "500.html", status=500)
