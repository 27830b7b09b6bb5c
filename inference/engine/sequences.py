"""One running answer: its tokens so far, what of them the model has read, its sampling and its text.

Knows nothing of the model's forward pass and of other answers; the loop in `transformers.py` drives it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from inference.engine.asked_form import AskedForm
from inference.engine.detokenizer import Detokenizer
from inference.engine.prompt import PromptBuilder
from inference.engine.raw_prompt import build_raw, is_raw
from inference.engine.sampling import SamplingState
from inference.engine.types import Chunk, EngineRequest, Finish, FinishReason

if TYPE_CHECKING:
    from inference.engine.loading import LoadedModel

Key = Hashable


class Sequence:
    """Made from a request: raises PromptTooLong or EngineError where the prompt cannot be built.

    `token_ids` is prompt and answer; the first `computed` of them are in the model's cache. A sequence whose
    last token alone is missing there is decoding; otherwise it is still reading its prompt.
    """

    def __init__(
        self,
        key: Key,
        request: EngineRequest,
        form: AskedForm,
        loaded: LoadedModel,
        prompts: PromptBuilder,
        vocabulary_size: int,
        context_length: int,
    ) -> None:
        params = request.params
        raw = is_raw(request.messages)
        if raw:
            prompt = build_raw(loaded.tokenizer, request.messages, context_length, params.max_tokens)
        else:
            tools = request.form.offered_tools
            prompt = prompts.build(request.messages, context_length, params.max_tokens, tools)
        room = context_length - len(prompt.tokens)
        self.key = key
        self.requester = request.requester
        self.token_ids = [*prompt.tokens, *request.shown_token_ids]
        self.computed = 0
        self.sampling = SamplingState(params, request.id, vocabulary_size)
        self.sampling.note_prompt(prompt.tokens)
        self.sampling.grammar = form.grammar
        self.alternatives = form.alternatives
        for token_id in request.shown_token_ids:
            self.sampling.note_answer(token_id)
        self._prompt_tokens = len(prompt.tokens)
        self._dropped_messages = prompt.dropped_messages
        self._most_tokens = min(params.max_tokens or room, room)
        self._end_token_ids = loaded.end_token_ids if raw else loaded.end_token_ids | prompts.end_token_ids
        self._detokenizer = Detokenizer(
            loaded.tokenizer,
            (*params.stop, *form.stop, *(() if raw or form.grammar else prompts.stop_strings)),
            request.shown_token_ids,
            request.shown_text,
            form.markers,
            trims=prompts.format.trims_answers and not raw,
        )

    @property
    def prompt_tokens(self) -> int:
        return self._prompt_tokens

    @property
    def completion_tokens(self) -> int:
        return len(self.token_ids) - self._prompt_tokens

    @property
    def places(self) -> int:
        """How many tokens its cache holds after the next one was chosen and read."""
        return len(self.token_ids) + 1

    @property
    def is_decoding(self) -> bool:
        return self.computed == len(self.token_ids) - 1 and self.computed > 0

    def next_token_ids(self, limit: int) -> list[int]:
        """What the model should read next; more than one token only while the prompt is read."""
        return self.token_ids[self.computed : self.computed + limit]

    def finish_if_complete(self) -> Chunk | None:
        """The end of an answer that needs no further token: also a continued one that was complete already."""
        grammar = self.sampling.grammar
        if self._detokenizer.stopped or (grammar and grammar.is_complete):
            return self.finish("stop")
        if self.completion_tokens >= self._most_tokens:
            return self.finish("length")
        return None

    def accept(self, token_id: int) -> Chunk:
        """The chosen next token. The last chunk of an answer carries its finish; an end token has no text."""
        if token_id in self._end_token_ids:
            return self.finish("stop")
        self.token_ids.append(token_id)
        self.sampling.note_answer(token_id)
        text = self._detokenizer.feed(token_id)
        last = self.finish_if_complete()
        if last is None:
            return Chunk(text, (token_id,))
        return Chunk(text + last.text, (token_id,), last.finish)

    def finish(self, reason: FinishReason) -> Chunk:
        finish = Finish(reason, self._prompt_tokens, self.completion_tokens, self._dropped_messages)
        return Chunk(self._detokenizer.finish(), (), finish)
