"""What a remote server is asked for beyond plain text and what it then says: likelihoods, schemas, calls of tools.

A server tells calls of tools apart from the text; here they are written into the text, in the form that
tool_calls.py reads, so that stream, row and readers need not know where a call came from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from inference.engine.answer_form import NAMED, AnswerForm, Likelihood, told_logarithm
from inference.engine.tool_formats import HERMES
from inference.engine.types import ChatMessage, EngineError

BYTES = "bytes:"  # how the older completions write a token that is half a character: bytes:\xe5\x8f


def form_fields(form: AnswerForm, is_raw: bool) -> dict[str, Any]:
    """The fields of the request."""
    fields: dict[str, Any] = {}
    if form.logprobs is not None:
        fields |= {"logprobs": form.logprobs} if is_raw else {"logprobs": True, "top_logprobs": form.logprobs}
    if form.response_format:
        fields["response_format"] = json.loads(form.response_format)
    if form.tools:
        fields |= {"tools": json.loads(form.tools), "tool_choice": _choice(form.tool_choice)}
        if not form.parallel_tool_calls:
            fields["parallel_tool_calls"] = False
    return fields


def message_fields(message: ChatMessage) -> dict[str, Any]:
    said: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        said["content"] = message.content or None
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return {**said, "tool_call_id": message.tool_call_id} if message.tool_call_id else said


def read_logprobs(said: Any) -> tuple[tuple[Likelihood, ...], ...]:
    """From a choice's `logprobs`, of the chat or of the older completions; nothing where they cannot be read."""
    try:
        if isinstance(said, dict) and isinstance(said.get("content"), list):
            return tuple(
                (_likelihood(token), *(_likelihood(other) for other in token.get("top_logprobs") or ()))
                for token in said["content"]
            )
        if isinstance(said, dict) and isinstance(said.get("tokens"), list):
            others = said.get("top_logprobs") or [{}] * len(said["tokens"])
            return tuple(
                (_older(text, log), *(_older(*other) for other in (alternatives or {}).items()))
                for text, log, alternatives in zip(said["tokens"], said["token_logprobs"], others, strict=True)
            )
    except (TypeError, ValueError, KeyError, AttributeError):
        pass
    return ()


class ToolCallWriter:
    """Writes the pieces of calls as text: `write` what comes, then `close`."""

    def __init__(self) -> None:
        self._index: int | None = None
        self._has_arguments = False

    def write(self, text: str, calls: Sequence[Any]) -> str:
        """Raises EngineError for calls that cannot be read."""
        written = (self.close() if text else "") + text
        for place, call in enumerate(calls):
            try:
                index, function = call.get("index", place), call.get("function") or {}
                name, arguments = function.get("name"), function.get("arguments") or ""
                written += self._write_one(index, name, arguments)
            except (AttributeError, TypeError) as error:
                raise EngineError("The remote server sent something that is no answer.") from error
        return written

    def close(self) -> str:
        """The end of the call that is being written, if one is."""
        if self._index is None:
            return ""
        self._index = None
        return f"{'' if self._has_arguments else '{}'}{HERMES.end}\n"

    def _write_one(self, index: int, name: str | None, arguments: str) -> str:
        written = ""
        if index != self._index:
            if not isinstance(name, str) or not name:
                raise EngineError("The remote server sent something that is no answer.")
            written = self.close() + HERMES.before_arguments(name)
            self._index, self._has_arguments = index, False
        self._has_arguments = self._has_arguments or bool(arguments)
        return written + arguments


def _choice(choice: str) -> Any:
    if choice.startswith(NAMED):
        return {"type": "function", "function": {"name": choice.removeprefix(NAMED)}}
    return choice


def _likelihood(token: dict[str, Any]) -> Likelihood:
    text, data = str(token["token"]), token.get("bytes")
    return text, told_logarithm(token["logprob"]), (text.encode() if data is None else bytes(data)).hex()


def _older(text: str, log: float | None) -> Likelihood:
    if text.startswith(f"{BYTES}\\x"):
        data = bytes.fromhex(text.removeprefix(BYTES).replace("\\x", ""))
        return data.decode(errors="replace"), told_logarithm(log or 0.0), data.hex()
    return text, told_logarithm(log or 0.0), text.encode().hex()
