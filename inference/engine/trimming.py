"""Fits a conversation into a context: keeps the system text and the last question, drops the oldest turns.

Knows no tokenizer: whoever calls says how a list of messages becomes a sequence of tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inference.engine.types import ChatMessage, EngineError, PromptTooLong

SHARE_KEPT_FOR_THE_ANSWER = 4  # a quarter of the context, unless max_tokens asks for less
SMALLEST_SHARE_FOR_THE_ANSWER = 16  # a long last question may squeeze the answer down to this


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """The prompt's tokens, and how many of the oldest messages had to go for them."""

    tokens: list[int]
    dropped_messages: int


def fit_to_context(
    messages: Sequence[ChatMessage],
    encode: Callable[[Sequence[ChatMessage]], list[int]],
    context_length: int,
    max_tokens: int | None,
) -> FittedPrompt:
    """Raises PromptTooLong when the system text and the last question alone leave no room for an answer."""
    systems, turns = _split_off_system(messages)
    cuts = _allowed_cuts(turns)
    wanted_room = min(max_tokens or context_length, max(1, context_length // SHARE_KEPT_FOR_THE_ANSWER))
    smallest_room = min(wanted_room, max(1, context_length // SMALLEST_SHARE_FOR_THE_ANSWER))

    whole = encode(messages)
    if len(whole) <= context_length - wanted_room:
        return FittedPrompt(whole, 0)

    shortest = encode([*systems, *turns[cuts[-1] :]]) if cuts[-1] else whole
    if len(shortest) > context_length - smallest_room:
        raise PromptTooLong(
            f"The question is too long for this model: with the instructions it takes {len(shortest)} tokens, "
            f"and only {context_length - smallest_room} fit."
        )
    # Fewer messages never take more tokens, so the first cut that fits is found by halving.
    best, best_cut = shortest, cuts[-1]
    low, high = 1, len(cuts) - 1
    while low < high:
        middle = (low + high) // 2
        tokens = encode([*systems, *turns[cuts[middle] :]])
        if len(tokens) <= context_length - wanted_room:
            best, best_cut, high = tokens, cuts[middle], middle
        else:
            low = middle + 1
    return FittedPrompt(best, best_cut)


def _split_off_system(messages: Sequence[ChatMessage]) -> tuple[list[ChatMessage], list[ChatMessage]]:
    systems = [message for message in messages if message.role == "system"]
    turns = [message for message in messages if message.role != "system"]
    if not any(message.role in ("user", "prompt") for message in turns):
        raise EngineError("There is no question to answer: the conversation holds no message of a user.")
    return systems, turns


def _allowed_cuts(turns: list[ChatMessage]) -> list[int]:
    """Where the conversation may begin: nowhere cut, or at a question (never between question and answer)."""
    questions = [
        index
        for index, message in enumerate(turns)
        if message.role == "user" and (index == 0 or turns[index - 1].role != "user")
    ]
    return sorted({0, *questions})
