"""An engine that is somebody else's server: asks it over HTTP and hands its words on.

All remote answers of a worker share one event loop in one thread; the callers wait on queues. Nothing is computed
here, so unlike a local model it needs no process of its own. A request is sent again only while not one word of the
answer has come; afterwards the answer either goes on behind what was shown, where the server can do that, or ends.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Coroutine, Iterator
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2

from inference.engine.remote_address import AddressRefused, GuardedBackend, check_address
from inference.engine.remote_form import ToolCallWriter
from inference.engine.remote_health import Look, RemoteHealth, look_at
from inference.engine.remote_wire import (
    Piece,
    beginning_of,
    body_of,
    error_of,
    not_reached,
    path_of,
    read_piece,
    seconds_to_wait,
)
from inference.engine.types import (
    Chunk,
    EngineDied,
    EngineError,
    EngineInfo,
    EngineRequest,
    EngineSpec,
    EngineState,
    Finish,
    FinishReason,
    Loading,
    ModelUnavailable,
    RemoteSpec,
)

log = logging.getLogger(__name__)

ATTEMPTS = 3
LONGEST_ERROR_BYTES = 65_536
CONNECTIONS = 256


class RemoteEngine:
    """Whether the server answers is known only when it is asked, or looked at; what is known is in `health`."""

    loading: Loading | None = None

    def __init__(self, spec: EngineSpec) -> None:
        if spec.remote is None:
            raise ModelUnavailable("This model names no remote server.")
        self._model = spec.source
        self._remote = spec.remote
        self.health = RemoteHealth(spec.remote, spec.source)
        self._client: httpx2.AsyncClient | None = None
        self._loop = _loop()
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False
        self.info = EngineInfo(device="remote", dtype="none", context_length=spec.context_length or 0)

    @property
    def state(self) -> EngineState:
        return self.health.state

    @property
    def failure(self) -> str:
        return self.health.failure

    def load(self) -> None:
        """Nothing to load; the server is looked at, if it is time."""
        if self.health.is_look_due:
            self._loop.call_soon_threadsafe(self._look_if_due)

    def start(self, request: EngineRequest) -> RemoteStream:
        stream = RemoteStream(self._loop)
        self._loop.call_soon_threadsafe(self._begin, stream, request)
        return stream

    def close(self) -> None:
        """Ends every connection; running answers end with EngineDied."""
        self._loop.call_soon_threadsafe(self._end)

    # --- in the loop's thread ---------------------------------------------------------------------------------------

    def _begin(self, stream: RemoteStream, request: EngineRequest) -> None:
        if self._closed:
            stream.put(EngineDied("The engine was stopped; another attempt may succeed."))
            return
        if self.health.fault:
            stream.put(ModelUnavailable(self.health.fault))
            return
        answer = self._answer_to(self._open_client(), request, stream)
        task = self._run(answer.run())
        task.add_done_callback(answer.ended)
        stream.belongs_to(task)

    def _answer_to(self, client: httpx2.AsyncClient, request: EngineRequest, stream: RemoteStream) -> RemoteAnswer:
        return RemoteAnswer(client, self._model, self._remote, request, stream, self.health)

    def _look_if_due(self) -> None:
        if not self._closed and self.health.take_look():
            self._run(self._look())

    async def _look(self) -> None:
        try:
            look = await look_at(self._open_client(), self._remote)
        except Exception as error:
            log.exception("looking at %s failed", self._remote.base_url)
            look = Look(0, f"The remote server could not be asked ({type(error).__name__}).")
        if look.error:
            log.info("%s: %s", self._remote.base_url, look.error)
        self.health.looked(look)

    def _open_client(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = _client_for(self._remote)
        return self._client

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _end(self) -> None:
        self._closed = True
        for task in self._running:
            task.cancel()
        if self._client is not None:
            self._run(self._client.aclose())


class RemoteStream:
    """A running answer as its caller sees it: a queue that another thread fills."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: queue.SimpleQueue[Chunk | Loading | EngineError] = queue.SimpleQueue()
        self._task: asyncio.Task[None] | None = None
        self.is_cancelled = False

    def __iter__(self) -> Iterator[Chunk | Loading]:
        while True:
            item = self._queue.get()
            if isinstance(item, EngineError):
                raise item
            yield item
            if isinstance(item, Chunk) and item.finish is not None:
                return

    def cancel(self) -> None:
        self.is_cancelled = True
        self._loop.call_soon_threadsafe(self._cancel_task)

    def put(self, item: Chunk | Loading | EngineError) -> None:
        self._queue.put(item)

    def belongs_to(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def _cancel_task(self) -> None:
        if self._task is not None:
            self._task.cancel()


class _Again(Exception):
    """Not one word has come, and the same request may succeed after so many seconds."""

    def __init__(self, error: EngineError, seconds: float) -> None:
        super().__init__(str(error))
        self.error = error
        self.seconds = seconds


class RemoteAnswer:
    """One request to the server, from the first try to the last word."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        model: str,
        remote: RemoteSpec,
        request: EngineRequest,
        stream: RemoteStream,
        health: RemoteHealth,
    ) -> None:
        self._client = client
        self._model = model
        self._remote = remote
        self._request = request
        self._stream = stream
        self._health = health
        self._status: int | None = None  # of what came last; 0: nothing came; None: nothing was sent
        self._shown = len(request.shown_token_ids)
        self._pieces = 0
        self._calls = ToolCallWriter()
        self._prompt_tokens = 0
        self._completion_tokens: int | None = None

    async def run(self) -> None:
        """Raises nothing but its own cancelling, which `ended` tells."""
        try:
            reason = await self._ask()
        except EngineError as error:
            self._health.failed(error, self._status)
            self._stream.put(error)
        except Exception as error:
            log.exception("asking %s failed", self._remote.base_url)
            self._stream.put(EngineError(f"The remote server could not be asked ({type(error).__name__})."))
        else:
            self._health.answered()
            self._stream.put(self._finish(reason))

    def ended(self, task: asyncio.Task[None]) -> None:
        """The last word of an answer that was cancelled, be it before its first step."""
        if not task.cancelled():
            return
        if self._stream.is_cancelled:
            self._stream.put(self._finish("cancelled"))
        else:
            self._stream.put(EngineDied("The engine was stopped while it answered; another attempt may succeed."))

    async def _ask(self) -> FinishReason:
        body = self._body()
        attempt = 0
        while True:
            try:
                return await self._try(body, attempt)
            except _Again as again:
                attempt += 1
                if attempt == ATTEMPTS:
                    raise again.error from again
                log.info("%s: trying again in %.1f s: %s", self._remote.base_url, again.seconds, again)
                self._stream.put(Loading("the remote server is busy, trying again", 0.0))
                await asyncio.sleep(again.seconds)

    def _path(self) -> str:
        return path_of(self._request)

    def _body(self) -> dict[str, Any]:
        """Raises EngineError."""
        return body_of(self._model, self._request, self._remote)

    async def _try(self, body: dict[str, object], attempt: int) -> FinishReason:
        try:
            self._status = 0
            check_address(self._remote.base_url, self._remote.allow_private)
            url = f"{self._remote.base_url}{self._path()}"
            async with self._client.stream("POST", url, json=body) as response:
                self._status = response.status_code
                if response.status_code != 200:
                    await self._refused(response, attempt)
                return await self._read(response)
        except AddressRefused as error:
            raise ModelUnavailable(str(error)) from error
        except httpx2.HTTPError as error:
            raise self._trouble(error, attempt) from error

    async def _read(self, response: httpx2.Response) -> FinishReason:
        if "text/event-stream" not in response.headers.get("content-type", ""):
            return self._pass_on(read_piece((await response.aread()).decode(errors="replace"))) or "stop"
        reason: FinishReason | None = None
        async for event in httpx2.EventSource(response):
            if event.data.strip() == "[DONE]":
                return reason or "stop"
            if event.data:
                reason = self._pass_on(read_piece(event.data)) or reason
        if reason is None:
            raise httpx2.RemoteProtocolError("the stream ended before the answer did")
        return reason

    def _pass_on(self, piece: Piece) -> FinishReason | None:
        if piece.prompt_tokens is not None:
            self._prompt_tokens = piece.prompt_tokens
        if piece.completion_tokens is not None:
            self._completion_tokens = piece.completion_tokens
        text = self._calls.write(piece.text, piece.tool_calls)
        if text or piece.logprobs:
            # We do not know the server's tokens; the number of the piece stands for them when an answer is continued.
            self._stream.put(Chunk(text, (self._shown + self._pieces,), logprobs=piece.logprobs))
            self._pieces += 1
        return piece.reason

    async def _refused(self, response: httpx2.Response, attempt: int) -> None:
        said = await beginning_of(response, LONGEST_ERROR_BYTES)
        error = error_of(response.status_code, said, self._remote.key)
        seconds = seconds_to_wait(response.status_code, response.headers.get("retry-after", ""), attempt)
        raise error if seconds is None else _Again(error, seconds)

    def _trouble(self, error: httpx2.HTTPError, attempt: int) -> Exception:
        reason = f"{type(error).__name__}: {error}"[:200]
        log.warning("%s: %s", self._remote.base_url, reason)
        if self._pieces:
            if self._remote.continuation or self._request.messages[-1].role == "prompt":
                return EngineDied("The connection to the remote server was lost; another attempt may succeed.")
            return EngineError(
                "The connection to the remote model was lost in the middle of the answer; please ask again."
            )
        self._status = 0
        said = not_reached(error)
        return said if isinstance(error, httpx2.ReadTimeout) else _Again(said, 0.5 * 2**attempt)

    def _finish(self, reason: FinishReason) -> Chunk:
        counted = self._completion_tokens if self._completion_tokens is not None else self._pieces
        return Chunk(self._calls.close(), finish=Finish(reason, self._prompt_tokens, self._shown + counted))


def _client_for(remote: RemoteSpec) -> httpx2.AsyncClient:
    """Calls the address that was looked at and no other: no redirects, no proxy from the environment."""
    context = httpx2.create_ssl_context(trust_env=False)
    transport = httpx2.AsyncHTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore2.AsyncConnectionPool(
        ssl_context=context,
        max_connections=CONNECTIONS,
        max_keepalive_connections=16,
        keepalive_expiry=15,
        network_backend=GuardedBackend(remote.allow_private),
    )
    headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity", **dict(remote.headers)}
    if remote.key:
        headers["Authorization"] = f"Bearer {remote.key}"
    timeout = httpx2.Timeout(remote.read_seconds, connect=remote.connect_seconds)
    return httpx2.AsyncClient(
        transport=transport, headers=headers, timeout=timeout, follow_redirects=False, trust_env=False
    )


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="remote", daemon=True).start()
    return loop
