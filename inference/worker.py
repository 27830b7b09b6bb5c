"""This worker process: its name, its engines, what it answers just now, and its sign of life."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache

from celery import current_app
from django.db import DatabaseError, close_old_connections
from redis import RedisError

from inference import lease, stream, valkey
from inference.dispatch import WITHOUT_ROW
from inference.engine.registry import EngineRegistry
from inference.engine.types import EngineSpec
from inference.journal import JournalWriter
from inference.models import Generation, ModelEntry

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0  # how often a new or changed ModelEntry is noticed


class Worker:
    """The state that tasks of this process share; `live()` starts its threads."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.engines = EngineRegistry()
        self.journals = JournalWriter()
        self.started_at = time.time()
        self.only_models: set[str] = set()  # slugs; empty: every model that is offered
        self.device = "auto"
        self.dtype = "auto"
        self.threads: int | None = None
        self.answer_memory: int | None = None  # bytes for each model
        self._queues: dict[str, EngineSpec] = {}
        self._cancels: list[tuple[str, Callable[[], None]]] = []  # two attempts at one answer may overlap
        self._busy_with: list[tuple[str, int]] = []  # the same task may be delivered twice
        self.share_threads: Callable[[], None] = lambda: None  # among the models, by the pool that runs the answers
        self.is_ending = False
        self._lock = threading.Lock()

    def live(self, celery_name: str) -> None:
        """Starts the heartbeat, the look-out for new models, the ear for stops, and the reaper."""
        self._celery_name = celery_name
        for target in (self._beat_for_ever, self._look_for_ever, self._listen_for_ever):
            threading.Thread(target=target, name=target.__name__, daemon=True).start()
        lease.start_reaper()

    def end(self) -> None:
        self.is_ending = True  # another beat would keep the answers from those who could go on with them
        with suppress(RedisError, OSError):  # then the lease runs out by itself
            lease.retire(self.name)
        self.engines.close_all()

    @contextmanager
    def busy_with(self, generation: Generation) -> Iterator[None]:
        """While open, this attempt is known to be in good hands."""
        attempt = (str(generation.pk), generation.attempt)
        with self._lock:
            self._busy_with.append(attempt)
        try:
            yield
        finally:
            with self._lock:
                self._busy_with.remove(attempt)

    @contextmanager
    def stoppable(self, generation_id: str, cancel: Callable[[], None]) -> Iterator[None]:
        """While open, a stop for this generation calls `cancel`."""
        running = (generation_id, cancel)
        with self._lock:
            self._cancels.append(running)
        try:
            yield
        finally:
            with self._lock:
                self._cancels.remove(running)

    def queues(self) -> list[str]:
        """Of the models that are served now."""
        return list(self._queues)

    def served_entries(self) -> list[ModelEntry]:
        entries = ModelEntry.objects.loadable()
        return [entry for entry in entries if not self.only_models or entry.slug in self.only_models]

    def spec_of(self, entry: ModelEntry) -> EngineSpec:
        """What to load for an entry on this machine, with this worker's options."""
        spec = entry.spec
        return replace(
            spec,
            device=self.device,
            dtype=self.dtype,
            threads=spec.threads or self.threads,
            answer_memory=self.answer_memory,
        )

    # --- threads ----------------------------------------------------------------------------------------------------

    def beat(self) -> None:
        if not self.is_ending:
            lease.beat(self._report())

    def _beat_for_ever(self) -> None:
        while True:
            try:
                self.beat()
            except (RedisError, OSError):
                pass  # nobody can read it either; beat again when Valkey is back
            except Exception:
                log.exception("the heartbeat stumbled")
            time.sleep(lease.HEARTBEAT_SECONDS)

    def _look_for_ever(self) -> None:
        while True:
            try:
                self._subscribe_to_models()
                self.share_threads()
                self._stop_vanished()
                self._hand_on_forgotten()
            except (RedisError, OSError, DatabaseError) as error:
                log.warning("looking for models: %s", error)
            except Exception:
                log.exception("looking for models stumbled")
            finally:
                close_old_connections()
            time.sleep(LOOK_SECONDS)

    def _subscribe_to_models(self) -> None:
        """Takes up the queues of new models, lays down those of removed ones, loads what should be loaded, looks at
        remote servers."""
        entries = {entry.queue: entry for entry in self.served_entries()}
        for queue in entries.keys() - self._queues.keys():
            if not current_app.control.add_consumer(queue, destination=[self._celery_name], reply=True, timeout=5):
                del entries[queue]  # not heard: Celery connects just now; whoever asks would wait for ever
        removed = self._queues.keys() - entries.keys()
        self._queues = {queue: self.spec_of(entry) for queue, entry in entries.items()}
        for queue in removed:
            current_app.control.cancel_consumer(queue, destination=[self._celery_name])
        self.engines.keep_only(set(self._queues.values()))
        for queue, entry in entries.items():
            is_remote = entry.backend == ModelEntry.Backend.REMOTE
            if entry.preload or is_remote:
                engine = self.engines.engine_for(self._queues[queue])
                # Not "failed": a broken model is tried again by the next question. A server may come back by itself.
                if engine.state == "idle" or is_remote:
                    engine.load()

    def _stop_vanished(self) -> None:
        """Answers whose row was deleted (an account was erased) need no further tokens."""
        with self._lock:
            running = {name for name, _cancel in self._cancels if not name.startswith(WITHOUT_ROW)}
        if running:
            rows = Generation.objects.filter(pk__in=running).values_list("pk", flat=True)
            for generation_id in running - {str(key) for key in rows}:
                self._stop(generation_id)

    def _hand_on_forgotten(self) -> None:
        """Rows that name this worker although it answers them no more: the database refused the last word."""
        for generation in Generation.objects.active().filter(worker=self.name).select_related("model", "model__base"):
            with self._lock:
                is_forgotten = (str(generation.pk), generation.attempt) not in self._busy_with
            if is_forgotten:
                lease.hand_on(generation)

    def _listen_for_ever(self) -> None:
        while True:
            try:
                with valkey.listener().pubsub(ignore_subscribe_messages=True) as pubsub:
                    pubsub.subscribe(stream.STOP_CHANNEL)
                    self._stop_missed()
                    for message in pubsub.listen():
                        self._stop(message["data"].decode())
            except (RedisError, OSError):
                time.sleep(0.5)
            except Exception:
                log.exception("the ear for stops stumbled")
                time.sleep(0.5)

    def _stop_missed(self) -> None:
        """Stops that were asked while nobody listened."""
        with self._lock:
            running = [generation_id for generation_id, _cancel in self._cancels]
        for generation_id in running:
            if stream.stop_was_asked(generation_id):
                self._stop(generation_id)

    def _stop(self, generation_id: str) -> None:
        with self._lock:
            cancels = [cancel for running, cancel in self._cancels if running == generation_id]
        for cancel in cancels:
            cancel()

    def _report(self) -> lease.WorkerReport:
        engines: dict[str, lease.EngineReport] = {}
        by_spec = {spec: queue for queue, spec in self._queues.items()}
        for engine in self.engines.snapshot():
            if engine.spec in by_spec and (engine.state != "idle" or engine.spec.backend == "remote"):
                engines[by_spec[engine.spec]] = lease.EngineReport(
                    state=engine.state,
                    detail=engine.failure
                    or (engine.loading.stage if engine.loading else " ".join(engine.info.warnings)),
                    fraction=engine.loading.fraction if engine.loading else 0.0,
                    device=engine.info.device,
                    dtype=engine.info.dtype,
                )
        return lease.WorkerReport(
            name=self.name,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self.started_at,
            queues=self.queues(),
            engines=engines,
            running=len(self._cancels),
        )


@lru_cache(maxsize=1)
def this_worker() -> Worker:
    return Worker()
