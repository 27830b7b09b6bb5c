"""Holds an answer to a JSON schema or to calls of tools: at each place only tokens that can still end well are allowed.

The mask comes from llguidance (https://github.com/guidance-ai/llguidance); what has been written is replayed into it
when another worker goes on. Knows bytes of tokens; knows no tensors, no model and no request. llguidance is imported
when first needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy

from inference.engine.answer_form import AnswerForm
from inference.engine.json_schema import in_one_line, laid_out
from inference.engine.token_bytes import TokenBytes
from inference.engine.tool_formats import HERMES, ToolFormat
from inference.engine.types import FormatRefused

MOST_CALLS = 16


def grammar_text(form: AnswerForm, tool_format: ToolFormat | None, control: Mapping[str, int]) -> str:
    """What the answer may be, in llguidance's notation; empty where it may be anything.

    control: those of the format's markers that are control tokens of the vocabulary, with their numbers.
    """
    tool_format = tool_format or HERMES
    calls = _calls(form, tool_format, control) if form.callable_tools else ""
    if form.must_call:
        return f"start: calls\n{calls}"
    if form.schema is None:
        return _text_with_calls(form, tool_format, control) if form.strict_tools else ""
    answer = f"answer: %json {laid_out(form.schema)}\n"
    return f"start: calls | answer\n{calls}{answer}" if calls else f"start: answer\n{answer}"


class Vocabulary:
    """A model's tokens as llguidance wants them; made when first needed, which takes a second for each 50,000."""

    def __init__(self, token_bytes: TokenBytes, size: int, end_token_ids: Collection[int]) -> None:
        """size: of the model's logits, often larger than the tokenizer's vocabulary."""
        from llguidance import LLTokenizer, TokenizerWrapper

        self.size = size
        tokens = [_bytes_or_name(token_bytes, token_id) for token_id in range(size)]
        special = sorted({token_id for token_id in (*token_bytes.special_ids, *end_token_ids) if token_id < size})
        ends = sorted(token_id for token_id in end_token_ids if token_id < size)
        if not ends:  # llguidance must have one: a token that no row of logits holds
            ends, special = [size], [*special, size]
            tokens.append(b"<end>")
        reader = _Reader(tokens, special, ends[0], token_bytes)
        self.tokenizer = LLTokenizer(TokenizerWrapper(reader), n_vocab=len(tokens), eos_token=ends)
        reader.longest_first = self.tokenizer.greedy_tokenize


class Grammar:
    """One answer's way through its grammar. Raises FormatRefused for a text that is no grammar."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        from llguidance import LLMatcher, LLParserLimits

        self._size = vocabulary.size
        self._matcher = LLMatcher(
            vocabulary.tokenizer,
            LLMatcher.grammar_from_lark(text),
            log_level=0,
            limits=LLParserLimits(verbose_errors=False),
        )
        if fault := self.fault:
            raise FormatRefused(f"The answer cannot be held to this schema: {fault}")

    @property
    def fault(self) -> str:
        """Why nothing more can be written in this form, if that is so."""
        return in_one_line(self._matcher.get_error())

    @property
    def is_complete(self) -> bool:
        """Nothing can follow but the end."""
        return bool(self._matcher.is_stopped()) and not self._matcher.is_error()

    def accept(self, token_id: int) -> None:
        """A token outside the grammar makes a `fault` of it, so that nothing more is allowed."""
        self._matcher.consume_token(token_id)

    def allowed(self) -> numpy.ndarray[Any, numpy.dtype[numpy.bool_]]:
        """For each token of the model whether it may come next; none when the grammar has a fault."""
        if self._matcher.is_error():
            return numpy.zeros(self._size, dtype=numpy.bool_)
        bits = numpy.frombuffer(self._matcher.compute_bitmask(), dtype=numpy.uint8)
        allowed = numpy.unpackbits(bits, bitorder="little")[: self._size].astype(numpy.bool_)
        return allowed & (not self._matcher.is_error())


class _Reader:
    """What llguidance's wrapper asks for: the vocabulary, and how a text that must come is written in tokens."""

    bos_token_id = None

    def __init__(
        self, tokens: list[bytes], special_token_ids: list[int], eos_token_id: int, token_bytes: TokenBytes
    ) -> None:
        self.tokens = tokens
        self.special_token_ids = special_token_ids
        self.eos_token_id = eos_token_id
        self.longest_first: Callable[[str], list[int]] = lambda text: []
        self._token_bytes = token_bytes

    def __call__(self, text: bytes | str) -> list[int]:
        """As the model was trained to read it, where that is exactly this text; else the longest tokens first."""
        wanted = text if isinstance(text, bytes) else text.encode()
        ids = self._token_bytes.read(wanted.decode())
        return ids if b"".join(map(self._token_bytes.of, ids)) == wanted else self.longest_first(wanted.decode())


def _bytes_or_name(token_bytes: TokenBytes, token_id: int) -> bytes:
    return token_bytes.of(token_id) or token_bytes.text_of(token_id).encode()


def _calls(form: AnswerForm, tool_format: ToolFormat, control: Mapping[str, int]) -> str:
    def said(text: str) -> str:
        return _said(text, control)

    rules, names = [], []
    for number, function in enumerate(form.callable_tools):
        before = said(tool_format.before_arguments(function["name"]))
        is_held = form.must_call or form.schema is not None or function.get("strict")
        arguments = (is_held and function.get("parameters")) or {"type": "object"}
        names.append(f"call_{number}")
        rules.append(f"call_{number}: {before} %json {laid_out(arguments)} {said(tool_format.end)}\n")
    more = ""
    if form.allows_several_calls and tool_format.separator is not None:
        more = f"({said(tool_format.separator)} call){{0,{MOST_CALLS - 1}}}"
    calls = f"calls: {said(tool_format.opening)} call {more} {said(tool_format.closing)}\n"
    return f"{calls}call: {' | '.join(names)}\n{''.join(rules)}"


def _text_with_calls(form: AnswerForm, tool_format: ToolFormat, control: Mapping[str, int]) -> str:
    """Any text; but where a call begins, its arguments follow their schema."""
    if not tool_format.markers:  # only what stands in front of everything is a call
        return f"start: calls | TEXT |\nTEXT: /[^{{\\s](.|\\n)*/\n{_calls(form, tool_format, control)}"
    marker = tool_format.markers[0]
    one = replace(
        tool_format,
        opening=tool_format.opening.removeprefix(marker),
        begin=tool_format.begin.removeprefix(marker),
        separator=tool_format.separator if tool_format.opening else None,
    )
    begins = re.escape(marker)
    text = f"TEXT: /(.|\\n)*/ & ~/(.|\\n)*{begins}(.|\\n)*/\n"
    head = f"head: TEXT <[{control[marker]}]>\n" if marker in control else f"head[lazy]: /(.|\\n)*{begins}/\n"
    several = "*" if form.allows_several_calls else "?"
    return f"start: (head calls){several} TEXT\n{text}{head}{_calls(form, one, control)}"


def _said(text: str, control: Mapping[str, int]) -> str:
    """The text in llguidance's notation, with control tokens in a notation of their own."""
    for marker, token_id in control.items():
        before, found, after = text.partition(marker)
        if found:
            return f"{_said(before, control)} <[{token_id}]> {_said(after, control)}"
    return json.dumps(text, ensure_ascii=False) if text else ""
