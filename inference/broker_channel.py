"""Celery's channel to the message broker, which says of a closed connection that it is closed."""

from __future__ import annotations

from typing import Any

import redis
from kombu.transport import redis as kombu_redis


class Channel(kombu_redis.Channel):
    """kombu 5.7 raises AttributeError when an answer is acknowledged over a connection that was lost meanwhile, and
    Celery would end the worker for it. A connection error is taken for what it is: the answer goes on."""

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection.client is None:
            raise redis.ConnectionError("this connection to the message broker was closed")
        return super()._connparams(asynchronous=asynchronous)


def install() -> None:
    """From now on in this process."""
    kombu_redis.Transport.Channel = Channel
