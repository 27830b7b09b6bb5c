"""A text that the model goes on with as it stands: no chat template, no roles. What /v1/completions asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inference.engine.trimming import FittedPrompt, fit_to_context
from inference.engine.types import ChatMessage

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def is_raw(messages: Sequence[ChatMessage]) -> bool:
    return len(messages) == 1 and messages[0].role == "prompt"


def build_raw(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[ChatMessage], context_length: int, max_tokens: int | None
) -> FittedPrompt:
    """Markers of the model in the text are read as such: whoever asks this way writes the format himself.

    Raises PromptTooLong: there is no older turn that could be left out.
    """

    def encode(raw: Sequence[ChatMessage]) -> list[int]:
        ids = list(tokenizer(raw[0].content)["input_ids"])
        # Tokenizers trained for classification or translation close the text; an answer must follow it instead.
        while len(ids) > 1 and ids[-1] in (tokenizer.eos_token_id, tokenizer.sep_token_id):
            ids.pop()
        return ids

    return fit_to_context(messages, encode, context_length, max_tokens)
