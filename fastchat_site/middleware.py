"""What the browser may load: only our own files, no inline script, no inline style."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


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
