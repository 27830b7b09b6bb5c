"""The few lasting threads in which the API asks database and Valkey.

Django gives every request a thread of its own. Two hundred programs at once would fight for SQLite's one write lock,
where chance decides who is served; in this line they wait in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async

THREADS = 8

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="api")

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def in_thread(function: Callable[Parameters, Result]) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
    """The function, to be awaited; its database connection goes back afterwards."""
    awaited: Callable[Parameters, Coroutine[Any, Any, Result]]
    awaited = database_sync_to_async(function, thread_sensitive=False, executor=_pool)
    return awaited
