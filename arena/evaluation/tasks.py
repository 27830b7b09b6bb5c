"""In every worker a thread pushes the runs on and lets the guards look; imported by Celery in workers only."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from celery import signals
from django.db import DatabaseError, close_old_connections
from redis import RedisError

from arena.evaluation.driving import push
from arena.evaluation.guards import look_at_guards
from arena.evaluation.models import Run

log = logging.getLogger(__name__)

BUSY_SECONDS = 0.1  # between two looks at a run under way: an engine must not wait for its next question
IDLE_SECONDS = 2.0
GUARD_SECONDS = 15.0


@signals.worker_ready.connect
def start(**_others: Any) -> None:
    threading.Thread(target=_push_for_ever, name="evaluation", daemon=True).start()


def push_all() -> int:
    """One look at every run under way. How many this process pushes on."""
    return sum(push(run) is not None for run in Run.objects.active())


def _push_for_ever() -> None:
    guards_at = 0.0
    while True:
        pushed = 0
        begun = time.monotonic()
        try:
            if time.monotonic() >= guards_at:
                look_at_guards()
                guards_at = time.monotonic() + GUARD_SECONDS
            pushed = push_all()
        except (DatabaseError, RedisError, OSError) as error:
            log.warning("the runs wait: %s", error)
        except Exception:
            log.exception("pushing the runs on stumbled")
        finally:
            close_old_connections()
        # At most half the time of a processor that the engine needs, too, however large the run.
        time.sleep(max(BUSY_SECONDS, time.monotonic() - begun) if pushed else IDLE_SECONDS)
