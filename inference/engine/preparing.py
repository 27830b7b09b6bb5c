"""Requests whose grammar is still being made, in a thread of its own: the answers that run do not wait for it.

A large schema takes seconds. llguidance lets go of Python's lock meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from inference.engine.answer_form import AnswerForm
from inference.engine.asked_form import AskedForm
from inference.engine.sequences import Key
from inference.engine.types import EngineRequest

# So long the engine's loop rests when nothing else is to be done.
REST_SECONDS = 0.005


class Preparing:
    """One at a time, in the order in which they came. make: what is to be done for each, away from the loop."""

    def __init__(self, make: Callable[[AnswerForm], AskedForm]) -> None:
        self._make = make
        self._executor: ThreadPoolExecutor | None = None  # begun when first needed
        self._requests: dict[Key, tuple[EngineRequest, Future[AskedForm]]] = {}

    def __bool__(self) -> bool:
        return bool(self._requests)

    def add(self, key: Key, request: EngineRequest) -> None:
        self._executor = self._executor or ThreadPoolExecutor(1, thread_name_prefix="grammar")
        self._requests[key] = (request, self._executor.submit(self._make, request.form))

    def withdraw(self, key: Key) -> bool:
        """Whether it was here."""
        found = self._requests.pop(key, None)
        if found:
            found[1].cancel()
        return found is not None

    def rest(self) -> None:
        """Until one is ready, but not for long: another request may come."""
        wait([future for _request, future in self._requests.values()], REST_SECONDS, return_when="FIRST_COMPLETED")

    def ready(self) -> Iterator[tuple[Key, EngineRequest, Future[AskedForm]]]:
        """Those that are done, and are not here any more; the future holds the form, or why there is none."""
        for key, (request, future) in list(self._requests.items()):
            if future.done():
                del self._requests[key]
                yield key, request, future
