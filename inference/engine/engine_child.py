"""One life of an engine's process: start it, pass requests in and answers out, say how it ended.

Messages over the socket are small tuples (`serve.py` is the other end):
  to the engine    ("add", key, AnyRequest) · ("cancel", key), after the EngineSpec as the very first
  from the engine  ("loading", Loading) · ("ready", EngineInfo) · ("unavailable", sentence)
                   ("outcomes", [(key, Chunk | EngineError | Queued), …])
"""

from __future__ import annotations

import itertools
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from inference.engine import host
from inference.engine.embedding import AnyRequest
from inference.engine.model_memory import ModelMemory, estimated_memory
from inference.engine.types import (
    Chunk,
    EngineDied,
    EngineError,
    EngineInfo,
    EngineSpec,
    Finish,
    Loading,
    ModelUnavailable,
    Queued,
)

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_TO_END = 5.0
NOT_LOADED = Loading("not loaded", 0.0)


class ProcessStream:
    """One answer: the reader thread puts chunks in, the caller's thread iterates them."""

    def __init__(self) -> None:
        self._arrivals: queue.SimpleQueue[Chunk | Loading | Queued | EngineError] = queue.SimpleQueue()
        self._cancel_at_child: tuple[EngineChild, int] | None = None

    def __iter__(self) -> Iterator[Chunk | Loading | Queued]:
        is_over = False
        try:
            while not is_over:
                arrival = self._arrivals.get()
                if isinstance(arrival, EngineError):
                    is_over = True
                    raise arrival
                is_over = isinstance(arrival, Chunk) and arrival.finish is not None
                yield arrival
        finally:
            if not is_over:  # whoever iterated has gone away: nobody reads the rest
                self.cancel()

    def cancel(self) -> None:
        if self._cancel_at_child:
            child, key = self._cancel_at_child
            child.cancel(key)

    def put(self, arrival: Chunk | Loading | Queued | EngineError) -> None:
        self._arrivals.put(arrival)

    def belongs_to(self, child: EngineChild, key: int) -> None:
        self._cancel_at_child = (child, key)


class EngineChild:
    """One life of the engine's process, from its start to its end: never restarted, but replaced."""

    def __init__(self, spec: EngineSpec, memory: ModelMemory) -> None:
        self.last_used = time.monotonic()
        self.takes_more = True
        self.loading: Loading | None = Loading("starting", 0.0)
        self.info = EngineInfo()
        self.pid: int | None = None
        self.is_over = False
        self.was_retired = False
        self.refusal = ""
        self._spec = spec
        self._memory = memory
        self._estimate = estimated_memory(spec)
        self._lock = threading.Lock()
        self._keys = itertools.count()
        self._streams: dict[int, ProcessStream] = {}
        self._held_back: dict[int, AnyRequest] = {}  # while the model is loading
        self._commands: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = False
        self._reader = threading.Thread(target=self._live, name=f"engine-{spec.slug}", daemon=True)
        self._reader.start()

    def submit(self, request: AnyRequest, stream: ProcessStream) -> bool:
        """False when this life is over, or takes no more."""
        with self._lock:
            if self.is_over or not self.takes_more:
                return False
            self.last_used = time.monotonic()
            key = next(self._keys)
            self._streams[key] = stream
            stream.belongs_to(self, key)
            if self.loading:
                self._held_back[key] = request
                stream.put(self.loading)
            else:
                self._commands.put(("add", key, request))
            return True

    def cancel(self, key: int) -> None:
        with self._lock:
            if key not in self._streams:
                return
            if self._held_back.pop(key, None):  # the model has never heard of it
                self._streams.pop(key).put(Chunk(finish=Finish("cancelled", 0, 0)))
            else:
                self._commands.put(("cancel", key))

    @property
    def is_wanted(self) -> bool:
        return bool(self._streams)

    @property
    def memory(self) -> int:
        """Bytes, of this machine or of its accelerator; an estimate while that cannot be seen."""
        if self.pid is None or self.loading or self.info.device != "cpu":
            return self._estimate
        return host.memory_of_process(self.pid)

    def retire_if_idle(self) -> bool:
        """Ends it to make room for another model, unless it has work; True when it is gone."""
        with self._lock:
            if self._streams or self.loading or self._closing:
                return False
            self.is_over = self.was_retired = True  # a question that comes now begins another life
        self.close()
        return True

    def take_no_more(self) -> None:
        with self._lock:
            self.takes_more = False

    def close(self) -> None:
        with self._lock:
            self._closing = True
            process = self._process
            if process is None:
                self.is_over = True  # it may still be waiting for memory
        if process:
            process.terminate()
        self._reader.join(SECONDS_TO_END)
        if self._reader.is_alive() and process:
            process.kill()
            self._reader.join(SECONDS_TO_END)

    def _live(self) -> None:
        """The reader thread. It also starts the process, because Linux tells a child of its parent's death
        when the *thread* that started it ends."""
        ending: EngineError | None = None
        try:
            connection = self._launch() if self._memory.enter(self, self._tell_loading) else None
            if connection:
                threading.Thread(target=self._write, args=(connection,), daemon=True).start()
                ending = self._read_until_the_end(connection)
        except ModelUnavailable as error:
            ending = error
        except OSError as error:
            ending = EngineDied(f"The engine's process could not be started: {error.strerror}.")
        finally:
            self._end(ending)

    def _launch(self) -> Connection[Any, Any] | None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "inference.engine.serve", str(theirs.fileno())]
            environment = _environment(self._spec)
            with self._lock:
                if self._closing:
                    ours.close()
                    return None
                self._process = subprocess.Popen(
                    command, cwd=REPOSITORY, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
                )
                self.pid = self._process.pid
        self._commands.put((self._spec,))
        return Connection(ours.detach())

    def _read_until_the_end(self, connection: Connection[Any, Any]) -> EngineError | None:
        """What the engine itself said of its end, if it did."""
        try:
            while True:
                kind, content = connection.recv()
                if kind == "outcomes":
                    self._hand_out(content)
                elif kind == "loading":
                    self._tell_loading(content)
                elif kind == "ready":
                    self._become_ready(content)
                elif kind == "unavailable":
                    return ModelUnavailable(content)
        except (EOFError, OSError):
            return None

    def _tell_loading(self, loading: Loading) -> None:
        with self._lock:
            self.loading = loading
            for key in self._held_back:
                self._streams[key].put(loading)

    def _become_ready(self, info: EngineInfo) -> None:
        with self._lock:
            self.info = info
            self.loading = None
            for key, request in self._held_back.items():
                self._commands.put(("add", key, request))
            self._held_back.clear()

    def _hand_out(self, outcomes: list[tuple[int, Chunk | EngineError | Queued]]) -> None:
        for key, outcome in outcomes:
            is_last = isinstance(outcome, EngineError) or (isinstance(outcome, Chunk) and outcome.finish is not None)
            with self._lock:
                stream = self._streams.pop(key, None) if is_last else self._streams.get(key)
            if stream:
                stream.put(outcome)

    def _write(self, connection: Connection[Any, Any]) -> None:
        """The writer thread: sending may block while the engine is busy, and no caller should."""
        while command := self._commands.get():
            try:
                connection.send(command if len(command) > 1 else command[0])
            except OSError:
                break
        connection.close()

    def _end(self, ending: EngineError | None) -> None:
        code = self._exit_code()
        with self._lock:
            self.is_over = True
            if ending is None:
                ending = _obituary(code, self._closing, while_loading=self.loading is not None)
            if isinstance(ending, ModelUnavailable):
                self.refusal = str(ending)
            self.loading = NOT_LOADED
            streams = list(self._streams.values())
            self._streams.clear()
            self._held_back.clear()
        self._commands.put(None)
        for stream in streams:
            stream.put(ending)

    def _exit_code(self) -> int | None:
        if self._process is None:
            return None
        try:
            return self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:  # it closed its end of the socket but stays
            self._process.kill()
            return self._process.wait()


def _environment(spec: EngineSpec) -> dict[str, str]:
    inherited = os.environ.get("PYTHONPATH")
    environment = {
        # Threads that sleep instead of spinning leave the cores to web and worker; a short spin before sleeping
        # gives back what that costs (both measured).
        "OMP_WAIT_POLICY": "PASSIVE",
        "GOMP_SPINCOUNT": "20000",
        "TOKENIZERS_PARALLELISM": "false",
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *([inherited] if inherited else [])]),
    }
    if spec.threads:
        environment["OMP_NUM_THREADS"] = str(spec.threads)
    return environment


def _obituary(code: int | None, was_closed: bool, while_loading: bool) -> EngineError:
    if was_closed:
        return EngineDied("The engine was stopped while it answered; another attempt may succeed.")
    if code is not None and code < 0:
        cause = f"was ended by {signal.Signals(-code).name}"
        if code == -signal.SIGKILL:
            cause += " (often the system does that when memory runs out)"
    else:
        cause = f"ended with code {code}"
    if while_loading:  # not EngineDied: what kills it now will kill it again, and attempts would never end
        return ModelUnavailable(f"The engine's process {cause} while it loaded the model.")
    return EngineDied(f"The engine's process {cause} while it answered; another attempt may succeed.")
