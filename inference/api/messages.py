"""OpenAI's messages as ours: roles and content parts, each fault told with the place where it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from inference.api.errors import ApiError
from inference.engine.types import ChatMessage, Role

ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
OTHER_PARTS = {"image_url": "Images", "input_audio": "Audio", "file": "Files", "refusal": "Refusals"}


def read_messages(given: list[dict[str, Any]]) -> list[ChatMessage]:
    """Raises ApiError."""
    messages = [_read(message, f"messages[{place}]") for place, message in enumerate(given)]
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
    if role in ("tool", "function"):
        raise ApiError("Tools are not supported by this server.", code="unsupported_value", param=f"{place}.role")
    if not isinstance(role, str) or role not in ROLES:
        known = ", ".join(ROLES)
        raise ApiError(f"'{place}.role' must be one of {known}.", code="invalid_value", param=f"{place}.role")
    for name, value in message.items():
        if name not in ("role", "content") and value not in (None, [], ""):
            raise ApiError(
                f"'{place}.{name}' is not supported by this server.",
                code="unsupported_parameter",
                param=f"{place}.{name}",
            )
    if message.get("content") is None:
        raise ApiError(
            f"Missing required parameter: '{place}.content'.",
            code="missing_required_parameter",
            param=f"{place}.content",
        )
    return ChatMessage(ROLES[role], _content(message["content"], f"{place}.content"))


def _content(content: Any, place: str) -> str:
    if not isinstance(content, list):
        return checked_text(content, place)
    if not content:
        raise ApiError(f"'{place}' must not be empty.", code="invalid_value", param=place)
    return checked_text("\n".join(_part(part, f"{place}[{number}]") for number, part in enumerate(content)), place)


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
