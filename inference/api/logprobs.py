"""Likelihoods as OpenAI's clients read them: those of the chat, and the older ones of completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inference.engine.answer_form import Likelihood

Token = Sequence[Likelihood]  # the chosen one, then the likeliest


def chat_logprobs(tokens: Sequence[Token]) -> dict[str, Any]:
    content = [{**_entry(*token[0]), "top_logprobs": [_entry(*other) for other in token[1:]]} for token in tokens]
    return {"content": content, "refusal": None}


def completion_logprobs(tokens: Sequence[Token], characters: int) -> dict[str, Any]:
    """characters: how many of the text stand before these tokens."""
    offsets = []
    for token in tokens:
        data = _bytes(token[0])
        # Half a character belongs to the character that the token before it began.
        offsets.append(characters - 1 if _begins_inside(data) and characters else characters)
        characters += characters_begun(data)
    return {
        "tokens": [_older_name(token[0]) for token in tokens],
        "token_logprobs": [token[0][1] for token in tokens],
        "top_logprobs": [_alternatives(token) for token in tokens] if any(len(token) > 1 for token in tokens) else None,
        "text_offset": offsets,
    }


def characters_of(tokens: Sequence[Token]) -> int:
    return sum(characters_begun(_bytes(token[0])) for token in tokens)


def characters_begun(data: bytes) -> int:
    """In UTF-8 every byte but those from 0x80 to 0xBF begins a character."""
    return sum(byte & 0xC0 != 0x80 for byte in data)


def _begins_inside(data: bytes) -> bool:
    return bool(data) and data[0] & 0xC0 == 0x80


def _bytes(likelihood: Likelihood) -> bytes:
    return bytes.fromhex(likelihood[2])


def _entry(text: str, log: float, data: str) -> dict[str, Any]:
    return {"token": text, "logprob": log, "bytes": list(bytes.fromhex(data)) if data else None}


def _alternatives(token: Token) -> dict[str, float]:
    found: dict[str, float] = {}
    for likelihood in (*token[1:], token[0]):
        found.setdefault(_older_name(likelihood), likelihood[1])
    return found


def _older_name(likelihood: Likelihood) -> str:
    data = _bytes(likelihood)
    try:
        return data.decode() or likelihood[0]
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in data)
