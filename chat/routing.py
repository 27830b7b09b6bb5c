"""The only websocket address."""

from django.urls import path

from chat.consumers import ReplyConsumer

websocket_urlpatterns = [path("ws/replies/<uuid:message_id>/", ReplyConsumer.as_asgi())]
