"""The engine's own process: `python -m inference.engine.serve FD` loads one model and answers over a socket.

One thread does it all, because a second busy one would cost the first up to 40 % of its speed: read what
came in, step, send what came out. `engine_child.py` is the other end; it says what the messages look like.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from inference.engine.types import Chunk, EngineError, EngineSpec, Loading, ModelUnavailable, Queued

if TYPE_CHECKING:
    from inference.engine.embedding_engine import EmbeddingEngine
    from inference.engine.transformers import TransformersEngine

    AnyEngine = TransformersEngine | EmbeddingEngine

FLUSH_SECONDS = 0.025
# More seldom beside others: each piece of text costs worker and web server a millisecond of the same cores. At least
# five times a second, so that a reader still sees a flow.
FLUSH_SECONDS_PER_ANSWER = 0.0125
LONGEST_FLUSH_SECONDS = 0.2
IDLE_SECONDS = 600.0  # then the memory of ended answers is given back: what people wrote does not stay for ever
# A page, a question or a word on its way takes a core for a millisecond; the model has them for the rest of the time.
NICE = 10
PR_SET_PDEATHSIG = 1


def main() -> None:
    _die_with_the_parent()
    os.nice(NICE)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    connection = Connection(int(sys.argv[1]))
    try:
        spec: EngineSpec = connection.recv()
        engine = _load(spec, connection)
        if engine:
            connection.send(("ready", engine.info))
            _serve(engine, connection)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent is gone, and nobody is left to answer


def _load(spec: EngineSpec, connection: Connection[Any, Any]) -> AnyEngine | None:
    def progress(loading: Loading) -> None:
        connection.send(("loading", loading))

    progress(Loading("loading torch", 0.05))
    engine = _kind_of(spec)
    _use_threads(spec.threads)
    try:
        return engine.load(spec, progress)
    except ModelUnavailable as error:
        connection.send(("unavailable", str(error)))
        return None


def _kind_of(spec: EngineSpec) -> type[AnyEngine]:
    """Imported only here, because it takes seconds."""
    if spec.task == "embedding":
        from inference.engine.embedding_engine import EmbeddingEngine

        return EmbeddingEngine
    from inference.engine.transformers import TransformersEngine

    return TransformersEngine


def _serve(engine: AnyEngine, connection: Connection[Any, Any]) -> None:
    outbox = Outbox(connection)
    while True:
        while connection.poll(0 if engine.has_work else IDLE_SECONDS):
            command, key, *rest = connection.recv()
            if command == "add":
                engine.add(key, rest[0])
            elif command == "cancel":
                engine.cancel(key)
        if engine.has_work:
            outbox.collect(engine.step())
        else:
            engine.release_kept()


class Outbox:
    """Gathers the chunks of all answers and sends them together every `flush_seconds`; the first text of an answer and
    its end go at once."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._waiting: dict[Any, Chunk | EngineError | Queued] = {}
        self._begun: set[Any] = set()
        self._last_flush = 0.0

    def collect(self, outcomes: Iterable[tuple[Any, Chunk | EngineError | Queued]]) -> None:
        urgent = []
        for key, outcome in outcomes:
            earlier = self._waiting.get(key)
            if isinstance(outcome, Chunk):
                self._waiting[key] = _joined(earlier, outcome) if isinstance(earlier, Chunk) else outcome
            else:
                if isinstance(earlier, Chunk):
                    self._send([(key, earlier)])
                self._waiting[key] = outcome
            if is_last(outcome):
                self._begun.discard(key)
                urgent.append(key)
            elif key not in self._begun and isinstance(outcome, Chunk) and outcome.text:
                self._begun.add(key)
                urgent.append(key)
        now = time.monotonic()
        if self._waiting and now - self._last_flush >= flush_seconds(len(self._begun)):
            self._last_flush = now
            urgent = list(self._waiting)
        if urgent:
            self._send([(key, self._waiting.pop(key)) for key in urgent])

    def _send(self, outcomes: list[tuple[Any, Chunk | EngineError | Queued]]) -> None:
        self._connection.send(("outcomes", outcomes))


def flush_seconds(answers: int) -> float:
    """From one sending to the next, when so many answers are being written."""
    return min(LONGEST_FLUSH_SECONDS, max(FLUSH_SECONDS, answers * FLUSH_SECONDS_PER_ANSWER))


def is_last(outcome: Chunk | EngineError | Queued) -> bool:
    """Whether nothing more comes for this request."""
    return isinstance(outcome, EngineError) or (isinstance(outcome, Chunk) and outcome.finish is not None)


def _joined(earlier: Chunk, later: Chunk) -> Chunk:
    token_ids, logprobs = earlier.token_ids + later.token_ids, earlier.logprobs + later.logprobs
    return Chunk(earlier.text + later.text, token_ids, later.finish, logprobs)


def _use_threads(threads: int | None) -> None:
    import torch

    from inference.engine.hardware import usable_cpu_count

    torch.set_num_threads(threads or usable_cpu_count())


def _die_with_the_parent() -> None:
    # Ctrl-C in a terminal reaches the whole group; the worker decides when its engines end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died in between; the signal will not come any more
            sys.exit(1)


if __name__ == "__main__":
    main()
