"""Fields that OpenAI knows and we do not: refused by name, unless their value asks for nothing."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from inference.api.errors import ApiError

# Values with which a client says "as usual"; null always does.
NEUTRAL: dict[str, list[Any]] = {
    "top_logprobs": [0],
    "response_format": [{"type": "text"}],
    "tools": [[]],
    "tool_choice": ["none", "auto"],
    "parallel_tool_calls": [True, False],
    "functions": [[]],
    "function_call": ["none", "auto"],
    "modalities": [["text"]],
    "audio": [],
    "prediction": [],
    "reasoning_effort": ["none"],
    "verbosity": [],
    "service_tier": ["auto", "default"],
    "store": [False],
    "web_search_options": [],
    "moderation": [],
    "prompt_cache_retention": [],
    "best_of": [1],
    "echo": [False],
    "suffix": [""],
}
INSTEAD = {"functions": "tools", "function_call": "tool_choice"}  # the newer names


def refuse_unsupported(body: BaseModel) -> None:
    """Raises ApiError for the first field that would change the answer if we knew how."""
    for name, value in (body.model_extra or {}).items():
        if name not in NEUTRAL:
            raise ApiError(f"Unrecognized request argument supplied: {name}", code="unknown_parameter", param=name)
        if value is not None and not _is_neutral(value, NEUTRAL[name]):
            instead = f" Send '{INSTEAD[name]}' instead." if name in INSTEAD else ""
            raise ApiError(f"'{name}' is not supported here.{instead}", code="unsupported_parameter", param=name)


def _is_neutral(value: Any, neutral: list[Any]) -> bool:
    # False == 0 in Python, but {"top_logprobs": false} is a mistake of the client.
    return any(value == usual and isinstance(value, bool) == isinstance(usual, bool) for usual in neutral)
