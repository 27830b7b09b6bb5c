"""Turns a conversation into the token ids that one model was trained to read, and fits it into its context.

Knows one tokenizer and its chat template; knows no weights, no sampling and no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, cast

from jinja2.exceptions import TemplateError

from inference.engine.trimming import FittedPrompt, fit_to_context
from inference.engine.types import ChatMessage, EngineError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NO_TEMPLATE_WARNING = (
    "This model ships no chat template, so it is asked in a plain form (User: … Assistant: …) that it may not "
    "have been trained on."
)


class PromptBuilder:
    """One per loaded model. Without a chat template it falls back to a plain form, and `warnings` says so."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._has_template = bool(tokenizer.chat_template)
        self._control_tokens = tuple(token.content for token in tokenizer.added_tokens_decoder.values())
        self.warnings = [] if self._has_template else [NO_TEMPLATE_WARNING]
        self.stop_strings: tuple[str, ...] = () if self._has_template else ("\nUser:",)

    def build(self, messages: Sequence[ChatMessage], context_length: int, max_tokens: int | None) -> FittedPrompt:
        """Raises PromptTooLong, or EngineError when the template refuses the conversation."""
        return fit_to_context(messages, self.encode, context_length, max_tokens)

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt as text, as the model reads it."""
        if not self._has_template:
            return _plain_text(messages)
        return self._accepted_form(messages)[1]

    def encode(self, messages: Sequence[ChatMessage]) -> list[int]:
        if not self._has_template:
            return self._encode_plain(_plain_text(messages))
        form, text = self._accepted_form(messages)
        if self._holds_control_tokens(messages):
            # Somebody typed what looks like the model's own markers: they are encoded as ordinary text.
            try:
                encoding = self._tokenizer.apply_chat_template(
                    _as_dicts(form), add_generation_prompt=True, return_dict=True, sanitize_control_tokens=True
                )
                return list(cast("dict[str, list[int]]", encoding)["input_ids"])
            except (TemplateError, ValueError, NotImplementedError):
                pass  # a tokenizer that cannot tell them apart reads them as everywhere else
        # The template has written every special token, so the tokenizer must not add a second BOS.
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _accepted_form(self, messages: Sequence[ChatMessage]) -> tuple[Sequence[ChatMessage], str]:
        """The first form of the conversation that the template takes whole, and its text.

        Many templates insist on strictly alternating roles; some refuse a system text, some drop it silently.
        """
        merged = _merge_neighbours(messages)
        forms = [list(messages), merged, _merge_neighbours(_system_inside_question(merged))]
        system_texts = [message.content.strip() for message in messages if message.role == "system"]
        accepted: list[tuple[Sequence[ChatMessage], str]] = []
        refusal: Exception | None = None
        for form in forms:
            try:
                text = self._tokenizer.apply_chat_template(_as_dicts(form), add_generation_prompt=True, tokenize=False)
            except (TemplateError, TypeError, ValueError) as error:
                refusal = error
                continue
            accepted.append((form, cast(str, text)))
            if all(system_text in accepted[-1][1] for system_text in system_texts):
                return accepted[-1]
        if accepted:  # every form changes the system text in some way (upper case, say): take it as it is
            return accepted[0]
        raise EngineError(f"The chat template of this model refuses the conversation: {refusal}") from refusal

    def _holds_control_tokens(self, messages: Sequence[ChatMessage]) -> bool:
        """Only what people write is distrusted: a model's own earlier words may hold its own markers."""
        return any(
            token in message.content
            for message in messages
            if message.role != "assistant"
            for token in self._control_tokens
            if not token.isspace()
        )

    def _encode_plain(self, text: str) -> list[int]:
        ids = list(self._tokenizer(text, split_special_tokens=True)["input_ids"])
        # Tokenizers trained for classification or translation close the text; an answer must follow it instead.
        while ids and ids[-1] in (self._tokenizer.eos_token_id, self._tokenizer.sep_token_id) and len(ids) > 1:
            ids.pop()
        return ids


def _as_dicts(messages: Sequence[ChatMessage]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _merge_neighbours(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Two questions in a row (the first was never answered) become one, and so on."""
    return [
        ChatMessage(role, "\n\n".join(message.content for message in group))
        for role, group in groupby(messages, key=lambda message: message.role)
    ]


def _system_inside_question(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The system text put in front of the first question, for templates that know no system role."""
    systems = [message.content for message in messages if message.role == "system"]
    turns = [message for message in messages if message.role != "system"]
    return [ChatMessage("user", text) for text in systems] + turns


def _plain_text(messages: Sequence[ChatMessage]) -> str:
    names = {"user": "User: ", "assistant": "Assistant: "}
    lines = [names.get(message.role, "") + message.content.strip() for message in messages]
    return "\n".join([*lines, "Assistant:"])
