"""Turns a conversation into the token ids that one model was trained to read, and fits it into its context.

Knows one tokenizer and how its model is asked; knows no weights, no sampling and no request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from jinja2.exceptions import TemplateError

from inference.engine.prompt_format import PromptFormat, choose_format
from inference.engine.shipped import Shipped, default_template, special_texts, template_for_tools
from inference.engine.tool_messages import as_dicts, uses_tools
from inference.engine.trimming import FittedPrompt, fit_to_context
from inference.engine.types import ChatMessage, ToolsRefused

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PLACE_OF_A_TEXT = re.compile("\x00(\\d+)\x00")


class PromptBuilder:
    """One per loaded model.

    prompt_format: how it is asked; without one the tokenizer's own template, else the plain form.
    closes_text: an encoder reads a finished text, with the end token behind it; an answer must follow a decoder's.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        prompt_format: PromptFormat | None = None,
        closes_text: bool = False,
    ) -> None:
        self._tokenizer = tokenizer
        self.format = prompt_format or choose_format("", shipped_by(tokenizer))
        self._closes_text = closes_text
        self._control_tokens = tuple(token.content for token in tokenizer.added_tokens_decoder.values())
        self.warnings = list(self.format.warnings)
        self.stop_strings = self.format.stop_strings
        self.end_token_ids = self._known_stop_tokens()

    def build(
        self,
        messages: Sequence[ChatMessage],
        context_length: int,
        max_tokens: int | None,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> FittedPrompt:
        """Raises PromptTooLong, ToolsRefused, or EngineError when the template refuses the conversation."""
        return fit_to_context(messages, partial(self.encode, tools=tools), context_length, max_tokens)

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt as text, as the model reads it."""
        return self.format.render(messages)

    def encode(self, messages: Sequence[ChatMessage], tools: Sequence[Mapping[str, Any]] = ()) -> list[int]:
        asked = self._format_for(messages, tools)
        form, text = asked.accepted_form(messages, tools)
        if asked.reads_apart:
            return self._encode_apart(form, asked)
        if asked.writes_none:
            return self._with_right_ends(list(self._tokenizer(text, split_special_tokens=True)["input_ids"]), asked)
        if self._holds_control_tokens(messages):
            # Somebody typed what looks like the model's own markers: they are encoded as ordinary text.
            try:
                encoding = self._tokenizer.apply_chat_template(
                    as_dicts(form, asked.tool_format),
                    tools=[dict(tool) for tool in tools] or None,
                    chat_template=asked.template,
                    add_generation_prompt=True,
                    return_dict=True,
                    sanitize_control_tokens=True,
                )
                token_ids = cast("dict[str, list[int]]", encoding)["input_ids"]
                return self._with_right_ends(self._beginning(asked) + token_ids, asked)
            except (TemplateError, ValueError, NotImplementedError):
                pass  # a tokenizer that cannot tell them apart reads them as everywhere else
        # Where the template has written every special token, the tokenizer must not add a second beginning.
        token_ids = list(self._tokenizer(text, add_special_tokens=not asked.writes_all)["input_ids"])
        return self._with_right_ends(token_ids, asked)

    def _encode_apart(self, form: Sequence[ChatMessage], asked: PromptFormat) -> list[int]:
        """The template is written with places for the texts; only what it writes itself can be a control token."""
        texts = [message.content.strip() if message.role == "assistant" else message.content for message in form]
        places = [replace(message, content=f"\x00{place}\x00") for place, message in enumerate(form)]
        token_ids = self._beginning(asked)
        for index, part in enumerate(PLACE_OF_A_TEXT.split(asked.render(places))):
            is_text = index % 2 == 1
            text = texts[int(part)] if is_text else part
            encoded = self._tokenizer(text, add_special_tokens=False, split_special_tokens=is_text)
            token_ids += list(encoded["input_ids"])
        return token_ids

    def _format_for(self, messages: Sequence[ChatMessage], tools: Sequence[Mapping[str, Any]]) -> PromptFormat:
        if not tools and not any(uses_tools(message) for message in messages):
            return self.format
        if self.format.for_tools is None:
            raise ToolsRefused("This model's chat template knows no tools.")
        return self.format.for_tools

    def _beginning(self, asked: PromptFormat) -> list[int]:
        """What the tokenizer puts in front of every text, for a text that is put together from pieces."""
        return [] if asked.writes_all else self._without_end(list(self._tokenizer("")["input_ids"]), keep=0)

    def _with_right_ends(self, token_ids: list[int], asked: PromptFormat) -> list[int]:
        first, end = self._tokenizer.bos_token_id, self._tokenizer.eos_token_id
        if asked.begins_with and asked.begins_with == self._tokenizer.bos_token and token_ids[:1] != [first]:
            token_ids = [cast(int, first), *token_ids]
        if self._closes_text:
            return token_ids if end is None or token_ids[-1:] == [end] else [*token_ids, end]
        return token_ids if asked.writes_all else self._without_end(token_ids, keep=1)

    def _without_end(self, token_ids: list[int], keep: int) -> list[int]:
        # Tokenizers trained for classification or translation close the text; an answer must follow it instead.
        while len(token_ids) > keep and token_ids[-1] in (self._tokenizer.eos_token_id, self._tokenizer.sep_token_id):
            token_ids.pop()
        return token_ids

    def _holds_control_tokens(self, messages: Sequence[ChatMessage]) -> bool:
        """Only what people write is distrusted: a model's own earlier words may hold its own markers."""
        return any(
            token in message.content
            for message in messages
            if message.role != "assistant"
            for token in self._control_tokens
            if not token.isspace()
        )

    def _known_stop_tokens(self) -> frozenset[int]:
        """The family's stop tokens that this tokenizer has, under whatever number."""
        added = {token.content: token_id for token_id, token in self._tokenizer.added_tokens_decoder.items()}
        return frozenset(added[token.text] for token in self.format.stop_tokens if token.text in added)


def shipped_by(tokenizer: PreTrainedTokenizerBase) -> Shipped:
    """What a loaded tokenizer says about prompts, as `shipped.shipped_with` reads it from its files."""
    return Shipped(
        template=default_template(tokenizer.chat_template),
        tool_template=template_for_tools(tokenizer.chat_template),
        special_tokens=special_texts(tokenizer.special_tokens_map),
        added_tokens={token.content: token_id for token_id, token in tokenizer.added_tokens_decoder.items()},
    )
