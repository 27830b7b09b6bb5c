"""The verbs of inference: start a generation, stop it, say which models can answer."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from inference import lease, stream, valkey
from inference.dispatch import enqueue
from inference.engine.types import ChatMessage
from inference.events import Finished
from inference.models import Generation, ModelEntry

log = logging.getLogger(__name__)


class RequestRefused(Exception):
    """`str(error)` is one sentence for the person who asked; nothing was changed."""


class TooManyRequests(RequestRefused):
    """The requester has as many generations under way as one may have."""


class ModelNotOffered(RequestRefused):
    """The model was switched off or never existed."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """What the picker shows of a model.

    state: "ready" (answers at once), "idle" (the first question loads it), "loading" (`fraction` 0–1,
    `reason` the stage) or "offline" (`reason` says why).
    """

    entry: ModelEntry
    state: str
    reason: str = ""
    fraction: float = 0.0


def offered_models() -> list[ModelState]:
    """Every model people may choose, in the administrator's order, each with its live state."""
    entries = ModelEntry.objects.offered()
    try:
        workers = lease.live_workers()
    except valkey.Away:
        reason = _("The message broker (Valkey) is not reachable.")
        return [ModelState(entry, "offline", reason) for entry in entries]
    return [_state_of(entry, workers) for entry in entries]


def start_generation(
    *,
    model: ModelEntry,
    messages: Iterable[ChatMessage],
    params: dict[str, Any],
    requester: str,
    user: Any = None,
) -> Generation:
    """Puts one prompt into the model's queue. The system text of an expert is added here.

    Raises RequestRefused (model not offered, too many under way, a parameter out of range).
    Call inside a transaction: the task is sent when it commits.
    """
    if not ModelEntry.objects.offered().filter(pk=model.pk).exists():
        raise ModelNotOffered(_("%(model)s is not offered at present. Please choose another model.") % {"model": model})
    if Generation.objects.active().filter(requester=requester).count() >= settings.MAX_ACTIVE_GENERATIONS:
        raise TooManyRequests(
            _("You have %(count)s answers under way; please wait for one of them, or stop it.")
            % {"count": settings.MAX_ACTIVE_GENERATIONS}
        )
    try:
        sampling = model.sampling(**params)
    except (TypeError, ValueError) as error:
        raise RequestRefused(str(error)) from error
    if sampling.seed is None:
        # Kept with the answer: another worker that goes on with it draws the same numbers, and it can be repeated.
        sampling = replace(sampling, seed=secrets.randbelow(2**31))
    prompt = [{"role": message.role, "content": message.content} for message in _with_system(model, messages)]
    generation = Generation.objects.create(
        model=model, user=user, requester=requester, prompt=prompt, params=sampling.to_json()
    )
    transaction.on_commit(lambda: enqueue(generation))
    return generation


def stop_generation(generation: Generation) -> None:
    """Ends it within one decode step; what was written so far is kept. Stopping twice is harmless."""
    try:
        # Between two attempts only the stream knows what people have seen.
        shown = stream.read_shown(generation.pk)[0] if generation.attempt > 1 else ""
    except valkey.Away:
        log.warning("generation %s cannot be stopped: the message broker is away", generation.pk)
        return
    if generation.stop_waiting(shown):
        stream.publish_end(generation.pk, Finished("cancelled"))
    elif generation.is_active:
        stream.ask_to_stop(generation.pk)


def _with_system(model: ModelEntry, messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    texts = [text for text in ((model.base.system_prompt if model.base else ""), model.system_prompt) if text]
    listed = list(messages)
    if listed and listed[0].role == "system":
        texts.append(listed.pop(0).content)
    return ([ChatMessage("system", "\n\n".join(texts))] if texts else []) + listed


def _state_of(entry: ModelEntry, workers: list[lease.WorkerReport]) -> ModelState:
    serving = [worker for worker in workers if entry.queue in worker.queues]
    if not serving:
        reason = _("No worker is running.") if not workers else _("No running worker serves this model.")
        return ModelState(entry, "offline", reason)
    engines = [worker.engines[entry.queue] for worker in serving if entry.queue in worker.engines]
    if any(engine.state == "ready" for engine in engines):
        return ModelState(entry, "ready")
    loading = [engine for engine in engines if engine.state == "loading"]
    if loading:
        return ModelState(entry, "loading", loading[0].detail, loading[0].fraction)
    failed = [engine for engine in engines if engine.state == "failed"]
    if failed:
        return ModelState(entry, "offline", failed[0].detail)
    return ModelState(entry, "idle", _("The first question loads it."))
