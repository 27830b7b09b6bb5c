"""Turns one answer's token ids into text as they come: whole characters only, nothing of a stop string.

Knows one tokenizer; knows no model and no request. Linear: each step decodes only the last few tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from inference.engine.stop_strings import StopStringFilter

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

REPLACEMENT_CHARACTER = "\ufffd"

# A character has at most 4 bytes, so a text that still ends in half a character after so many tokens is
# simply broken (random weights do that); waiting longer would make each step slower.
MOST_TOKENS_HELD_BACK = 16


class Detokenizer:
    """`feed` a token, get the text that is safe to show. `stopped` is set once a stop string was completed.

    To go on with a broken-off answer, give all its tokens and the text already shown: only what lies behind
    that text comes out.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        stop_strings: Sequence[str] = (),
        shown_token_ids: Sequence[int] = (),
        shown_text: str = "",
        markers: Mapping[int, str] | None = None,
        trims: bool = False,
    ) -> None:
        """markers: control tokens that are shown all the same, and as what. trims: nothing blank is shown in front."""
        self._tokenizer = tokenizer
        self._special_ids = special_token_ids(tokenizer)
        self._markers = markers or {}
        self._filter = StopStringFilter(stop_strings)
        # How a token decodes depends on the one before it (a leading space, half a character), so two windows
        # are decoded: `_context` (already given out) alone, and together with `_pending` (not yet).
        self._context: list[int] = []
        self._context_text = ""
        self._pending: list[int] = []
        self._characters_to_skip = len(shown_text)
        self._trims = trims
        self._unshown = "".join([self._next_text(token_id) for token_id in shown_token_ids])

    @property
    def stopped(self) -> bool:
        return self._filter.stopped

    def feed(self, token_id: int) -> str:
        text = self._unshown + self._next_text(token_id)
        self._unshown = ""
        return text

    def finish(self) -> str:
        """Everything still held back, except a half character: its other half will never come."""
        rest = self._unshown
        if self._pending and not self.stopped:
            whole_characters = self._decode_pending().rstrip(REPLACEMENT_CHARACTER)
            rest += self._behind_shown(self._filter.feed(whole_characters))
        if not self.stopped:
            rest += self._behind_shown(self._filter.finish())
        self._unshown, self._pending = "", []
        return rest

    def _next_text(self, token_id: int) -> str:
        if self.stopped or token_id in self._special_ids:
            return self._marked(token_id) if token_id in self._markers and not self.stopped else ""
        self._pending.append(token_id)
        text = self._decode_pending()
        waited_long = len(self._pending) >= MOST_TOKENS_HELD_BACK
        if not waited_long and (not text or text.endswith(REPLACEMENT_CHARACTER)):
            return ""
        self._context, self._pending = self._pending, []
        self._context_text = self._decode(self._context)
        return self._behind_shown(self._filter.feed(text))

    def _marked(self, token_id: int) -> str:
        """Nothing before a control token hangs together with what follows it."""
        text = self._decode_pending().rstrip(REPLACEMENT_CHARACTER) if self._pending else ""
        self._context, self._context_text, self._pending = [], "", []
        return self._behind_shown(self._filter.feed(text + self._markers[token_id]))

    def _decode_pending(self) -> str:
        return self._decode(self._context + self._pending)[len(self._context_text) :]

    def _decode(self, token_ids: list[int]) -> str:
        text = self._tokenizer.decode(token_ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text if isinstance(text, str) else "".join(text)

    def _behind_shown(self, text: str) -> str:
        if self._trims:
            text = text.lstrip()
            self._trims = not text
        skipped = min(self._characters_to_skip, len(text))
        self._characters_to_skip -= skipped
        return text[skipped:]


def special_token_ids(tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Tokens that never become text. Dropped before decoding, so that a window never consists of them alone."""
    added = {token_id for token_id, token in tokenizer.added_tokens_decoder.items() if getattr(token, "special", False)}
    return frozenset(added | {token_id for token_id in tokenizer.all_special_ids if token_id is not None})
