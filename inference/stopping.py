"""Stops a generation. A stop that the message broker cannot take just now is remembered by this process and told
to it later; only the end of the process forgets it."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext_lazy
from redis import RedisError

from inference import stream
from inference.events import Finished
from inference.generations import Generation

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
STOPPED_LATER = gettext_lazy(
    "The message broker is away, so the answer goes on for now; it is stopped as soon as that is back."
)

_unheard: set[Any] = set()  # keys of generations that are still to be stopped
_lock = threading.Lock()
_is_trying = False


def stop_generation(generation: Generation) -> bool:
    """Ends it within one decode step; what was written so far is kept. Stopping twice is harmless.

    False: the message broker is away, so it is stopped as soon as that is back.
    """
    try:
        _stop(generation)
    except (RedisError, OSError) as error:
        log.warning("generation %s is stopped later: the message broker is away (%s)", generation.pk, error)
        _remember(generation.pk)
        return False
    return True


def _stop(generation: Generation) -> None:
    # Between two attempts only the stream knows what people have seen.
    shown = stream.read_shown(generation.pk)[0] if generation.attempt > 1 else ""
    if generation.stop_waiting(shown):
        stream.publish_end(generation.pk, Finished("cancelled"))
    elif generation.is_active:
        stream.ask_to_stop(generation.pk)


def _remember(key: Any) -> None:
    global _is_trying
    with _lock:
        _unheard.add(key)
        if not _is_trying:
            _is_trying = True
            threading.Thread(target=_try_until_heard, name="stop-later", daemon=True).start()


def _try_until_heard() -> None:
    global _is_trying
    while True:
        time.sleep(RETRY_SECONDS)
        with _lock:
            keys = list(_unheard)
        try:
            for key in keys:
                generation = Generation.objects.filter(pk=key).first()
                if generation and generation.is_active:
                    _stop(generation)
                with _lock:
                    _unheard.discard(key)
        except (RedisError, OSError, DatabaseError):
            pass  # still away
        except Exception:
            log.exception("stopping later stumbled")
        finally:
            connection.close()
        with _lock:
            if not _unheard:
                _is_trying = False
                return
