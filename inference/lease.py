"""Who is alive, and what happens to the work of the dead.

Every worker keeps a key `worker:<name>` alive for 3 seconds at a time. The reaper (a thread in every worker and web
process; a Redis lock lets one act at a time) finds running generations whose worker's key is gone, and queues them
again under the next attempt; it also tells the stops that could not be told while Valkey was away. A worker that was
only slow is then fenced: the stream refuses its entries and the row its changes.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections
from redis import RedisError

from inference import stream, valkey
from inference.dispatch import enqueue
from inference.events import Failed
from inference.models import Generation
from inference.stopping import stop_now

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0
LEASE_SECONDS = 3
REAP_SECONDS = 0.5
SETTLE_SECONDS = 5  # after Valkey's start every lease looks expired: give the workers time to renew
MAX_ATTEMPTS = 5  # a prompt that kills every worker must not go round for ever
RESEND_AFTER = timedelta(seconds=60)
ROSTER = "workers"


@dataclass(frozen=True, slots=True)
class EngineReport:
    """One engine as its worker tells it. state: "ready", "loading", "failed"; detail: stage or reason.

    A local model that sleeps has no report; a remote one that nothing is known of yet is "idle".
    """

    state: str
    detail: str = ""
    fraction: float = 0.0
    device: str = ""
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a live worker says of itself; queues and engines are named by ModelEntry.queue."""

    name: str
    host: str
    pid: int
    started_at: float
    queues: list[str] = field(default_factory=list)
    engines: dict[str, EngineReport] = field(default_factory=dict)
    running: int = 0

    @classmethod
    def from_wire(cls, raw: bytes) -> WorkerReport:
        values: dict[str, Any] = json.loads(raw)
        engines = {queue: EngineReport(**report) for queue, report in values.pop("engines").items()}
        return cls(**values, engines=engines)


def beat(report: WorkerReport) -> None:
    pipe = valkey.client().pipeline(transaction=False)
    pipe.set(f"worker:{report.name}", json.dumps(asdict(report)), ex=LEASE_SECONDS)
    pipe.zadd(ROSTER, {report.name: time.time()})
    pipe.zremrangebyscore(ROSTER, 0, time.time() - 3600)
    pipe.execute()


def retire(name: str) -> None:
    """An orderly end: nobody needs to wait for the lease to run out."""
    pipe = valkey.client().pipeline(transaction=False)
    pipe.delete(f"worker:{name}")
    pipe.zrem(ROSTER, name)
    pipe.execute()


def live_workers() -> list[WorkerReport]:
    """Raises one of valkey.Away when Valkey is not reachable."""
    redis = valkey.client()
    roster: Any = redis.zrange(ROSTER, 0, -1)
    names = [name.decode() for name in roster]
    if not names:
        return []
    reports: Any = redis.mget([f"worker:{name}" for name in names])
    return [WorkerReport.from_wire(raw) for raw in reports if raw]


def reap() -> int:
    """One look at everything under way. Returns how many generations were handed on."""
    # Twice a second, and nearly always all is well: only what is not, or not yet, is read as a whole.
    seen = list(Generation.objects.active().values_list("pk", "status", "worker", "is_to_stop"))
    if not seen:
        return 0
    for generation in _active(pk for pk, _status, _worker, is_to_stop in seen if is_to_stop):
        stop_now(generation)
    alive = {worker.name for worker in live_workers()}
    doubtful = _active(
        pk for pk, status, worker, _ in seen if status == Generation.Status.QUEUED or worker not in alive
    )
    if not doubtful or valkey.client().info("server")["uptime_in_seconds"] < SETTLE_SECONDS:
        return 0
    # Asked again behind the rows: whoever has taken one of them was alive before it could, and is in this list.
    workers = live_workers()
    alive = {worker.name for worker in workers}
    served = {queue for worker in workers for queue in worker.queues}
    handed_on = 0
    for generation in doubtful:
        if generation.status == Generation.Status.RUNNING:
            if generation.worker not in alive:
                handed_on += hand_on(generation)
        elif not (generation.model.is_enabled and generation.model.runner.is_enabled):
            give_up(generation, "The model was switched off while this question waited; please choose another one.")
        elif generation.model.queue in served and generation.resend(older_than=RESEND_AFTER):
            handed_on += enqueue(generation)
    return handed_on


def _active(ids: Iterable[Any]) -> list[Generation]:
    """Those of them that are still under way, without their long texts."""
    listed = list(ids)
    if not listed:
        return []
    rows = Generation.objects.active().filter(pk__in=listed).select_related("model", "model__base")
    return list(rows.defer("prompt", "text"))


def hand_on(generation: Generation) -> bool:
    """Lets another worker continue an answer whose worker or engine died."""
    if generation.attempt >= MAX_ATTEMPTS:
        give_up(generation, f"The model's process ended {MAX_ATTEMPTS} times while it answered this; it was given up.")
        return False
    if not generation.requeue():
        return False
    log.warning("generation %s goes on as attempt %s", generation.pk, generation.attempt)
    return enqueue(generation)


def give_up(generation: Generation, error: str) -> None:
    """Ends it with a sentence; what was shown is kept."""
    if generation.fail(error, text=stream.read_shown(generation.pk).text):
        stream.publish_end(generation.pk, Failed(error))


def start_reaper() -> None:
    threading.Thread(target=_reap_for_ever, name="reaper", daemon=True).start()


def _reap_for_ever() -> None:
    lock_milliseconds = int(REAP_SECONDS * 900)
    while True:
        time.sleep(REAP_SECONDS)
        try:
            if valkey.client().set("reaper", 1, nx=True, px=lock_milliseconds):
                reap()
        except (RedisError, OSError):
            continue  # Valkey is away; so is every lease, and nobody may be declared dead
        except DatabaseError as error:
            log.warning("the reaper could not read the database: %s", error)
        except Exception:
            log.exception("the reaper stumbled")
        finally:
            close_old_connections()
