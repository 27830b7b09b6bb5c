"""The worker's story of one generation, read top to bottom: claim, ask the engine, stream, save, tell."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import DatabaseError, connection
from django.utils import timezone
from redis import RedisError

from inference import lease, limits, stream
from inference.engine.types import Chunk, Engine, EngineDied, EngineError, EngineRequest, Finish, Loading, Queued
from inference.events import Delta, Failed, Finished, Status
from inference.journal import Journal
from inference.models import Generation
from inference.worker import Worker, this_worker

log = logging.getLogger(__name__)

SAVE_PATIENCE_SECONDS = 900.0  # a locked database or a full disk: the answer waits in memory so long

FENCE_PATIENCE_SECONDS = 60.0

LOGPROBS_PATIENCE_SECONDS = 5.0


class Abandoned(Exception):
    """Another attempt has taken over; this one must leave no trace."""


def answer(generation_id: str, attempt: int) -> None:
    """Answers one generation, unless somebody else has it. Never raises for what a model or a person did."""
    worker = this_worker()
    generations = Generation.objects.select_related("model__endpoint", "model__base__endpoint")
    try:
        generation = generations.get(pk=generation_id, attempt=attempt)
    except Generation.DoesNotExist:
        return
    with worker.busy_with(generation):
        if generation.begin(worker.name):
            _answer(generation, worker)


def _answer(generation: Generation, worker: Worker) -> None:
    journal = worker.journals.open(generation.pk, generation.attempt)
    attempted = _Attempt(generation, journal, worker)
    try:
        attempted.run()
    except Abandoned:
        log.warning("generation %s: attempt %s was superseded", generation.pk, generation.attempt)
    except EngineDied as error:
        log.warning("generation %s: %s", generation.pk, error)
        worker.journals.wait_until_flushed(journal, 2)
        lease.hand_on(generation)
    except EngineError as error:
        attempted.fail(str(error), error.code)
    except Exception:
        log.exception("generation %s broke", generation.pk)
        attempted.fail("An unexpected error ended this answer; the administrator finds the details in the log.")


class _Attempt:
    def __init__(self, generation: Generation, journal: Journal, worker: Worker) -> None:
        self.generation = generation
        self.journal = journal
        self.worker = worker
        self.text = ""
        self.first_token_at: datetime | None = None

    def run(self) -> None:
        request = self._request()
        # Nothing is asked of the database until the end, so its connection is free for others.
        connection.close()
        engine = self.worker.engines.engine_for(self.worker.spec_of(self.generation.model))
        end = self._stream(engine, request)
        if request.form.logprobs is not None:  # the row does not keep them, so it must not be seen first
            self.worker.journals.wait_until_flushed(self.journal, LOGPROBS_PATIENCE_SECONDS)
        self._save(lambda: self.generation.finish(self.text, end, self.first_token_at))
        self.journal.add(Finished(end.reason, end.prompt_tokens, end.completion_tokens, end.dropped_messages))
        try:
            limits.charge(self.generation)
        except (RedisError, OSError, DatabaseError) as error:
            log.warning("generation %s: its tokens were not counted: %s", self.generation.pk, error)

    def fail(self, error: str, code: str = "") -> None:
        log.info("generation %s failed: %s", self.generation.pk, error)
        try:
            self._save(lambda: self.generation.fail(error, text=self.text, code=code))
        except Abandoned:
            return
        self.journal.add(Failed(error, code))

    def _request(self) -> EngineRequest:
        """The prompt and, after another worker's death, what it had already shown."""
        shown = stream.Shown("")
        if self.generation.attempt > 1:
            self.journal.add(Status("continuing"))
            # Only once this entry stands in the stream is the earlier worker fenced off: reading before that
            # could miss words that a slow but living one still writes.
            # To fail here would lose them, since only the stream has them: yet another attempt may read it.
            if not self.worker.journals.wait_until_flushed(self.journal, FENCE_PATIENCE_SECONDS):
                raise EngineDied("The stream cannot be read: the message broker is away.")
            try:
                shown = stream.read_shown(self.generation.pk)
            except (RedisError, OSError) as error:
                raise EngineDied(f"The stream cannot be read: {error}") from error
        self.text, self.first_token_at = shown.text, shown.first_token_at  # people have seen them: it was not later
        return EngineRequest(
            id=str(self.generation.pk),
            messages=self.generation.prompt_messages,
            params=self.generation.sampling,
            shown_token_ids=shown.token_ids,
            shown_text=shown.text,
            requester=self.generation.requester,
            form=self.generation.form,
        )

    def _stream(self, engine: Engine, request: EngineRequest) -> Finish:
        text_stream = engine.start(request)
        with self.worker.stoppable(str(self.generation.pk), text_stream.cancel):
            if self._stop_was_asked():  # asked before the worker listened
                text_stream.cancel()
            return self._pass_on(iter(text_stream), text_stream.cancel)

    def _pass_on(self, chunks: Iterator[Chunk | Loading | Queued], cancel: Callable[[], None]) -> Finish:
        for chunk in chunks:
            if isinstance(chunk, Loading):
                self.journal.add(Status("loading", chunk.stage, round(chunk.fraction, 2)))
                continue
            if isinstance(chunk, Queued):
                self.journal.add(Status("queued", str(chunk.ahead)))
                continue
            if self.journal.fenced:
                cancel()
                raise Abandoned
            if chunk.text or chunk.token_ids:
                began_at = 0.0
                if self.first_token_at is None:
                    self.first_token_at = timezone.now()
                    began_at = self.first_token_at.timestamp()
                text = storable(chunk.text)
                self.text += text
                self.journal.add(Delta(text, chunk.token_ids, chunk.logprobs, began_at))
            if chunk.finish is not None:
                return chunk.finish
        raise EngineError("The engine ended the answer without saying why.")

    def _stop_was_asked(self) -> bool:
        try:
            return stream.stop_was_asked(self.generation.pk)
        except (RedisError, OSError):
            return False

    def _save(self, transition: Callable[[], bool]) -> None:
        """The row first, then the stream. A database that cannot be written at present is waited for."""
        deadline = time.monotonic() + SAVE_PATIENCE_SECONDS
        pause = 0.2
        while True:
            try:
                if not transition():
                    raise Abandoned
                return
            except DatabaseError as error:
                connection.close()
                if time.monotonic() > deadline:
                    raise
                log.warning("generation %s is complete but cannot be saved yet: %s", self.generation.pk, error)
                self.journal.add(Status("saving"))
                time.sleep(pause)
                pause = min(pause * 2, 5.0)


def storable(text: str) -> str:
    """Models may write what no database keeps: NUL (PostgreSQL) and half a surrogate pair (UTF-8)."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
