"""The words between an engine and the rest: what goes in, what comes out, what may go wrong.

Nothing here knows Django or torch, so both sides of the process border can import it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Protocol

from inference.engine.answer_form import PLAIN, AnswerForm, Likelihood, ToolCall

# "prompt" stands alone: a text that the model goes on with as it stands, in no chat format. "tool": what a tool said.
Role = Literal["system", "user", "assistant", "tool", "prompt"]
EngineState = Literal["idle", "loading", "ready", "failed"]
FinishReason = Literal["stop", "length", "cancelled"]

MAX_STOP_STRINGS = 8


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn as a model hears it. tool_calls: of an assistant; tool_call_id: which of them a tool answers."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    def to_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            values["tool_calls"] = [asdict(call) for call in self.tool_calls]
        return {**values, "tool_call_id": self.tool_call_id} if self.tool_call_id else values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ChatMessage:
        return cls(**{**values, "tool_calls": tuple(ToolCall(**call) for call in values.get("tool_calls", ()))})


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How the next token is chosen; checked here, so that a bad value never reaches a running batch.

    temperature 0 is greedy. top_k 0, top_p 1 and min_p 0 switch their filters off; min_p keeps the tokens that
    are at least so likely as that share of the likeliest. logit_bias: (token id, what is added to its logit), from
    -100 (never) to 100 (always). Penalties follow OpenAI
    (presence, frequency: subtracted from the logits of tokens already generated) and CTRL
    (repetition: divides or multiplies the logits of tokens in prompt and answer).
    max_tokens None means "as much as the context holds".
    """

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    logit_bias: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        _number("temperature", self.temperature, 0, 2)
        _number("top_p", self.top_p, 0, 1)
        if self.top_p == 0:
            raise ValueError("top_p must be above 0 and at most 1.")
        _whole_number("top_k", self.top_k)
        _number("top_k", self.top_k, 0, 1_000_000)
        _number("min_p", self.min_p, 0, 1)
        _number("repetition_penalty", self.repetition_penalty, 0.1, 10)
        _number("presence_penalty", self.presence_penalty, -2, 2)
        _number("frequency_penalty", self.frequency_penalty, -2, 2)
        if self.seed is not None:
            _whole_number("seed", self.seed)
        if self.max_tokens is not None:
            _whole_number("max_tokens", self.max_tokens)
            if self.max_tokens < 1:
                raise ValueError("max_tokens must be at least 1.")
        _check_stop(self.stop)
        for token_id, bias in self.logit_bias:
            _whole_number("logit_bias", token_id)
            _number("logit_bias", bias, -100, 100)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "stop": list(self.stop), "logit_bias": [list(pair) for pair in self.logit_bias]}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SamplingParams:
        """Raises ValueError for a value that cannot be used, TypeError for a name that is not a parameter."""
        if not isinstance(values, dict):
            raise TypeError('Sampling parameters are a JSON object, for example {"temperature": 0.2}.')
        known = [parameter.name for parameter in fields(cls)]
        for name in values:
            if name not in known:
                raise TypeError(f"{name} is not a sampling parameter; there are {', '.join(known)}.")
        if "stop" in values:
            _check_stop(values["stop"])
            values = {**values, "stop": tuple(values["stop"])}
        if "logit_bias" in values:
            values = {**values, "logit_bias": _pairs(values["logit_bias"])}
        return cls(**values)

    @classmethod
    def usable(cls, values: Any) -> dict[str, Any]:
        """Without what `from_json` refuses: what was stored may be older than a check, and a page must open."""
        found = {}
        for name, value in values.items() if isinstance(values, dict) else ():
            with suppress(TypeError, ValueError):
                cls.from_json({name: value})
                found[name] = value
        return found


@dataclass(frozen=True, slots=True)
class RemoteSpec:
    """How a remote server is called. key_fault: why there is no key although there should be one.

    continuation: "" (a broken-off answer cannot be continued), "prefix" (a last message of the assistant is gone on
    with) or "flag" (the same, when asked for). Times are in seconds: to connect, and between two pieces of an answer.
    """

    base_url: str
    key: str = field(default="", repr=False)
    key_fault: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    omitted_fields: tuple[str, ...] = ()
    continuation: str = ""
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    allow_private: bool = False


Quantization = Literal["", "8bit", "4bit"]  # empty: weights as the checkpoint has them
# Bytes that a weight takes; the word embeddings and the output layer stay in full, so a little more than its bits.
BYTES_OF_A_QUANTIZED_WEIGHT: dict[Quantization, float] = {"8bit": 1.2, "4bit": 0.8}


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Everything needed to load one model; equal specs share one loaded engine."""

    slug: str
    backend: Literal["transformers", "echo", "remote"]
    source: str
    context_length: int | None = None
    device: str = "auto"
    dtype: str = "auto"
    threads: int | None = None
    trust_remote_code: bool = False
    remote: RemoteSpec | None = None
    family: str = ""  # how it is asked; empty: found out (see inference/engine/prompt_format.py)
    adapter: str = ""  # a LoRA adapter on top of the source: a folder or a hub name
    answer_memory: int | None = None  # bytes for all answers under way together; None: a share of what is free
    task: Literal["chat", "embedding"] = "chat"
    quantization: Quantization = ""


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One prompt to answer. `shown_*` are filled when another worker's broken-off answer is continued.

    id: the same for every attempt at one answer, because without a seed the random numbers come from it.
    shown_token_ids: every token already sampled, in order; shown_text: the text already shown for them.
    The engine goes on behind them and yields only what is new.
    requester: who asked, in any form; where answers must wait, requesters take turns.
    form: what the answer should look like beyond plain text.
    """

    id: str
    messages: tuple[ChatMessage, ...]
    params: SamplingParams
    shown_token_ids: tuple[int, ...] = ()
    shown_text: str = ""
    requester: str = ""
    form: AnswerForm = PLAIN


@dataclass(frozen=True, slots=True)
class Finish:
    """How an answer ended and what it took. dropped_messages: oldest turns that did not fit the context."""

    reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    dropped_messages: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer: safe text (never half a character), the tokens behind it, the end if it is the end.

    logprobs: only where asked for; for each token its own likelihood and then those of the likeliest ones.
    """

    text: str = ""
    token_ids: tuple[int, ...] = ()
    finish: Finish | None = None
    logprobs: tuple[tuple[Likelihood, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Loading:
    """How far loading has come: a stage a person understands, and a fraction from 0 to 1."""

    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Queued:
    """The answer waits for memory that others hold. ahead: how many waiting answers begin before it."""

    ahead: int


class EngineError(Exception):
    """Something a person can act on; `str(error)` is one clear sentence without a traceback. `code`: one word for
    programs."""

    code = "generation_failed"


class ModelUnavailable(EngineError):
    """The model cannot be loaded: missing folder, broken file, unknown architecture, no memory."""

    code = "model_unavailable"


class PromptTooLong(EngineError):
    """The last question alone does not fit the context."""

    code = "context_length_exceeded"


class ToolsRefused(EngineError):
    """The model cannot be told of tools, or not made to call them."""

    code = "refused_tools"


class FormatRefused(EngineError):
    """The answer cannot be held to the form that was asked for."""

    code = "refused_response_format"


class EngineDied(EngineError):
    """The engine's process ended under a running answer; another attempt may succeed."""


class TextStream(Protocol):
    """A running answer: iterate for its chunks (the last one carries `finish`), or cancel it.

    While the model is still being loaded, the iteration tells how far that has come; while the answer waits for
    memory, behind how many others. Iterating may raise EngineError. After `cancel()` (any thread, idempotent) the
    stream still ends with a chunk whose finish reason is "cancelled".
    """

    def __iter__(self) -> Iterator[Chunk | Loading | Queued]: ...

    def cancel(self) -> None: ...


class Engine(Protocol):
    """A loaded model (or one that loads on first use)."""

    def start(self, request: EngineRequest) -> TextStream:
        """Never blocks and never raises: what goes wrong is raised where the stream is iterated."""
        ...

    def load(self) -> None:
        """Begin loading in the background, if it is not loaded or loading yet."""
        ...

    @property
    def loading(self) -> Loading | None:
        """None as soon as answers can come."""
        ...

    @property
    def state(self) -> EngineState:
        """ "idle" loads at the first request; "failed" says why in `failure` and tries again at the next one."""
        ...

    @property
    def failure(self) -> str: ...

    @property
    def info(self) -> EngineInfo:
        """Empty until the model is loaded."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class EngineInfo:
    """What a loaded engine says of itself, for the admin and `manage.py models`."""

    device: str = ""
    dtype: str = ""
    context_length: int = 0
    parameters: int = 0
    load_seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)


def _number(name: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number.")
    if not low <= value <= high:  # also refuses NaN
        raise ValueError(f"{name} must be between {low:,} and {high:,}.")


def _pairs(values: Any) -> tuple[tuple[int, float], ...]:
    if not isinstance(values, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in values
    ):
        raise ValueError("logit_bias must be a list of pairs: a token's number and a bias.")
    return tuple((token_id, bias) for token_id, bias in values)


def _whole_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number.")


def _check_stop(strings: Any) -> None:
    """A single string is refused too: taken apart, it would stop at each of its letters."""
    is_list = isinstance(strings, list | tuple) and len(strings) <= MAX_STOP_STRINGS
    if not is_list or not all(isinstance(string, str) and string for string in strings):
        raise ValueError(f"stop must be a list of at most {MAX_STOP_STRINGS} strings, none of them empty.")
