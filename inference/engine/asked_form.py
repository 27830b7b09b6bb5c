"""What one loaded model needs to give an answer the form that was asked for; made only for answers that ask for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inference.engine.answer_form import AnswerForm
from inference.engine.grammar import Grammar, Vocabulary, grammar_text
from inference.engine.prompt_format import PromptFormat
from inference.engine.token_bytes import TokenBytes
from inference.engine.tool_formats import ToolFormat
from inference.engine.types import ToolsRefused

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class AskedForm:
    """For one answer. alternatives: how many likelihoods beside each token's own; None: none are told.

    markers: control tokens that are shown as text here, because a call begins with them. stop: ends the one call.
    """

    grammar: Grammar | None = None
    alternatives: int | None = None
    markers: dict[int, str] = field(default_factory=dict)
    stop: tuple[str, ...] = ()


class AskedForms:
    """One per loaded model; nothing is made before it is needed."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        prompt_format: PromptFormat,
        size: int,
        end_token_ids: Collection[int],
    ) -> None:
        self._tokenizer = tokenizer
        self._format = prompt_format
        self._size = size
        self._end_token_ids = end_token_ids
        self._token_bytes: TokenBytes | None = None
        self._vocabulary: Vocabulary | None = None

    @property
    def token_bytes(self) -> TokenBytes:
        self._token_bytes = self._token_bytes or TokenBytes(self._tokenizer)
        return self._token_bytes

    def of(self, form: AnswerForm) -> AskedForm:
        """Raises ToolsRefused, FormatRefused. A large schema takes seconds."""
        tool_format = self._tool_format(form)
        control = self._control_tokens(tool_format)
        text = grammar_text(form, tool_format, control)
        ends_early = tool_format is not None and not form.allows_several_calls and not text
        return AskedForm(
            grammar=self._grammar(text) if text else None,
            alternatives=form.logprobs,
            markers={token_id: marker for marker, token_id in control.items()},
            stop=(tool_format.stop,) if tool_format and tool_format.stop and ends_early else (),
        )

    def _tool_format(self, form: AnswerForm) -> ToolFormat | None:
        if not form.offered_tools:
            return None
        if self._format.for_tools is None:
            raise ToolsRefused("This model's chat template knows no tools.")
        if self._format.for_tools.tool_format is None:
            raise ToolsRefused("This model calls tools in a form that is not known here.")
        return self._format.for_tools.tool_format

    def _control_tokens(self, tool_format: ToolFormat | None) -> dict[str, int]:
        markers = tool_format.markers if tool_format else ()
        found = {marker: self.token_bytes.marker(marker) for marker in markers}
        return {marker: token_id for marker, token_id in found.items() if token_id is not None}

    def _grammar(self, text: str) -> Grammar:
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self.token_bytes, self._size, self._end_token_ids)
        return Grammar(self._vocabulary, text)
