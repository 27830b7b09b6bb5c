"""The tokenizer of ChatGLM2 and ChatGLM3 without their own program code: a SentencePiece file and a few more tokens.

The file is read by SentencePiece itself, so the numbers are those that the models were trained with. What the models
know beyond it stands behind its last piece, in a fixed order. Knows no config and no prompt.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from transformers import AddedToken
from transformers.tokenization_utils_sentencepiece import SentencePieceBackend

# Their tokenizer calls the two "sop" and "eop". As text these are parts of ordinary words (people), so here they have
# names that nobody writes.
BEGINNING = ("[gMASK]", "<sop>")
ROLES = ("<|system|>", "<|user|>", "<|assistant|>", "<|observation|>")
# ChatGLM2 has no roles, but places for as many in its rows of logits: its numbers stay the same with them.
BEHIND_THE_PIECES = ("[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", *ROLES)
WRITTEN_BEGINNING = "[gMASK]sop"  # as templates write it
ROLE = re.compile(f"({'|'.join(map(re.escape, ROLES))})")


class ChatGLMTokenizer(SentencePieceBackend):
    """Every text begins with [gMASK] and sop, unless it says so itself. Of what is written only roles are markers."""

    def __init__(self, vocab_file: str) -> None:
        import sentencepiece  # imported only here: few models need it

        pieces = sentencepiece.SentencePieceProcessor(model_file=vocab_file)
        size = pieces.get_piece_size()
        added = {size + place: AddedToken(text, special=True) for place, text in enumerate(BEHIND_THE_PIECES)}
        ids = {"bos": pieces.bos_id(), "eos": pieces.eos_id(), "unk": pieces.unk_id(), "pad": pieces.unk_id()}
        super().__init__(
            vocab_file=vocab_file,
            added_tokens_decoder=added,
            extra_special_tokens=list(BEHIND_THE_PIECES),
            **{f"{name}_token": pieces.id_to_piece(number) for name, number in ids.items() if number >= 0},
        )

    def tokenize(
        self, text: str, pair: str | None = None, add_special_tokens: bool = False, **kwargs: Any
    ) -> list[str]:
        if kwargs.pop("split_special_tokens", self.split_special_tokens):
            return self._tokenize(text)
        tokens: list[str] = []
        if text.startswith(WRITTEN_BEGINNING):
            tokens, text = [*BEGINNING], text.removeprefix(WRITTEN_BEGINNING)
        for place, part in enumerate(ROLE.split(text)):
            tokens += [part] if place % 2 else self._tokenize(part)
        return tokens

    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]:
        beginning = [self._added_tokens_encoder[text] for text in BEGINNING]
        token_ids = [*token_ids_0, *(token_ids_1 or ())]
        return token_ids if token_ids[: len(beginning)] == beginning else [*beginning, *token_ids]

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        return str(self.sp_model.decode_pieces(tokens))

    def _tokenize(self, text: str, **kwargs: Any) -> list[str]:
        # By way of the numbers: what no piece holds is the unknown one, and never a text that looks like a marker.
        return [self._convert_id_to_token(token_id) for token_id in self.sp_model.encode(text)]

    def _convert_id_to_token(self, index: int) -> str:
        """Nothing for the numbers that only the rows of logits have."""
        return str(self.sp_model.id_to_piece(index)) if index < self.vocab_size else ""


def has_pieces(folder: Path) -> bool:
    return (folder / "tokenizer.model").exists()


def chatglm_tokenizer(folder: Path) -> ChatGLMTokenizer:
    """Whatever SentencePiece raises for a broken file."""
    return ChatGLMTokenizer(str(folder / "tokenizer.model"))
