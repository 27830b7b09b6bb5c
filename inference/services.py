"""The verbs of inference: start a generation, stop it, say which models can answer."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from redis import RedisError

from inference import lease, limits, valkey
from inference.dispatch import enqueue
from inference.engine.answer_form import PLAIN, AnswerForm
from inference.engine.types import ChatMessage
from inference.generations import FORM
from inference.models import Generation, ModelEntry
from inference.sentences import translated
from inference.stopping import STOPPED_LATER as STOPPED_LATER
from inference.stopping import stop_generation as stop_generation  # one of the verbs; it has a file of its own

log = logging.getLogger(__name__)


class RequestRefused(Exception):
    """`str(error)` is one sentence for the person who asked; nothing was changed."""


class TooManyRequests(RequestRefused):
    """A limit is reached: of answers under way at once, or one that an administrator set. retry_seconds: until when."""

    def __init__(self, sentence: str, retry_seconds: float = 1.0) -> None:
        super().__init__(sentence)
        self.retry_seconds = retry_seconds


class NotNow(RequestRefused):
    """Something that is needed for it is away; the same request may succeed soon."""


class ModelNotOffered(RequestRefused):
    """The model was switched off or never existed."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """What the picker shows of a model.

    state: "ready" (answers at once), "idle" (the first question loads it), "loading" (`fraction` 0–1,
    `reason` the stage) or "offline" (`reason` says why). A ready one may have a warning as its reason.
    is_tried: offline, but a worker takes its questions, and each of them tries again whether it answers.
    """

    entry: ModelEntry
    state: str
    reason: str = ""
    fraction: float = 0.0
    is_tried: bool = False


def offered_models() -> list[ModelState]:
    """Every model people may choose, in the administrator's order, each with its live state."""
    return states_of(ModelEntry.objects.offered())


def states_of(entries: Iterable[ModelEntry]) -> list[ModelState]:
    """Each with its live state, in their order."""
    try:
        workers = lease.live_workers()
    except valkey.Away:
        reason = _("The message broker (Valkey) is not reachable.")
        return [ModelState(entry, "offline", reason) for entry in entries]
    return [_state_of(entry, workers) for entry in entries]


def is_served(entry: ModelEntry) -> bool:
    """Whether a running worker would take a question now: also a model that could not be loaded is tried again.

    Raises one of valkey.Away.
    """
    return any(entry.queue in worker.queues for worker in lease.live_workers())


def start_generation(*, messages: Iterable[ChatMessage], **asked: Any) -> Generation:
    """`start_generations` for one conversation."""
    return start_generations(conversations=[messages], **asked)[0]


def start_generations(
    *,
    model: ModelEntry,
    conversations: Iterable[Iterable[ChatMessage]],
    params: dict[str, Any],
    requester: str,
    user: Any = None,
    form: AnswerForm = PLAIN,
    most_active: int | None = None,
) -> list[Generation]:
    """Puts one prompt for each conversation into the model's queue: all of them or none. The system text of an expert
    is added here. With a seed, the second answer gets the next one, or all would be the same. `most_active` is how many
    answers the requester may have under way, if it is no person.

    Raises RequestRefused (model not offered, a limit reached, a parameter out of range).
    Call inside a transaction: the tasks are sent when it commits.
    """
    asked = [list(messages) for messages in conversations]
    if not ModelEntry.objects.offered().filter(pk=model.pk).exists():
        raise ModelNotOffered(_("%(model)s is not offered at present. Please choose another model.") % {"model": model})
    most = most_active or settings.MAX_ACTIVE_GENERATIONS
    if Generation.objects.active().filter(requester=requester).count() + len(asked) > most:
        raise too_many_under_way(most)
    try:
        sampling = model.sampling(**params)
    except (TypeError, ValueError) as error:
        raise RequestRefused(translated(str(error))) from error
    take_from_limits(model, requester, user, len(asked))
    # Kept with the answer: another worker that goes on with it draws the same numbers, and it can be repeated.
    seed = secrets.randbelow(2**31) if sampling.seed is None else sampling.seed
    generations = []
    for number, messages in enumerate(asked):
        prompt = [message.to_json() for message in with_system_text(model, messages)]
        chosen = replace(sampling, seed=seed + number).to_json()
        if not form.is_plain:
            chosen[FORM] = form.to_json()
        generation = Generation.objects.create(
            model=model, user=user, requester=requester, prompt=prompt, params=chosen
        )
        transaction.on_commit(partial(enqueue, generation))
        generations.append(generation)
    return generations


def broker_away() -> NotNow:
    """To be raised where a request cannot be passed on."""
    return NotNow(_("The message broker (Valkey) is not reachable. Please try again."))


def too_many_under_way(most: int) -> TooManyRequests:
    sentence = _("You have %(count)s answers under way; please wait for one of them, or stop it.")
    return TooManyRequests(sentence % {"count": most})


def take_from_limits(model: ModelEntry, requester: str, user: Any, requests: int) -> None:
    """Raises TooManyRequests, NotNow."""
    try:
        limits.take(requester=requester, user_id=user.pk if user else None, model_id=model.pk, requests=requests)
    except limits.LimitReached as error:
        raise TooManyRequests(str(error), error.retry_seconds) from error
    except (RedisError, OSError) as error:
        log.warning("limits cannot be looked at: %s", error)
        raise broker_away() from error


def with_system_text(model: ModelEntry, messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    """What the model hears: its own system text and its base's before the conversation's, as one message."""
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
    ready = [engine for engine in engines if engine.state == "ready"]
    if ready:
        return ModelState(entry, "ready", translated(ready[0].detail))
    loading = [engine for engine in engines if engine.state == "loading"]
    if loading:
        return ModelState(entry, "loading", translated(loading[0].detail), loading[0].fraction)
    failed = [engine for engine in engines if engine.state == "failed"]
    is_unknown = any(engine.state == "idle" for engine in engines)  # to a worker: it may be the one that can
    if failed and not is_unknown:
        return ModelState(entry, "offline", translated(failed[0].detail), is_tried=True)
    is_remote = entry.runner.backend == ModelEntry.Backend.REMOTE
    return ModelState(entry, "idle", _("Not asked yet") if is_remote else _("The first question loads it."))
