"""One loaded engine per model in this process, made when first asked for. Knows no requests and no queues."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from inference.engine.echo import EchoEngine
from inference.engine.embedding_remote import RemoteEmbeddings
from inference.engine.model_memory import ModelMemory
from inference.engine.process import EngineProcess
from inference.engine.remote import RemoteEngine
from inference.engine.types import Engine, EngineInfo, EngineSpec, EngineState, Loading

ENGINES: dict[str, Callable[[EngineSpec, ModelMemory], Engine]] = {
    "transformers": EngineProcess,
    "remote": lambda spec, memory: RemoteEmbeddings(spec) if spec.task == "embedding" else RemoteEngine(spec),
    "echo": lambda spec, memory: EchoEngine(spec),
}


@dataclass(frozen=True, slots=True)
class EngineSnapshot:
    """One engine as the heartbeat reports it."""

    spec: EngineSpec
    info: EngineInfo
    state: EngineState
    loading: Loading | None
    failure: str


class EngineRegistry:
    """Thread-safe; equal specs share one engine. memory: what the local models of this worker share."""

    def __init__(self) -> None:
        self.memory = ModelMemory()
        self._engines: dict[EngineSpec, Engine] = {}
        self._lock = threading.Lock()

    def engine_for(self, spec: EngineSpec) -> Engine:
        """Cheap: a model is loaded by its first request or by `load()`, not here. Raises ModelUnavailable
        for a spec that can never work."""
        with self._lock:
            if spec not in self._engines:
                self._engines[spec] = ENGINES[spec.backend](spec, self.memory)
            return self._engines[spec]

    def snapshot(self) -> list[EngineSnapshot]:
        with self._lock:
            engines = list(self._engines.items())
        return [
            EngineSnapshot(spec, engine.info, engine.state, engine.loading, engine.failure) for spec, engine in engines
        ]

    def keep_only(self, specs: set[EngineSpec]) -> None:
        """Closes the engines of models that were removed, switched off or pointed elsewhere."""
        with self._lock:
            unwanted = [self._engines.pop(spec) for spec in self._engines.keys() - specs]
        for engine in unwanted:
            engine.close()

    def close_all(self) -> None:
        """Answers that still run end with EngineDied; engines asked for later are made anew."""
        with self._lock:
            engines = list(self._engines.values())
            self._engines.clear()
        for engine in engines:
            engine.close()
