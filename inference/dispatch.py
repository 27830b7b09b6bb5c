"""Sends a generation's task to its model's queue."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError
from redis import RedisError

from inference.models import Generation

log = logging.getLogger(__name__)

TASK = "inference.run_generation"
WITHOUT_ROW = "embedding:"  # so begin the names of requests that are no Generation (inference/embedding.py)


def enqueue(generation: Generation) -> bool:
    """Whether the broker took it. If not, the row waits and the reaper sends it when the broker is back."""
    try:
        current_app.send_task(
            TASK, args=[str(generation.pk), generation.attempt], queue=generation.model.queue, retry=False
        )
    except (OperationalError, RedisError, OSError) as error:
        log.warning("generation %s waits: the message broker is away (%s)", generation.pk, error)
        return False
    return True
