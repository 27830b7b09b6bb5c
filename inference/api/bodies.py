"""The JSON of answers, whole and in pieces, as OpenAI's clients read it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from inference.api.answers import Answers
from inference.api.errors import ApiError
from inference.events import Delta, Finished, Status

KEEP_ALIVE = ": waiting\n\n"  # a comment, which every reader of events skips
DONE = "data: [DONE]\n\n"


class ChatShape:
    """A choice is a message of the assistant."""

    prefix, whole, piece = "chatcmpl-", "chat.completion", "chat.completion.chunk"

    def choice(self, index: int, text: str, finish_reason: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text, "refusal": None}
        return {"index": index, "message": message, "logprobs": None, "finish_reason": finish_reason}

    def opening(self, index: int) -> dict[str, Any] | None:
        return self._delta(index, {"role": "assistant", "content": ""}, None)

    def delta(self, index: int, text: str) -> dict[str, Any]:
        return self._delta(index, {"content": text}, None)

    def closing(self, index: int, finish_reason: str) -> dict[str, Any]:
        return self._delta(index, {}, finish_reason)

    def _delta(self, index: int, delta: dict[str, str], finish_reason: str | None) -> dict[str, Any]:
        return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


class CompletionShape:
    """A choice is a text that goes on where the prompt ended."""

    prefix, whole, piece = "cmpl-", "text_completion", "text_completion"

    def choice(self, index: int, text: str, finish_reason: str | None) -> dict[str, Any]:
        return {"index": index, "text": text, "logprobs": None, "finish_reason": finish_reason}

    def opening(self, index: int) -> dict[str, Any] | None:
        return None

    def delta(self, index: int, text: str) -> dict[str, Any]:
        return self.choice(index, text, None)

    def closing(self, index: int, finish_reason: str) -> dict[str, Any]:
        return self.choice(index, "", finish_reason)


Shape = ChatShape | CompletionShape


def whole_answer(answers: Answers, shape: Shape, model: str) -> dict[str, Any]:
    choices = [shape.choice(index, answer.text, answer.finish_reason) for index, answer in enumerate(answers.answers)]
    return {**_head(answers, shape, shape.whole, model), "choices": choices, "usage": answers.usage.as_json()}


async def pieces(answers: Answers, shape: Shape, model: str, wants_usage: bool) -> AsyncIterator[str]:
    """Server-sent events. What goes wrong is an event too: the status of the answer was sent long ago."""
    head = _head(answers, shape, shape.piece, model)
    nothing_yet = {"usage": None} if wants_usage else {}
    opened: set[int] = set()

    def event(choice: dict[str, Any]) -> str:
        return _event({**head, "choices": [choice], **nothing_yet})

    events = answers.events()
    try:
        async for found in events:
            if found is None or isinstance(found[1], Status):
                yield KEEP_ALIVE
                continue
            index, happened = found
            if index not in opened:
                opened.add(index)
                if opening := shape.opening(index):
                    yield event(opening)
            if isinstance(happened, Delta) and happened.text:
                yield event(shape.delta(index, happened.text))
            elif isinstance(happened, Finished):
                yield event(shape.closing(index, answers.answers[index].finish_reason))
    except ApiError as error:
        yield _event(error.body)
        return
    finally:
        await events.aclose()  # type: ignore[attr-defined]  # it is a generator: the client may have left
    if wants_usage:
        yield _event({**head, "choices": [], "usage": answers.usage.as_json()})
    yield DONE


def _head(answers: Answers, shape: Shape, kind: str, model: str) -> dict[str, Any]:
    first = answers.answers[0].generation
    return {
        "id": f"{shape.prefix}{first.pk.hex}",
        "object": kind,
        "created": int(first.created_at.timestamp()),
        "model": model,
        "system_fingerprint": None,
    }


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}\n\n"
