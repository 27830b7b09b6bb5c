"""The demonstration models' byte-level BPE tokenizer: whole known words, single digits, single Chinese characters.

There are no merges: a piece of text is one token if the vocabulary has it, else its single bytes. So a name
or a word never seen in training is spelled letter by letter, which a tiny model can copy, and which tells it
that the word is foreign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

SYSTEM, USER, ASSISTANT, END, PAD = "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|pad|>"
SPECIAL_TOKENS = (PAD, END, SYSTEM, USER, ASSISTANT)
FIRST_ORDINARY_TOKEN = len(SPECIAL_TOKENS)
FIRST_WORD = FIRST_ORDINARY_TOKEN + 256
PIECES = r" ?[A-Za-z]+(?:'[A-Za-z]+)?|[0-9]|[\u4e00-\u9fff]| ?[^\sA-Za-z0-9\u4e00-\u9fff]|\s"
LONGEST_CONTEXT = 1024
# What keyboards write differently is one thing to the model.
SAME_CHARACTERS = {
    **{"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u3000": " "},
    **{"\uff0b": "+", "\uff0d": "-", "\u2212": "-", "\uff1d": "="},
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
}
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|' + message['role'] + '|>' + (message['content'] | trim) + '<|end|>' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)


def build(
    texts: Iterable[str], spelled_words: frozenset[str], size: int = 4096, least_count: int = 12
) -> PreTrainedTokenizerFast:
    """Keep the pieces that occur in the most texts; words in `spelled_words` (lower case) stay spelled."""
    empty = _tokenizer({})
    counts: Counter[str] = Counter()
    for text in texts:
        assert empty.normalizer and empty.pre_tokenizer
        counts.update(
            {piece for piece, _ in empty.pre_tokenizer.pre_tokenize_str(empty.normalizer.normalize_str(text))}
        )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = [*SPECIAL_TOKENS, *alphabet]
    for piece, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if len(vocabulary) == size or count < least_count:
            break
        if len(piece) > 1 and piece.strip("Ġ").lower() not in spelled_words:
            vocabulary.append(piece)
    return wrap(_tokenizer({token: place for place, token in enumerate(vocabulary)}))


def wrap(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        model_max_length=LONGEST_CONTEXT,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def load(folder: Path) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast.from_pretrained(folder)


def _tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], ignore_merges=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace(old, new) for old, new in SAME_CHARACTERS.items()])
    pieces = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pieces, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
