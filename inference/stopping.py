"""Stops a generation. A stop that the message broker cannot take just now is written down in the database, and the
reaper tells it as soon as the broker is back."""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy
from redis import RedisError

from inference import stream
from inference.events import Finished
from inference.generations import Generation

log = logging.getLogger(__name__)

STOPPED_LATER = gettext_lazy(
    "The message broker is away, so the answer goes on for now; it is stopped as soon as that is back."
)


def stop_generation(generation: Generation) -> bool:
    """Ends it within one decode step; what was written so far is kept. Stopping twice is harmless.

    False: the message broker is away, so it is stopped as soon as that is back.
    """
    try:
        stop_now(generation)
    except (RedisError, OSError) as error:
        log.warning("generation %s is stopped later: the message broker is away (%s)", generation.pk, error)
        generation.note_stop()
        return False
    return True


def stop_now(generation: Generation) -> None:
    """Raises RedisError or OSError where the broker is needed and away."""
    # Between two attempts only the stream knows what people have seen.
    shown = stream.read_shown(generation.pk).text if generation.attempt > 1 else ""
    if generation.stop_waiting(shown):
        stream.publish_end(generation.pk, Finished("cancelled"))
    elif generation.is_active:
        stream.ask_to_stop(generation.pk)
