"""The websocket of a battle."""

from django.urls import path

from arena.consumers import BattleConsumer

websocket_urlpatterns = [path("ws/battles/<uuid:turn_id>/", BattleConsumer.as_asgi())]
