"""Connections to Valkey/Redis. Nothing retries silently: whoever calls knows what a lost command means."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

# What a lost or refused connection raises; also a full disk or full memory, which end by themselves.
Away = (redis.ConnectionError, redis.TimeoutError, OSError)


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """The process's client (thread-safe). In a rush its threads wait for a connection: the usual pool would refuse the
    hundred and first."""
    pool = redis.BlockingConnectionPool.from_url(
        settings.REDIS_URL,
        max_connections=64,
        timeout=10,
        socket_timeout=5,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )
    return redis.Redis(connection_pool=pool)


def listener() -> redis.Redis:
    """A client whose reads wait as long as it takes (redis-py's default of 5 s would end an idle subscription)."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=2, health_check_interval=10
    )


def async_client(**options: Any) -> redis.asyncio.Redis:
    """For one event loop. The blocking pool waits for a free connection instead of raising."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL,
        max_connections=8,
        timeout=10,
        socket_connect_timeout=2,
        retry=AsyncRetry(NoBackoff(), 0),
        **{"socket_timeout": 5, **options},
    )
    return redis.asyncio.Redis(connection_pool=pool)


def is_alive() -> bool:
    try:
        return bool(client().ping())
    except (redis.RedisError, OSError):
        return False
