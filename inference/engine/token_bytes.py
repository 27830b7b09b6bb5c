"""What each token of a vocabulary stands for, as bytes: a token may be half a character.

Knows one tokenizer. Three kinds of vocabulary say it in their pieces (byte-level ones, those with ▁ for a space and
<0x..> for a byte); for all others a token is what it adds to a decoded text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from inference.engine.detokenizer import special_token_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPACE = "▁"
ONE_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


class TokenBytes:
    """`of(token)` is what it writes; control tokens, and numbers without a token, write nothing."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self.special_ids = special_token_ids(tokenizer)
        self._added = {token_id: token.content for token_id, token in tokenizer.added_tokens_decoder.items()}
        backend = getattr(tokenizer, "backend_tokenizer", None)
        decoder = repr(getattr(backend, "decoder", None))
        pieces = tokenizer.get_vocab()
        self._is_byte_level = "ByteLevel" in decoder
        self._has_marked_spaces = not self._is_byte_level and any(piece.startswith(SPACE) for piece in pieces)
        self._size = max(pieces.values(), default=-1) + 1
        self._anchor = next((token_id for piece, token_id in pieces.items() if piece.isalnum()), None)

    def of(self, token_id: int) -> bytes:
        if token_id in self.special_ids:
            return b""
        if token_id in self._added:
            return self._added[token_id].encode()
        piece = self._tokenizer.convert_ids_to_tokens(token_id) if token_id < self._size else None
        if not isinstance(piece, str):
            return b""
        if self._is_byte_level:
            return _bytes_of_piece(piece)
        if self._has_marked_spaces:
            byte = ONE_BYTE.fullmatch(piece)
            return bytes([int(byte[1], 16)]) if byte else piece.replace(SPACE, " ").encode()
        return self._added_to_a_text(token_id).encode()

    def text_of(self, token_id: int) -> str:
        """For people: a control token by its name, half a character as U+FFFD."""
        if token_id in self.special_ids:
            return self._added.get(token_id, "")
        return self.of(token_id).decode(errors="replace")

    def read(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def marker(self, text: str) -> int | None:
        """The control token of this name."""
        return next((token_id for token_id in self.special_ids if self._added.get(token_id) == text), None)

    def _added_to_a_text(self, token_id: int) -> str:
        before = [self._anchor] if self._anchor is not None else []
        whole = self._tokenizer.decode([*before, token_id], clean_up_tokenization_spaces=False)
        return str(whole)[len(str(self._tokenizer.decode(before, clean_up_tokenization_spaces=False))) :]


def _bytes_of_piece(piece: str) -> bytes:
    try:
        return bytes(_byte_alphabet()[character] for character in piece)
    except KeyError:  # a piece that was put into the vocabulary by hand
        return piece.encode()


@lru_cache(maxsize=1)
def _byte_alphabet() -> dict[str, int]:
    """How byte-level vocabularies write bytes: printable Latin-1 as itself, the others from U+0100 on, in order.

    Source: Radford et al., "Language Models are Unsupervised Multitask Learners" (GPT-2), its published encoder.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(others)}
