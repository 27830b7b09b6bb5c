"""The words between an engine and the rest: what goes in, what comes out, what may go wrong.

Nothing here knows Django or torch, so both sides of the process border can import it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]
EngineState = Literal["idle", "loading", "ready", "failed"]
FinishReason = Literal["stop", "length", "cancelled"]

MAX_STOP_STRINGS = 8


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn as a model hears it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How the next token is chosen; checked here, so that a bad value never reaches a running batch.

    temperature 0 is greedy. top_k 0 and top_p 1 switch their filters off. Penalties follow OpenAI
    (presence, frequency: subtracted from the logits of tokens already generated) and CTRL
    (repetition: divides or multiplies the logits of tokens in prompt and answer).
    max_tokens None means "as much as the context holds".
    """

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _between("temperature", self.temperature, 0, 2)
        if not 0 < self.top_p <= 1:
            raise ValueError("top_p must be above 0 and at most 1")
        _between("top_k", self.top_k, 0, 1_000_000)
        _between("repetition_penalty", self.repetition_penalty, 0.1, 10)
        _between("presence_penalty", self.presence_penalty, -2, 2)
        _between("frequency_penalty", self.frequency_penalty, -2, 2)
        if self.max_tokens is not None and self.max_tokens < 1:
            raise ValueError("max_tokens must be at least 1")
        if len(self.stop) > MAX_STOP_STRINGS or not all(self.stop):
            raise ValueError(f"stop takes at most {MAX_STOP_STRINGS} strings, none of them empty")

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "stop": list(self.stop)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SamplingParams:
        """Raises ValueError for a value out of range, TypeError for a name that is not a parameter."""
        return cls(**{**values, "stop": tuple(values.get("stop", ()))})


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Everything needed to load one model; equal specs share one loaded engine."""

    slug: str
    backend: Literal["transformers", "echo"]
    source: str
    context_length: int | None = None
    device: str = "auto"
    dtype: str = "auto"
    threads: int | None = None
    trust_remote_code: bool = False


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One prompt to answer. `shown_*` are filled when another worker's broken-off answer is continued.

    id: the same for every attempt at one answer, because without a seed the random numbers come from it.
    shown_token_ids: every token already sampled, in order; shown_text: the text already shown for them.
    The engine goes on behind them and yields only what is new.
    """

    id: str
    messages: tuple[ChatMessage, ...]
    params: SamplingParams
    shown_token_ids: tuple[int, ...] = ()
    shown_text: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """How an answer ended and what it took. dropped_messages: oldest turns that did not fit the context."""

    reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    dropped_messages: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer: safe text (never half a character), the tokens behind it, the end if it is the end."""

    text: str = ""
    token_ids: tuple[int, ...] = ()
    finish: Finish | None = None


@dataclass(frozen=True, slots=True)
class Loading:
    """How far loading has come: a stage a person understands, and a fraction from 0 to 1."""

    stage: str
    fraction: float


class EngineError(Exception):
    """Something a person can act on; `str(error)` is one clear sentence without a traceback."""


class ModelUnavailable(EngineError):
    """The model cannot be loaded: missing folder, broken file, unknown architecture, no memory."""


class PromptTooLong(EngineError):
    """The last question alone does not fit the context."""


class EngineDied(EngineError):
    """The engine's process ended under a running answer; another attempt may succeed."""


class TextStream(Protocol):
    """A running answer: iterate for its chunks (the last one carries `finish`), or cancel it.

    While the model is still being loaded, the iteration tells how far that has come. Iterating may raise
    EngineError. After `cancel()` (any thread, idempotent) the stream still ends with a chunk whose finish
    reason is "cancelled".
    """

    def __iter__(self) -> Iterator[Chunk | Loading]: ...

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


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses NaN
        raise ValueError(f"{name} must be between {low:g} and {high:g}")
