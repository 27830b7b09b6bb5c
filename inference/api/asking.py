"""From a checked request to its answers: the model, the key's rights, the limits, then the Generations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from redis import RedisError

from inference import limits
from inference.api.answer_form import read_form
from inference.api.answers import Answers
from inference.api.errors import RETRY_SECONDS, ApiError
from inference.api.refusals import refuse_unsupported
from inference.api.schemas import SamplingRequest
from inference.api.threads import in_thread
from inference.api_keys import ApiKey
from inference.engine.types import ChatMessage
from inference.generations import Generation
from inference.limits import Allowance
from inference.models import ModelEntry
from inference.services import is_served, start_generations


async def ask(
    key: ApiKey, body: SamplingRequest, conversations: Sequence[Sequence[ChatMessage]]
) -> tuple[Answers, dict[str, str]]:
    """The answers, begun, and the headers that tell what is left of the limits. Raises ApiError, RequestRefused."""
    starting = asyncio.ensure_future(_started(key, body, conversations))
    try:
        # A client may leave in this moment; what its thread has begun must then be known, to be stopped.
        generations, headers = await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_stop_unwanted)
        raise
    return Answers.of(generations, body.n or 1), headers


def _stop_unwanted(starting: asyncio.Future[tuple[list[Generation], dict[str, str]]]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        Answers.of(starting.result()[0], 1).leave()


def models_of(key: ApiKey) -> list[ModelEntry]:
    """What this key may ask, in the administrator's order."""
    offered = ModelEntry.objects.askable()
    return list(offered.filter(pk__in=key.allowed_models.all()) if key.is_restricted else offered)


def model_for(key: ApiKey, slug: str) -> ModelEntry:
    """Raises ApiError: 404 for a model that is not offered, 403 for one that this key may not ask."""
    entry = ModelEntry.objects.askable().filter(slug=slug).first()
    if entry is None:
        sentence = f"The model '{slug[:80]}' does not exist or is not offered; /v1/models lists those that are."
        raise ApiError(sentence, status=404, code="model_not_found", param="model")
    if not key.allows(entry):
        sentence = f"This API key may not use the model '{slug}'."
        raise ApiError(sentence, status=403, code="model_not_allowed", param="model")
    return entry


@in_thread
def _started(
    key: ApiKey, body: SamplingRequest, conversations: Sequence[Sequence[ChatMessage]]
) -> tuple[list[Generation], dict[str, str]]:
    refuse_unsupported(body)
    if body.stream_options and not body.stream:
        sentence = "'stream_options' is allowed only with 'stream'."
        raise ApiError(sentence, code="invalid_value", param="stream_options")
    form = read_form(body)
    entry = model_for(key, body.model)
    if entry.is_embedding:
        sentence = f"The model '{entry.slug}' turns texts into vectors; ask it at /v1/embeddings."
        raise ApiError(sentence, code="model_only_for_embeddings", param="model")
    if not is_served(entry):
        sentence = "No running worker serves this model at present."
        raise ApiError(sentence, status=503, code="model_unavailable", param="model", retry=RETRY_SECONDS)
    repeated = [conversation for conversation in conversations for _number in range(body.n or 1)]
    with transaction.atomic():
        generations = start_generations(
            model=entry, conversations=repeated, params=body.params, requester=key.requester, user=key.user, form=form
        )
    return generations, limit_headers(key, entry)


def limit_headers(key: ApiKey, entry: ModelEntry) -> dict[str, str]:
    try:
        left = limits.allowances(requester=key.requester, user_id=key.user_id, model_id=entry.pk)
    except (RedisError, OSError):
        return {}  # the answers are under way all the same
    return {name: value for allowance in left for name, value in _headers_of(allowance).items()}


def _headers_of(allowance: Allowance) -> dict[str, Any]:
    return {
        f"x-ratelimit-limit-{allowance.unit}": str(allowance.limit),
        f"x-ratelimit-remaining-{allowance.unit}": str(allowance.remaining),
        f"x-ratelimit-reset-{allowance.unit}": f"{allowance.reset_seconds:.0f}s",
    }
