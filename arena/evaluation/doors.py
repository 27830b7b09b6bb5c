"""Who may open the pages of the evaluation: whoever has an account looks and grades, staff writes sets and runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from chat.access import HtmxRequest, for_owners
from chat.owners import Owner


def for_members(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Calls view(request, …). Guests chat, but a result holds other people's questions: they log in first."""

    @for_owners
    @wraps(view)
    def wrapped(request: HtmxRequest, owner: Owner, *args: Any, **kwargs: Any) -> HttpResponse:
        if owner.user is None:
            page = request.get_full_path() if request.method == "GET" and not request.htmx else "/"
            response = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
            return HttpResponseClientRedirect(response.url) if request.htmx else response
        return view(request, *args, **kwargs)

    return wrapped


def for_staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For anybody else the page does not exist."""

    @for_members
    @wraps(view)
    def wrapped(request: HtmxRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404("staff only")
        return view(request, *args, **kwargs)

    return wrapped
