"""Watches experts: when one has changed, its set is asked again, so that the page can show what became better or
worse since the last finished run."""

from __future__ import annotations

import logging
from typing import Any

from django.db import IntegrityError, transaction

from arena.evaluation.models import Candidate, Guard, Run
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.services import cancel_run, create_run
from arena.evaluation.setups import fingerprint_of, setup_of

log = logging.getLogger(__name__)


def look_at_guards() -> int:
    """Starts a run for every active guard whose expert has changed. How many."""
    started = 0
    for guard in Guard.objects.filter(is_active=True).select_related("expert__base", "question_set"):
        try:
            started += check_guard(guard) is not None
        except EvaluationRefused as refusal:
            log.info("guard %s waits: %s", guard.pk, refusal)
    return started


def check_guard(guard: Guard, *, user: Any = None, force: bool = False) -> Run | None:
    """Starts a run if the expert, or its set, is not what the guard's last run saw; with `force` in any case. None:
    nothing has changed, or a run of the present version is under way. Raises EvaluationRefused.

    A run under way that saw an older version is cancelled: its answers would be of two experts."""
    question_set = guard.question_set.newest()
    now = fingerprint_of(setup_of(guard.expert))
    last = Candidate.objects.filter(run__guard=guard, entry=guard.expert).order_by("-run_id").first()
    if last is not None:
        is_same = last.fingerprint == now and last.run.question_set_id == question_set.pk
        if is_same and (last.run.is_active or not force):
            return None
        if last.run.is_active:
            cancel_run(last.run)
    try:
        with transaction.atomic():
            return create_run(
                question_set=question_set,
                entries=[guard.expert],
                mode=guard.mode,
                judges=list(guard.judges.all()),
                name=str(guard),
                user=user,
                guard=guard,
            )
    except IntegrityError:
        return None  # another worker noticed it at the same moment


def previous_run(run: Run) -> Run | None:
    """The finished run of the same guard before this one, to compare with."""
    if run.guard_id is None:
        return None
    earlier = Run.objects.filter(guard=run.guard_id, state=Run.State.FINISHED, pk__lt=run.pk)
    return earlier.order_by("-pk").first()
