"""The door of every chat view: an owner comes in, a stranger is shown to the log-in page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from chat.owners import forget_guest, former_guest, owner_of
from chat.services import take_over


class HtmxRequest(HttpRequest):
    """What the middleware makes of every request."""

    htmx: HtmxDetails


def for_owners(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Calls view(request, owner, …). What an owner may see is decided by the lookup in the view."""

    @wraps(view)
    def wrapped(request: HtmxRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        owner = owner_of(request)
        if owner is None:
            return _log_in(request)
        if guest := former_guest(request):
            take_over(guest=guest, owner=owner)
            forget_guest(request)
        return view(request, owner, *args, **kwargs)

    return wrapped


def _log_in(request: HtmxRequest) -> HttpResponse:
    """After logging in, people land on the page they were on, never on a fragment or a POST address."""
    page = request.get_full_path()
    if request.htmx:
        page = request.htmx.current_url_abs_path or "/"
    elif request.method != "GET":
        page = "/"
    response = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
    return HttpResponseClientRedirect(response.url) if request.htmx else response
