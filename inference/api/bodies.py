"""The JSON of answers, whole and in pieces, as OpenAI's clients read it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from inference.api.answers import Answer, Answers
from inference.api.errors import ApiError
from inference.api.logprobs import Token, characters_of, chat_logprobs, completion_logprobs
from inference.engine.tool_calls import CallArguments, CallBegun, Piece, Said
from inference.events import Delta, Finished, Status

KEEP_ALIVE = ": waiting\n\n"  # a comment, which every reader of events skips
DONE = "data: [DONE]\n\n"


class ChatShape:
    """A choice is a message of the assistant."""

    prefix, whole, piece = "chatcmpl-", "chat.completion", "chat.completion.chunk"

    def choice(self, index: int, answer: Answer) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": None}
        if answer.calls:
            message["content"] = answer.text or None
            message["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in answer.calls
            ]
        logprobs = chat_logprobs(answer.logprobs) if answer.form.logprobs is not None else None
        return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": answer.finish_reason}

    def opening(self, index: int) -> dict[str, Any] | None:
        return self._delta(index, {"role": "assistant", "content": ""}, None)

    def delta(self, index: int, piece: Piece, answer: Answer, logprobs: Sequence[Token]) -> dict[str, Any]:
        delta = {"content": piece.text} if isinstance(piece, Said) else {"tool_calls": [_call_delta(piece, answer)]}
        return {**self._delta(index, delta, None), "logprobs": chat_logprobs(logprobs) if logprobs else None}

    def closing(self, index: int, finish_reason: str) -> dict[str, Any]:
        return self._delta(index, {}, finish_reason)

    def _delta(self, index: int, delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
        return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


class CompletionShape:
    """A choice is a text that goes on where the prompt ended."""

    prefix, whole, piece = "cmpl-", "text_completion", "text_completion"

    def choice(self, index: int, answer: Answer) -> dict[str, Any]:
        logprobs = completion_logprobs(answer.logprobs, 0) if answer.form.logprobs is not None else None
        return {**self._piece(index, answer.text, answer.finish_reason), "logprobs": logprobs}

    def opening(self, index: int) -> dict[str, Any] | None:
        return None

    def delta(self, index: int, piece: Piece, answer: Answer, logprobs: Sequence[Token]) -> dict[str, Any]:
        choice = self._piece(index, piece.text if isinstance(piece, Said) else "", None)
        if logprobs:
            before = answer.logprobs[: len(answer.logprobs) - len(logprobs)]
            choice["logprobs"] = completion_logprobs(logprobs, characters_of(before))
        return choice

    def closing(self, index: int, finish_reason: str) -> dict[str, Any]:
        return self._piece(index, "", finish_reason)

    def _piece(self, index: int, text: str, finish_reason: str | None) -> dict[str, Any]:
        return {"index": index, "text": text, "logprobs": None, "finish_reason": finish_reason}


Shape = ChatShape | CompletionShape


def whole_answer(answers: Answers, shape: Shape, model: str) -> dict[str, Any]:
    choices = [shape.choice(index, answer) for index, answer in enumerate(answers.answers)]
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
            answer = answers.answers[index]
            if isinstance(happened, Delta | Finished):
                for choice in _choices(shape, index, answer):
                    yield event(choice)
            if isinstance(happened, Finished):
                yield event(shape.closing(index, answer.finish_reason))
    except ApiError as error:
        yield _event(error.body)
        return
    finally:
        await events.aclose()  # type: ignore[attr-defined]  # it is a generator: the client may have left
    if wants_usage:
        yield _event({**head, "choices": [], "usage": answers.usage.as_json()})
    yield DONE


def _choices(shape: Shape, index: int, answer: Answer) -> Iterator[dict[str, Any]]:
    """What the last event brought. Tokens that are no text yet, half a character say, come with an empty one."""
    logprobs: Sequence[Token] = answer.fresh_logprobs
    for piece in answer.fresh or ([Said("")] if logprobs else []):
        yield shape.delta(index, piece, answer, logprobs)
        logprobs = ()


def _call_delta(piece: CallBegun | CallArguments, answer: Answer) -> dict[str, Any]:
    if isinstance(piece, CallArguments):
        return {"index": piece.index, "function": {"arguments": piece.text}}
    function = {"name": piece.name, "arguments": ""}
    return {"index": piece.index, "id": answer.calls[piece.index].id, "type": "function", "function": function}


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
