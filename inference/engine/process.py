"""An engine in a process of its own, seen from the worker: started when first needed, again when it died.

The worker itself never imports torch. Knows when a life of the process is over; `engine_child.py` is one life.
"""

from __future__ import annotations

import contextlib
import threading

from inference.engine.checks import check_source
from inference.engine.embedding import AnyRequest
from inference.engine.engine_child import NOT_LOADED, EngineChild, ProcessStream
from inference.engine.model_memory import ModelMemory
from inference.engine.types import (
    EngineDied,
    EngineError,
    EngineInfo,
    EngineSpec,
    EngineState,
    Loading,
    ModelUnavailable,
)


class EngineProcess:
    """The Engine of one transformers model. Thread-safe; no method waits for the model."""

    def __init__(self, spec: EngineSpec, memory: ModelMemory | None = None) -> None:
        """memory: shared by all models of a worker; without one this model has the machine for itself."""
        self._spec = spec
        self._memory = memory or ModelMemory()
        self._lock = threading.Lock()
        self._child: EngineChild | None = None
        self._earlier: list[EngineChild] = []  # lives that only answer what they have
        self._closed = False
        self._refusal = ""  # why the model could not even begin to load

    def start(self, request: AnyRequest) -> ProcessStream:
        stream = ProcessStream()
        try:
            # A second time at most: the child may end between being found alive and being given the request.
            while not self._running_child().submit(request, stream):
                pass
        except EngineError as error:
            stream.put(error)
        return stream

    def load(self) -> None:
        if self._child and self._child.was_retired:
            return  # it had to make room for another: only a question brings it back
        with contextlib.suppress(EngineError):  # the first request will say it
            self._running_child()

    @property
    def loading(self) -> Loading | None:
        child = self._child
        return child.loading if child else NOT_LOADED

    @property
    def info(self) -> EngineInfo:
        child = self._child
        return child.info if child else EngineInfo()

    @property
    def failure(self) -> str:
        """Why the model cannot be loaded, in one sentence; empty if nothing is known against it."""
        child = self._child
        return self._refusal or (child.refusal if child else "")

    @property
    def state(self) -> EngineState:
        child = self._child
        if child and not child.is_over:
            return "loading" if child.loading else "ready"
        return "failed" if self.failure else "idle"

    @property
    def pid(self) -> int | None:
        """Of the engine's process, for the heartbeat and for tests that kill it."""
        child = self._child
        return child.pid if child else None

    def close(self) -> None:
        """Ends the process within SECONDS_TO_END; running answers end with EngineDied."""
        with self._lock:
            self._closed = True
            children = [*self._earlier, *([self._child] if self._child else [])]
        for child in children:
            child.close()

    def _running_child(self) -> EngineChild:
        with self._lock:
            if self._closed:
                raise EngineDied("The engine was stopped; another attempt may succeed.")
            if self._child is None or self._child.is_over or not self._child.takes_more:
                # Seen again at each new start: the folder may have been repaired, or broken, meanwhile.
                try:
                    check_source(self._spec.source)
                except ModelUnavailable as error:
                    self._refusal = str(error)
                    raise
                self._refusal = ""
                if self._child:
                    self._earlier = [child for child in [*self._earlier, self._child] if not child.is_over]
                self._child = EngineChild(self._spec, self._memory)
            return self._child
