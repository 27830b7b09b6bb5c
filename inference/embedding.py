"""Vectors of texts on request: asked in the model's queue, computed by a worker, handed back through Valkey.

Nothing of it is worth keeping, so unlike an answer it has no row: the request is the task's message, and the vectors
lie in Valkey until their reader has fetched them. What was asked and its tokens are counted as for an answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.conf import settings
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis import RedisError

from inference import stream, valkey
from inference.dispatch import WITHOUT_ROW
from inference.engine.embedding import Input
from inference.hub import hub_of_this_loop
from inference.models import ModelEntry
from inference.services import NotNow, RequestRefused, broker_away, take_from_limits, too_many_under_way

log = logging.getLogger(__name__)

TASK = "inference.embed"
SECONDS = 300.0  # from the question to the vectors, the loading of the model included
LOOK_SECONDS = 2.0  # after this long without a word the reader looks whether anybody is still at it
ATTEMPTS = 3

# A place among the requests under way of one requester, for as long as a request can last. ARGV: now, until, id, most.
ENTER = """
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[1])
if redis.call("ZCARD", KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call("ZADD", KEYS[1], ARGV[2], ARGV[3])
redis.call("EXPIRE", KEYS[1], math.ceil(ARGV[2] - ARGV[1]))
return 1
"""


class EmbeddingFailed(Exception):
    """`str(error)` is one sentence; code: the same in one word for programs."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Embedded:
    """data: the vectors in the order of the inputs, each of `dimensions` float32 numbers, little-endian."""

    data: bytes
    dimensions: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under way. Times are those of this machine's clock, in seconds."""

    id: str  # also the key under which the vectors will lie
    queue: str
    arguments: dict[str, Any]
    deadline: float


def ask(*, model: ModelEntry, inputs: list[Input], dimensions: int | None, requester: str, user: Any = None) -> Asked:
    """Puts the request into the model's queue. Somebody must then call `vectors_of`, which also ends it, or `end`.

    Raises TooManyRequests, NotNow.
    """
    request_id = f"{WITHOUT_ROW}{uuid.uuid4()}"
    deadline = time.time() + SECONDS
    arguments = {
        "request_id": request_id,
        "model_id": model.pk,
        "inputs": inputs,
        "dimensions": dimensions,
        "requester": requester,
        "user_id": user.pk if user else None,
        "deadline": deadline,
    }
    asked = Asked(request_id, model.queue, arguments, deadline)
    try:
        _enter(asked)
        take_from_limits(model, requester, user, 1)
        _send(asked)
    except RequestRefused:
        _leave(asked)
        raise
    return asked


async def vectors_of(asked: Asked) -> Embedded:
    """Waits for them, and asks another worker when the first one died. Raises EmbeddingFailed, NotNow.

    Whoever cancels this stops the request.
    """
    hub = hub_of_this_loop()
    attempts = 1
    try:
        async with hub.subscription(asked.id) as subscription:
            while time.time() < asked.deadline:
                if found := await _result(asked):
                    return found
                if await _is_abandoned(asked):
                    if attempts == ATTEMPTS:
                        raise EmbeddingFailed(_("The model's process ended while it answered this; it was given up."))
                    attempts += 1
                    await asyncio.to_thread(_send, asked)
                await subscription.take(LOOK_SECONDS)
        raise NotNow(_("The model did not answer in time. Please try again."))
    except valkey.Away as error:
        raise broker_away() from error
    finally:
        # In a thread of its own: a client that has gone cancels whatever is awaited here.
        asyncio.get_running_loop().run_in_executor(None, end, asked)


def end(asked: Asked) -> None:
    """Nobody reads it any more: what still runs is stopped, what lies in Valkey is thrown away. Never raises."""
    try:
        if not valkey.client().delete(asked.id):
            stream.ask_to_stop(asked.id)
    except (RedisError, OSError) as error:
        log.warning("%s ends by itself: %s", asked.id, error)
    _leave(asked)


def _enter(asked: Asked) -> None:
    """Raises TooManyRequests, NotNow."""
    most = settings.MAX_ACTIVE_GENERATIONS
    numbers = [str(time.time()), str(asked.deadline), asked.id, str(most)]
    try:
        is_free = valkey.client().eval(ENTER, 1, _places(asked), *numbers)
    except (RedisError, OSError) as error:
        raise broker_away() from error
    if not is_free:
        raise too_many_under_way(most)


def _leave(asked: Asked) -> None:
    try:
        valkey.client().zrem(_places(asked), asked.id)
    except (RedisError, OSError) as error:
        log.warning("%s keeps its place until its time is over: %s", asked.id, error)


def _places(asked: Asked) -> str:
    return f"embedding-places:{asked.arguments['requester']}"


def _send(asked: Asked) -> None:
    try:
        current_app.send_task(
            TASK, kwargs=asked.arguments, queue=asked.queue, retry=False, expires=max(1.0, asked.deadline - time.time())
        )
    except (OperationalError, RedisError, OSError) as error:
        raise broker_away() from error


async def _result(asked: Asked) -> Embedded | None:
    said = await hub_of_this_loop().redis.get(asked.id)
    if said is None:
        return None
    result = json.loads(said)
    if "error" in result:
        raise EmbeddingFailed(result["error"], result["code"])
    return Embedded(b64decode(result["data"]), result["dimensions"], result["tokens"])


async def _is_abandoned(asked: Asked) -> bool:
    """Whether a worker had it and is no more. Nobody having it is no reason: it may wait behind others."""
    redis = hub_of_this_loop().redis
    worker: Any = await redis.get(f"{asked.id}:worker")
    if worker is None or await redis.exists(f"worker:{worker.decode()}"):
        return False
    return bool(await redis.delete(f"{asked.id}:worker"))
