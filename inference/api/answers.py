"""Follows the answers to one request, joined or as a stream, and stops them when the client has gone.

Nothing is asked of a model here: the answers are Generations, started by inference.services and read by
inference.stream like everywhere else. Each is followed by a task of its own, which does not belong to the request:
a client that leaves, at whatever moment, cancels the request, and the answers must then still be stopped.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inference.api.errors import ApiError, from_failure
from inference.api.logprobs import Token
from inference.api.threads import in_thread
from inference.engine.answer_form import ToolCall
from inference.engine.tool_calls import CallBegun, Piece, Said, ToolCallReader
from inference.events import Delta, Event, Failed, Finished, Status
from inference.generations import Generation
from inference.models import ModelEntry
from inference.services import stop_generation
from inference.stream import follow

log = logging.getLogger(__name__)

# An error within this time still decides the status of a streamed answer; later ones come inside the stream.
FIRST_EVENT_SECONDS = 3.0
# Between request and stream other code runs; if nobody ever reads the stream, its client left just then.
NEVER_READ_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 15.0  # proxies cut a connection on which nothing is said

_tasks: set[asyncio.Task[Any]] = set()  # asyncio itself holds them only weakly


@dataclass
class Answer:
    """One answer, as far as it has come."""

    generation: Generation
    text: str = ""
    end: Finished | None = None
    failure: ApiError | None = None
    status: Status | None = None
    calls: list[ToolCall] = field(default_factory=list)
    logprobs: list[Token] = field(default_factory=list)
    fresh: list[Piece] = field(default_factory=list)  # what the last event brought
    fresh_logprobs: tuple[Token, ...] = ()

    def __post_init__(self) -> None:
        self.form = self.generation.form
        names = [tool["function"]["name"] for tool in self.form.offered_tools]
        self._reader = ToolCallReader(names, self.form.allows_several_calls) if names else None

    @property
    def finish_reason(self) -> str:
        if self.end and self.end.reason == "length":
            return "length"
        return "tool_calls" if self.calls else "stop"

    def take(self, delta: Delta) -> None:
        self.fresh_logprobs = delta.logprobs
        self.logprobs += delta.logprobs
        self._keep(self._reader.feed(delta.text) if self._reader else [Said(delta.text)] if delta.text else [])

    def finish(self, end: Finished) -> None:
        self.end, self.fresh_logprobs = end, ()
        self._keep(self._reader.finish() if self._reader else [])
        if self.form.logprobs is not None and end.reason != "cancelled":
            self.failure = self._missing_logprobs(end.completion_tokens)

    def _keep(self, pieces: list[Piece]) -> None:
        self.fresh = pieces
        for piece in pieces:
            if isinstance(piece, Said):
                self.text += piece.text
            elif isinstance(piece, CallBegun):
                self.calls.append(ToolCall(f"call_{self.generation.pk.hex[:20]}{piece.index:04}", piece.name, ""))
            else:
                call = self.calls[piece.index]
                self.calls[piece.index] = replace(call, arguments=call.arguments + piece.text)

    def _missing_logprobs(self, tokens: int) -> ApiError | None:
        if self.text and not self.logprobs:
            sentence = "The model's server told no log-probabilities; please ask without 'logprobs'."
            return ApiError(sentence, code="unsupported_value", param="logprobs")
        # A remote server may count tokens that it does not show.
        if len(self.logprobs) < tokens and self.generation.model.runner.backend != ModelEntry.Backend.REMOTE:
            sentence = "Some of the log-probabilities were lost with the message broker; please ask again."
            return ApiError(sentence, status=500, code="logprobs_lost")
        return None


@dataclass
class Usage:
    """Tokens of one request: a question is counted once, however many answers it got."""

    prompt_tokens: int
    completion_tokens: int
    dropped_messages: int

    def as_json(self) -> dict[str, int]:
        counted = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }
        # Beyond OpenAI: the oldest turns did not fit the context and were left out.
        return {**counted, "dropped_messages": self.dropped_messages} if self.dropped_messages else counted


@dataclass
class Answers:
    """All answers to one request, in the order of its choices; `per_prompt` of them belong to one prompt."""

    answers: list[Answer]
    per_prompt: int = 1
    _queue: asyncio.Queue[tuple[int, Event] | None] = field(default_factory=asyncio.Queue)
    _followers: list[asyncio.Task[None]] = field(default_factory=list)
    _first: tuple[int, Event] | None = None
    _is_read: bool = False

    @classmethod
    def of(cls, generations: Sequence[Generation], per_prompt: int) -> Answers:
        """Begins to follow. From here on somebody must read to the end or call `leave`."""
        answers = cls([Answer(generation) for generation in generations], per_prompt)
        for index, generation in enumerate(generations):
            answers._followers.append(_apart(answers._follow(index, generation)))
        asyncio.get_running_loop().call_later(NEVER_READ_SECONDS, answers._leave_if_never_read)
        return answers

    @property
    def usage(self) -> Usage:
        ends = [answer.end or Finished("stop") for answer in self.answers]
        return Usage(
            sum(end.prompt_tokens for end in ends[:: self.per_prompt]),
            sum(end.completion_tokens for end in ends),
            max(end.dropped_messages for end in ends),
        )

    async def joined(self) -> Answers:
        """Waits for all. Raises ApiError when one fails; the others are stopped then."""
        self._is_read = True
        try:
            async for _event in self._events():
                pass
        finally:
            self.leave()
        return self

    async def begun(self) -> Answers:
        """Waits a moment for the first event, so that what fails at once is an answer with a status of its own."""
        try:
            async with asyncio.timeout(FIRST_EVENT_SECONDS):
                self._first = await self._queue.get()
        except TimeoutError:
            return self
        except BaseException:  # the client left
            self.leave()
            raise
        if self._first and isinstance(self._first[1], Failed):
            self.leave()
            raise from_failure(self._first[1].error, self._first[1].code)
        return self

    async def events(self) -> AsyncIterator[tuple[int, Event] | None]:
        """(choice, event) until all have ended; None after a while without a word. Raises ApiError."""
        self._is_read = True
        try:
            async for found in self._events():
                yield found
        finally:
            self.leave()

    def leave(self) -> None:
        """Stops whatever still runs. Harmless after the end, and it never waits."""
        for follower in self._followers:
            follower.cancel()
        for answer in self.answers:
            if answer.end is None and answer.failure is None:
                _apart(_stop(answer.generation))
        self._followers.clear()

    async def _events(self) -> AsyncIterator[tuple[int, Event] | None]:
        while any(answer.end is None for answer in self.answers):
            found = await self._next()
            if found is not None:
                self._note(*found)
            yield found

    async def _next(self) -> tuple[int, Event] | None:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                return await self._queue.get()
        except TimeoutError:
            return None

    def _note(self, index: int, event: Event) -> None:
        answer = self.answers[index]
        if isinstance(event, Delta):
            answer.take(event)
        elif isinstance(event, Finished):
            answer.finish(event)
            if answer.failure:
                raise answer.failure
        elif isinstance(event, Failed):
            answer.failure = from_failure(event.error, event.code)
            raise answer.failure

    async def _follow(self, index: int, generation: Generation) -> None:
        try:
            async for _entry_id, event in follow(generation.pk):
                self._queue.put_nowait((index, event))
        except Exception:
            log.exception("following generation %s broke", generation.pk)
            self._queue.put_nowait((index, Failed("Following the answer broke off; please try again.")))

    def _leave_if_never_read(self) -> None:
        if not self._is_read:
            self.leave()


def _apart(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """As a task outside the request: not cancelled with it, and not bound to its thread, which ends with it."""
    task = asyncio.get_running_loop().create_task(work, context=contextvars.Context())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


@in_thread
def _stop(generation: Generation) -> None:
    current = Generation.objects.select_related("model").filter(pk=generation.pk).first()
    if current is not None and current.is_active:
        stop_generation(current)
