"""OpenAI's messages as ours: roles and content parts, each fault told with the place where it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from inference.api.errors import ApiError
from inference.engine.answer_form import ToolCall
from inference.engine.types import ChatMessage, Role

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
OF_ROLE = {"assistant": ("tool_calls",), "tool": ("tool_call_id",)}
OTHER_PARTS = {"image_url": "Images", "input_audio": "Audio", "file": "Files", "refusal": "Refusals"}


def read_messages(given: list[dict[str, Any]]) -> list[ChatMessage]:
    """Raises ApiError."""
    messages = [_read(message, f"messages[{place}]") for place, message in enumerate(given)]
    _check_answers_of_tools(messages)
    if not any(message.role == "user" for message in messages):
        raise ApiError("'messages' must hold at least one message of the user.", code="invalid_value", param="messages")
    return messages


def checked_text(text: Any, place: str) -> str:
    """A text that every database keeps and that is not too long."""
    if not isinstance(text, str):
        raise ApiError(f"'{place}' must be a text.", code="invalid_type", param=place)
    if "\0" in text or not _is_unicode(text):
        raise ApiError(
            f"'{place}' holds a character that is none (NUL, half a pair).", code="invalid_value", param=place
        )
    if len(text) > settings.MAX_MESSAGE_CHARACTERS:
        sentence = f"'{place}' is longer than {settings.MAX_MESSAGE_CHARACTERS} characters."
        raise ApiError(sentence, code="string_above_max_length", param=place)
    return text


def _read(message: dict[str, Any], place: str) -> ChatMessage:
    role = message.get("role")
    if role == "function":
        sentence = f"'{place}.role' is not supported here; send the role tool instead."
        raise ApiError(sentence, code="unsupported_value", param=f"{place}.role")
    if not isinstance(role, str) or role not in ROLES:
        known = ", ".join(ROLES)
        raise ApiError(f"'{place}.role' must be one of {known}.", code="invalid_value", param=f"{place}.role")
    for name, value in message.items():
        if name not in ("role", "content", *OF_ROLE.get(role, ())) and value not in (None, [], ""):
            raise ApiError(
                f"'{place}.{name}' is not supported by this server.",
                code="unsupported_parameter",
                param=f"{place}.{name}",
            )
    calls = read_calls(message.get("tool_calls") or [], f"{place}.tool_calls")
    if calls and message.get("content") is None:
        return ChatMessage("assistant", "", calls)
    if message.get("content") is None:
        raise ApiError(
            f"Missing required parameter: '{place}.content'.",
            code="missing_required_parameter",
            param=f"{place}.content",
        )
    content = _content(message["content"], f"{place}.content")
    answered = _tool_call_id(message, place) if role == "tool" else ""
    return ChatMessage(ROLES[role], content, calls, answered)


def _tool_call_id(message: dict[str, Any], place: str) -> str:
    if not message.get("tool_call_id"):
        place = f"{place}.tool_call_id"
        raise ApiError(f"Missing required parameter: '{place}'.", code="missing_required_parameter", param=place)
    return checked_text(message["tool_call_id"], f"{place}.tool_call_id")


def _check_answers_of_tools(messages: list[ChatMessage]) -> None:
    """What a tool said belongs to a call that was made before."""
    called: set[str] = set()
    for number, message in enumerate(messages):
        called |= {call.id for call in message.tool_calls}
        if message.role == "tool" and message.tool_call_id not in called:
            place = f"messages[{number}].tool_call_id"
            raise ApiError(f"'{place}' is the id of no call before it.", code="invalid_value", param=place)


def _content(content: Any, place: str) -> str:
    if not isinstance(content, list):
        return checked_text(content, place)
    if not content:
        raise ApiError(f"'{place}' must not be empty.", code="invalid_value", param=place)
    return checked_text("\n".join(_part(part, f"{place}[{number}]") for number, part in enumerate(content)), place)


def read_calls(given: Any, place: str) -> tuple[ToolCall, ...]:
    """The calls that an assistant made earlier. Raises ApiError."""
    if not isinstance(given, list):
        raise ApiError(f"'{place}' must be a list.", code="invalid_type", param=place)
    return tuple(_call(call, f"{place}[{number}]") for number, call in enumerate(given))


def _call(call: Any, place: str) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or call.get("type", "function") != "function":
        sentence = f'\'{place}\' must look like {{"id": "…", "type": "function", "function": {{…}}}}.'
        raise ApiError(sentence, code="invalid_value", param=place)
    return ToolCall(
        checked_text(call.get("id"), f"{place}.id"),
        checked_text(function.get("name"), f"{place}.function.name"),
        checked_text(function.get("arguments"), f"{place}.function.arguments"),
    )


def _part(part: Any, place: str) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(kind, str) and kind in OTHER_PARTS:
        sentence = f"{OTHER_PARTS[kind]} are not supported by this server: '{place}' must be a part of the type text."
        raise ApiError(sentence, code="unsupported_value", param=f"{place}.type")
    if kind != "text" or set(part) - {"type", "text"}:
        sentence = f'\'{place}\' must look like {{"type": "text", "text": "…"}}.'
        raise ApiError(sentence, code="invalid_value", param=place)
    return checked_text(part.get("text"), f"{place}.text")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
