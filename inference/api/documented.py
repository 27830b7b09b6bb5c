"""What the answers look like, for /v1/openapi.json: programs and people read it, and the tests hold us to it.

The answers themselves are made elsewhere. Only what is always there is promised.
"""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema


class ErrorDetail(Schema):
    message: str
    type: str
    param: str | None
    code: str | None


class Error(Schema):
    error: ErrorDetail


class Model(Schema):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    state: Literal["ready", "idle", "loading", "offline"]
    reason: str


class ModelList(Schema):
    object: Literal["list"]
    data: list[Model]


class Usage(Schema):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatMessage(Schema):
    role: Literal["assistant"]
    content: str | None


class ChatChoice(Schema):
    index: int
    message: ChatMessage
    finish_reason: str


class ChatCompletion(Schema):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: Usage


class TextChoice(Schema):
    index: int
    text: str
    finish_reason: str


class Completion(Schema):
    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[TextChoice]
    usage: Usage


class Vector(Schema):
    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingsUsage(Schema):
    prompt_tokens: int
    total_tokens: int


class Embeddings(Schema):
    object: Literal["list"]
    data: list[Vector]
    model: str
    usage: EmbeddingsUsage


READING = (400, 401, 403, 404, 500, 503)
ASKING = (*READING, 413, 429)
# A streamed answer is one server-sent event after another, and what stands here describes each of them.
_EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "string",
            "description": "A piece of the answer, or an error, as JSON; [DONE] at the end.",
        },
    },
}
STREAMED: dict[str, Any] = {"responses": {200: {"content": {"text/event-stream": {"schema": _EVENT}}}}}


def answers(kind: type[Schema], errors: tuple[int, ...]) -> dict[Any, Any]:
    """For ninja's `response`: the answer, and OpenAI's error for everything else."""
    return {200: kind, **dict.fromkeys(errors, Error)}
