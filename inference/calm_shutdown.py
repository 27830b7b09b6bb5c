"""What a worker says when it is told to stop. Celery's own lines speak of tasks that are terminated; here nothing is
lost, since answers under way are continued from their stream."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from itertools import count
from typing import Any

from celery.apps import worker as celery_worker

SENTENCE = b"Stopping. Answers under way go on in the next worker.\n"


def install() -> None:
    calls = count()

    def say(message: str, f: Any = None) -> None:
        """In the place of Celery's: called in signal handlers, so it writes past Python's buffers and locks."""
        if next(calls) == 0:
            with suppress(OSError, ValueError, AttributeError):
                os.write(sys.__stdout__.fileno(), SENTENCE)  # type: ignore[union-attr]

    celery_worker.safe_say = say
