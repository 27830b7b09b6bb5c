"""HTTP and websockets. The web process also runs a reaper, so that one live process of any kind is enough."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fastchat_site.settings")
api_application = get_asgi_application()  # its views wait for answers without holding a thread

from channels.auth import AuthMiddlewareStack  # noqa: E402 - needs the apps that the line above loads
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402

from arena.routing import websocket_urlpatterns as battle_sockets  # noqa: E402
from chat.routing import websocket_urlpatterns as reply_sockets  # noqa: E402
from fastchat_site.accounts.middleware import SocketLanguageMiddleware  # noqa: E402
from fastchat_site.handler import ThreadedHandler  # noqa: E402
from inference.lease import start_reaper  # noqa: E402

API_PREFIX = "/v1/"
REQUEST_THREADS = 8  # a page may wait for a locked database or a model, and then the others must not
page_application = ThreadedHandler(REQUEST_THREADS)


async def http_application(scope: Any, receive: Any, send: Any) -> Any:
    application = api_application if scope["path"].startswith(API_PREFIX) else page_application
    return await application(scope, receive, send)


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
        "websocket": SameOriginOnly(
            AuthMiddlewareStack(SocketLanguageMiddleware(URLRouter(reply_sockets + battle_sockets)))
        ),
    }
)
if not settings.TESTING:  # it would work on behind the back of every later test
    start_reaper()
