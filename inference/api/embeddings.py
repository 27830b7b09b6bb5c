"""Texts into vectors: what a program may send to /v1/embeddings, and what it gets."""

from __future__ import annotations

import asyncio
import base64
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from inference import embedding
from inference.api.asking import limit_headers, model_for
from inference.api.errors import RETRY_SECONDS, ApiError, from_failure
from inference.api.messages import checked_text
from inference.api.refusals import refuse_unsupported
from inference.api.threads import in_thread
from inference.api_keys import ApiKey
from inference.embedding import Asked, Embedded, EmbeddingFailed
from inference.engine.embedding import Input, InputRefused, unpacked
from inference.engine.types import PromptTooLong
from inference.models import ModelEntry
from inference.services import is_served

MOST_INPUTS = 2048
LARGEST_TOKEN = 2**31 - 1

TOKENS_SCHEMA = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}
TEXT_SCHEMA = {"type": "string", "minLength": 1}
INPUT_SCHEMA = {
    "anyOf": [
        TEXT_SCHEMA,
        {"type": "array", "items": TEXT_SCHEMA, "minItems": 1, "maxItems": MOST_INPUTS},
        TOKENS_SCHEMA,
        {"type": "array", "items": TOKENS_SCHEMA, "minItems": 1, "maxItems": MOST_INPUTS},
    ],
    "description": "A text, several texts, or token numbers of the model's own tokenizer, which are taken as they are.",
}


class EmbeddingsBody(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    model: str = Field(max_length=200, description="The short name of an embedding model, as listed by /v1/models.")
    input: Annotated[Any, WithJsonSchema(INPUT_SCHEMA)]
    encoding_format: Literal["float", "base64"] | None = Field(None, description="base64: float32, little-endian.")
    dimensions: int | None = Field(
        None, ge=1, le=1_000_000, description="Only for models whose vectors may be shortened."
    )
    user: str | None = Field(None, max_length=1000, description="Accepted; requests are counted by API key.")


async def answer(request: HttpRequest, body: EmbeddingsBody) -> HttpResponse:
    """Raises ApiError, RequestRefused."""
    inputs = read_inputs(body.input)
    starting = asyncio.ensure_future(_asked(request.auth, body, inputs))  # type: ignore[attr-defined]
    try:
        # A client may leave in this moment; what its thread has begun must then be known, to be ended.
        asked, headers = await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_end_unwanted)
        raise
    try:
        found = await embedding.vectors_of(asked)
    except EmbeddingFailed as error:
        raise _as_api_error(error) from error
    response = await in_thread(_response)(found, body)
    for name, value in {**headers, "x-request-id": asked.id}.items():
        response.headers[name] = value
    return response


def read_inputs(given: Any) -> list[Input]:
    """Each text or list of tokens. Raises ApiError with the place of what is wrong."""
    if isinstance(given, str) or (isinstance(given, list) and given and all(_is_token(part) for part in given)):
        return [_read_input(given, "input")]
    if not isinstance(given, list):
        raise ApiError("'input' must be a text, a list of texts, or token numbers.", code="invalid_type", param="input")
    if not given:
        raise ApiError("'input' is empty; there is nothing to turn into a vector.", code="invalid_value", param="input")
    if len(given) > MOST_INPUTS:
        sentence = f"'input' holds {len(given)} texts; at most {MOST_INPUTS} are taken at once."
        raise ApiError(sentence, code="array_above_max_length", param="input")
    if len({isinstance(part, str) for part in given}) > 1:
        raise ApiError("'input' mixes texts and tokens; send them apart.", code="invalid_type", param="input")
    return [_read_input(part, f"input[{index}]") for index, part in enumerate(given)]


def _read_input(given: Any, place: str) -> Input:
    if isinstance(given, list):
        if not all(_is_token(part) for part in given):
            raise ApiError(f"'{place}' must be a text or token numbers.", code="invalid_type", param=place)
        found: Input = tuple(given)
    else:
        found = checked_text(given, place)
    if not found:
        raise ApiError(f"'{place}' is empty; it must hold at least one token.", code="invalid_value", param=place)
    return found


def _is_token(part: Any) -> bool:
    return isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= LARGEST_TOKEN


@in_thread
def _asked(key: ApiKey, body: EmbeddingsBody, inputs: list[Input]) -> tuple[Asked, dict[str, str]]:
    refuse_unsupported(body)
    entry = model_for(key, body.model)
    _check(entry, body)
    asked = embedding.ask(
        model=entry, inputs=inputs, dimensions=body.dimensions, requester=key.requester, user=key.user
    )
    return asked, limit_headers(key, entry)


def _check(entry: ModelEntry, body: EmbeddingsBody) -> None:
    if not entry.is_embedding:
        sentence = f"The model '{entry.slug}' answers questions; it does not turn texts into vectors."
        raise ApiError(sentence, code="model_not_for_embeddings", param="model")
    if body.dimensions is not None and not entry.is_matryoshka:
        sentence = f"The vectors of '{entry.slug}' cannot be shortened; leave out 'dimensions'."
        raise ApiError(sentence, code="unsupported_parameter", param="dimensions")
    if not is_served(entry):
        sentence = "No running worker serves this model at present."
        raise ApiError(sentence, status=503, code="model_unavailable", param="model", retry=RETRY_SECONDS)


def _end_unwanted(starting: asyncio.Future[tuple[Asked, dict[str, str]]]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        asyncio.get_running_loop().run_in_executor(None, embedding.end, starting.result()[0])


def _as_api_error(error: EmbeddingFailed) -> ApiError:
    if error.code in (PromptTooLong.code, InputRefused.code):
        param = "dimensions" if str(error).startswith("dimensions") else "input"
        return ApiError(str(error), code=error.code, param=param)
    return from_failure(str(error), error.code)


def _response(found: Embedded, body: EmbeddingsBody) -> HttpResponse:
    vectors = unpacked(found.data, found.dimensions)
    said: list[Any]
    if body.encoding_format == "base64":
        said = [base64.b64encode(vector.tobytes()).decode() for vector in vectors]
    else:
        said = vectors.tolist()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(said)]
    usage = {"prompt_tokens": found.tokens, "total_tokens": found.tokens}
    return JsonResponse({"object": "list", "data": data, "model": body.model, "usage": usage})
