"""Celery's channel to the message broker, mended: it says of a closed connection that it is closed, and keeps its
client."""

from __future__ import annotations

from typing import Any

import redis
from kombu.transport import redis as kombu_redis


class Channel(kombu_redis.Channel):
    """kombu 5.7 raises AttributeError when an answer is acknowledged over a connection that was lost meanwhile, and
    Celery would end the worker for it. A connection error is taken for what it is: the answer goes on.

    It also makes a client for each acknowledgement, which takes longer than what is then said to the broker."""

    _client_of_the_pool: redis.Redis | None = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        if asynchronous:
            return super()._create_client(asynchronous=True)
        kept = self._client_of_the_pool
        if kept is None or kept.connection_pool is not self.pool:
            kept = self._client_of_the_pool = super()._create_client()
        return kept

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection.client is None:
            raise redis.ConnectionError("this connection to the message broker was closed")
        return super()._connparams(asynchronous=asynchronous)


def install() -> None:
    """From now on in this process."""
    kombu_redis.Transport.Channel = Channel
