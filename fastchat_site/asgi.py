"""HTTP and websockets. The web process also runs a reaper, so that one live process of any kind is enough."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fastchat_site.settings")
http_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - needs the apps that the line above loads
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402
from inference.lease import start_reaper  # noqa: E402


class SameOriginOnly:
    """Refuses a websocket that a page of another site opens: it would carry this site's session. Whose forms are
    accepted, behind a proxy that changes the Host header, may open sockets too."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin1") for name, value in scope["headers"]}
        origin = headers.get(b"origin")
        if origin not in (None, *settings.CSRF_TRUSTED_ORIGINS) and urlsplit(origin).netloc != headers.get(b"host"):
            return await WebsocketDenier()(scope, receive, send)
        return await self.application(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": SameOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
if not settings.TESTING:  # it would work on behind the back of every later test
    start_reaper()
