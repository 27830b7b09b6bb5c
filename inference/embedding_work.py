"""The worker's part of an embedding: claim, ask the engine, count, hand back (inference/embedding.py is the other)."""

from __future__ import annotations

import json
import logging
import time
from base64 import b64encode
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from redis import RedisError

from inference import limits, stream, usage, valkey
from inference.embedding import ATTEMPTS, SECONDS
from inference.engine.embedding import EmbeddingRequest, Vectors, shortened
from inference.engine.types import EngineDied, EngineError
from inference.models import ModelEntry
from inference.worker import Worker, this_worker

log = logging.getLogger(__name__)

KEEP_SECONDS = 60  # vectors whose reader has gone


def compute(
    *,
    request_id: str,
    model_id: int,
    inputs: list[Any],
    dimensions: int | None,
    requester: str,
    user_id: int | None,
    deadline: float,
) -> None:
    """Computes one request and leaves the vectors, or why there are none, for its reader. Never raises."""
    if time.time() > deadline:
        return
    worker = this_worker()
    given = tuple(value if isinstance(value, str) else tuple(value) for value in inputs)
    request = EmbeddingRequest(request_id, given, requester)
    try:
        entry = ModelEntry.objects.select_related("endpoint").get(pk=model_id)
        connection.close()  # the database is not needed until the end
        if not entry.is_embedding:  # an administrator changed it meanwhile
            raise EngineError("This model does not turn texts into vectors.")
        # The same task may be delivered twice; its reader takes the claim of a dead worker away.
        if not valkey.client().set(f"{request_id}:worker", worker.name, nx=True, ex=int(SECONDS)):
            return
        found = _found(worker, entry, request)
        if found is None:
            return
        assert found.finish
        _count(entry, requester, user_id, found.finish.prompt_tokens)
        data, width = found.data, found.dimensions
        if dimensions is not None:
            data, width = shortened(data, width, dimensions), dimensions
        result = {"data": b64encode(data).decode(), "dimensions": width, "tokens": found.finish.prompt_tokens}
    except EngineError as error:
        log.info("embedding %s failed: %s", request_id, error)
        result = {"error": str(error), "code": error.code}
    except (RedisError, OSError) as error:
        log.warning("embedding %s is given up: the message broker is away (%s)", request_id, error)
        return
    except Exception:
        log.exception("embedding %s broke", request_id)
        sentence = "An unexpected error ended this answer; the administrator finds the details in the log."
        result = {"error": sentence, "code": ""}
    _leave(request_id, result)


def _found(worker: Worker, entry: ModelEntry, request: EmbeddingRequest) -> Vectors | None:
    """The vectors, from a second life of the engine if its first one ended; None when nobody wants them any more."""
    for attempt in range(ATTEMPTS):
        engine: Any = worker.engines.engine_for(worker.spec_of(entry))
        answer = engine.start(request)
        try:
            with worker.stoppable(request.id, answer.cancel):
                if stream.stop_was_asked(request.id):
                    answer.cancel()
                for chunk in answer:
                    if isinstance(chunk, Vectors):
                        return chunk if chunk.data else None
        except EngineDied:
            if worker.is_ending:  # its reader soon asks another one
                return None
            if attempt == ATTEMPTS - 1:
                raise
    raise EngineError("The engine ended the answer without saying why.")


def _count(entry: ModelEntry, requester: str, user_id: int | None, tokens: int) -> None:
    try:
        usage.note(
            model=entry,
            requester=requester,
            user_id=user_id,
            asked_at=timezone.now(),
            prompt_tokens=tokens,
            completion_tokens=0,
        )
        limits.charge_tokens(requester=requester, user_id=user_id, model_id=entry.pk, tokens=tokens)
    except (RedisError, OSError, DatabaseError) as error:
        log.warning("the tokens of an embedding were not counted: %s", error)


def _leave(request_id: str, result: dict[str, Any]) -> None:
    try:
        pipe = valkey.client().pipeline(transaction=False)
        pipe.set(request_id, json.dumps(result), ex=KEEP_SECONDS)
        pipe.publish(request_id, "1-1 done")  # in the form that the hub passes on
        pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("embedding %s cannot be handed back: %s", request_id, error)
