"""An engine without a model: answers with the words of the last question. For tests, development and load tests.

Its "tokens" are words, a token id is the place of a word in the answer. No torch, no process of its own.
The source is a small option string: "words_per_second=20,first_token_ms=300,words=200" ("" = at once, once).
A question may begin with `!fail [after N words]` or `!markdown` (a fixed sample of everything a page must show).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.engine.answer_form import Likelihood
from inference.engine.stop_strings import StopStringFilter
from inference.engine.trimming import fit_to_context
from inference.engine.types import (
    ChatMessage,
    Chunk,
    EngineError,
    EngineInfo,
    EngineRequest,
    EngineSpec,
    EngineState,
    Finish,
    FinishReason,
    FormatRefused,
    Loading,
    ModelUnavailable,
    ToolsRefused,
)

DEFAULT_CONTEXT_LENGTH = 8192

# A "word" keeps the white space before it, so the words joined are the text; CJK characters are words of their own.
WORD = re.compile(r"\s*(?:[\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[^\s\u3000-\u9fff]+)|\s+$")

MARKDOWN_SAMPLE = """## A sample of everything

A paragraph with **bold**, *italic*, `code` and a [link](https://example.org/).

| Parameter | Value | Unit |
|---|---:|---|
| PM2.5 | 12.4 | µg/m³ |
| NO₂ | 31 | ppb |

```python
def plume(rate: float, wind: float) -> float:
    return rate / (3.14159 * wind)  # <not html>
```

The mean is $\\bar{x} = \\frac{1}{n}\\sum_{i=1}^{n} x_i$.

$$C(x, y, z) = \\frac{Q}{2 \\pi u \\sigma_y \\sigma_z}$$

- 環境影響評估（環評）的第一步是界定範圍。
- 空氣品質模式：高斯煙流 🌫️

> 土壤與地下水污染整治法

1. <script>alert("never")</script>
2. The end.
"""


@dataclass(frozen=True, slots=True)
class EchoOptions:
    """How fast and how much. words 0 means: the question once; words_per_second 0 means: without waiting."""

    words_per_second: float = 0.0
    first_token_ms: float = 0.0
    words: int = 0

    @classmethod
    def parse(cls, source: str) -> EchoOptions:
        values: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in source.split(","))):
            name, _, value = part.partition("=")
            try:
                if name not in cls.__dataclass_fields__:
                    raise ValueError
                values[name] = float(value)
            except ValueError:
                raise ModelUnavailable(
                    f"The echo engine does not understand {part!r}: its source looks like "
                    '"words_per_second=20,first_token_ms=0,words=200".'
                ) from None
        return cls(
            words_per_second=values.get("words_per_second", 0.0),
            first_token_ms=values.get("first_token_ms", 0.0),
            words=int(values.get("words", 0)),
        )


class EchoEngine:
    """Ready at once, any number of answers at the same time, each in its caller's thread."""

    loading: Loading | None = None
    state: EngineState = "ready"
    failure = ""

    def __init__(self, spec: EngineSpec) -> None:
        self._options = EchoOptions.parse(spec.source)
        self.info = EngineInfo(device="cpu", dtype="none", context_length=spec.context_length or DEFAULT_CONTEXT_LENGTH)

    def load(self) -> None:
        """Nothing to load."""

    def start(self, request: EngineRequest) -> EchoStream:
        return EchoStream(request, self._options, self.info.context_length)

    def close(self) -> None:
        """Nothing is held."""


class EchoStream:
    """One answer in the making; the caller's thread does the waiting."""

    def __init__(self, request: EngineRequest, options: EchoOptions, context_length: int) -> None:
        self._request = request
        self._options = options
        self._context_length = context_length
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    def __iter__(self) -> Iterator[Chunk]:
        request = self._request
        if request.form.must_call:
            raise ToolsRefused("The echo engine cannot be made to call a tool.")
        if request.form.response_format:
            raise FormatRefused("The echo engine cannot hold its answer to a form.")
        prompt = fit_to_context(request.messages, _word_ids, self._context_length, request.params.max_tokens)
        words, fails_at = self._answer()
        room = self._context_length - len(prompt.tokens)
        limit = min(request.params.max_tokens or room, room)
        filter_ = StopStringFilter(request.params.stop)
        text = "".join(filter_.feed(words[index]) for index in request.shown_token_ids if index < len(words))
        unshown = text[len(request.shown_text) :]
        position = len(request.shown_token_ids)

        def finish(reason: FinishReason, last_text: str = "") -> Chunk:
            return Chunk(last_text, (), Finish(reason, len(prompt.tokens), position, prompt.dropped_messages))

        due = time.monotonic() + self._options.first_token_ms / 1000
        while not filter_.stopped and position < min(len(words), limit):
            if self._is_cancelled_before(due):
                yield finish("cancelled", unshown + filter_.finish())
                return
            if position == fails_at:
                raise EngineError("The echo engine failed because the question asked it to.")
            yield Chunk(unshown + filter_.feed(words[position]), (position,), logprobs=self._logprobs(words[position]))
            unshown = ""
            position += 1
            due += 1 / self._options.words_per_second if self._options.words_per_second else 0
        if fails_at is not None and fails_at >= len(words):
            raise EngineError("The echo engine failed because the question asked it to.")
        ended = filter_.stopped or position >= len(words)
        yield finish("stop" if ended else "length", unshown + filter_.finish())

    def _logprobs(self, word: str) -> tuple[tuple[Likelihood, ...], ...]:
        """No other word was possible."""
        alternatives = self._request.form.logprobs
        return () if alternatives is None else (((word, 0.0, word.encode().hex()),) * (1 + min(1, alternatives)),)

    def _answer(self) -> tuple[list[str], int | None]:
        """The words to say, and before which of them to fail (None: never)."""
        question = [message for message in self._request.messages if message.role in ("user", "prompt")][-1].content
        fails_at = None
        if question.startswith("!markdown"):
            question = MARKDOWN_SAMPLE
        elif command := re.match(r"!fail\b\s*(?:after\s+)?(\d*)", question):
            fails_at = int(command.group(1) or 0)
        words = WORD.findall(question)
        if self._options.words and words:
            words = [_spaced(words[index % len(words)], index) for index in range(self._options.words)]
        return words, fails_at

    def _is_cancelled_before(self, due: float) -> bool:
        wait = due - time.monotonic()
        return self._cancelled.wait(wait) if wait > 0 else self._cancelled.is_set()


def _spaced(word: str, index: int) -> str:
    """When the question is said again and again, its first word needs a space before it."""
    return word if index == 0 or word[0].isspace() else f" {word}"


def _word_ids(messages: Sequence[ChatMessage]) -> list[int]:
    return list(range(sum(len(WORD.findall(message.content)) for message in messages)))
