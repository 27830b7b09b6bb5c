"""Pushes runs on. `advance` may be called by anybody, anywhere, at any time: it reads what has ended, asks what is
missing, keeps every engine's batch full, and ends the run when nothing is left. All it knows is in the database, so a
driver that is killed in the middle loses nothing and doubles nothing (see arena.evaluation.asking)."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone

from arena.evaluation.asking import NothingToAsk, RunEnded, ask
from arena.evaluation.collecting import collect
from arena.evaluation.models import Run
from arena.evaluation.planning import JudgmentWork, Plan, Standing
from arena.evaluation.progress import totals_of
from inference.models import Generation
from inference.services import ModelNotOffered, RequestRefused, is_served

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What one push did. waiting: asks that have no room yet, or must pause after a failure; not counted to the end."""

    asked: int = 0
    read: int = 0
    waiting: int = 0
    is_over: bool = False


@lru_cache(maxsize=1)
def this_driver() -> str:
    """The name of this process; it holds the process id for whoever looks at what drives a run."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


def push(run: Run) -> Step | None:
    """`advance`, unless another process does it just now: then None."""
    return advance(run) if run.take_wheel(this_driver()) else None


def advance(run: Run) -> Step:
    """One push. Raises django.db.DatabaseError, redis.RedisError or OSError while one of these is away; the next push
    goes on."""
    run.refresh_from_db()
    if run.state == Run.State.PENDING:
        run.begin()
    if run.state != Run.State.RUNNING:
        return Step(is_over=True)
    plan = Plan(run)
    read = collect(plan)
    standing = Standing(plan)
    asked, waiting, hindrance = _ask_what_is_due(plan, standing)
    if hindrance != run.hindrance:
        Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(hindrance=hindrance)
    if asked or waiting or standing.waits:
        return Step(asked, read, waiting)
    collect(plan)  # what ended between the two looks
    return Step(read=read, is_over=run.finish(totals_of(run)))


def _ask_what_is_due(plan: Plan, standing: Standing) -> tuple[int, int, str]:
    """(how many were asked, how many could not be yet, what hinders them)"""
    active = plan.run.generations().filter(status__in=Generation.ACTIVE).values_list("model_id", flat=True)
    under_way = Counter(plan.by_id[model].queue for model in active if model in plan.by_id)
    judging = {judge.queue for judge in plan.judges}
    asked, waiting, hindrance = 0, 0, ""
    refused: set[int] = set()  # models that take nothing at present
    seen: set[int] = set()
    now = timezone.now()
    for work in standing.due():
        entry = plan.by_id[work.asked_id]
        if entry.pk not in seen:
            seen.add(entry.pk)
            if not is_served(entry):  # a worker may come; without a broker this raises, and nothing is asked
                hindrance = hindrance or f"{Run.Hindrance.UNSERVED}:{entry.pk}"
        too_early = work.not_before is not None and work.not_before > now
        if too_early or entry.pk in refused or under_way[entry.queue] >= plan.run.at_once:
            waiting += 1
            if isinstance(work, JudgmentWork) and all(under_way[queue] >= plan.run.at_once for queue in judging):
                break  # they come last, and no judge has room: how many more there are does not matter
            continue
        try:
            ask(plan, work)
        except NothingToAsk:
            waiting += 1  # the next push sees what became of it
        except RunEnded:
            break
        except RequestRefused as refusal:
            refused.add(entry.pk)
            waiting += 1
            is_off = isinstance(refusal, ModelNotOffered)
            hindrance = f"{Run.Hindrance.NOT_OFFERED if is_off else Run.Hindrance.REFUSED}:{entry.pk}"
            log.info("run %s waits for %s: %s", plan.run.pk, entry.slug, refusal)
        else:
            under_way[entry.queue] += 1
            asked += 1
    return asked, waiting, hindrance
