"""Messages as chat templates know them, with the calls of tools and what the tools said."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from inference.engine.answer_form import ToolCall
from inference.engine.tool_formats import MISTRAL, ToolFormat
from inference.engine.types import ChatMessage

NINE_SIGNS = re.compile(r"[A-Za-z0-9]{9}")  # Mistral's templates refuse any other id


def uses_tools(message: ChatMessage) -> bool:
    return bool(message.tool_calls or message.role == "tool")


def as_dicts(messages: Sequence[ChatMessage], tool_format: ToolFormat | None = None) -> list[dict[str, Any]]:
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    return [_as_dict(message, names, needs_nine=tool_format is MISTRAL) for message in messages]


def _as_dict(message: ChatMessage, names: dict[str, str], needs_nine: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        said["tool_calls"] = [_call(call, needs_nine) for call in message.tool_calls]
    if message.role == "tool":
        said["tool_call_id"] = _id(message.tool_call_id, needs_nine)
        said["name"] = names.get(message.tool_call_id, "")
    return said


def _call(call: ToolCall, needs_nine: bool) -> dict[str, Any]:
    arguments: Any = call.arguments
    with contextlib.suppress(ValueError, RecursionError):  # then it stays as it was said
        arguments = json.loads(call.arguments)  # templates write it as JSON again
    function = {"name": call.name, "arguments": arguments}
    return {"id": _id(call.id, needs_nine), "type": "function", "function": function}


def _id(given: str, needs_nine: bool) -> str:
    if not needs_nine or NINE_SIGNS.fullmatch(given):
        return given
    return hashlib.blake2b(given.encode(), digest_size=8).hexdigest()[:9]
