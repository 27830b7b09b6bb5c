"""What is said to an OpenAI-compatible server and what it says back, as plain values; no connection is opened here."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import httpx2

from inference.engine.answer_form import Likelihood
from inference.engine.remote_form import form_fields, message_fields, read_logprobs
from inference.engine.types import (
    EngineError,
    EngineRequest,
    FinishReason,
    FormatRefused,
    ModelUnavailable,
    PromptTooLong,
    RemoteSpec,
    ToolsRefused,
)

LONGEST_QUOTE = 300
LONGEST_WAIT_SECONDS = 20.0
BUSY = {408, 425, 429, 500, 502, 503, 504, 529}


@dataclass(frozen=True, slots=True)
class Piece:
    """One event of a streamed answer; None where it says nothing of it."""

    text: str = ""
    reason: FinishReason | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    tool_calls: tuple[Any, ...] = ()
    logprobs: tuple[tuple[Likelihood, ...], ...] = ()


def is_raw(request: EngineRequest) -> bool:
    return request.messages[-1].role == "prompt"


def path_of(request: EngineRequest) -> str:
    return "/completions" if is_raw(request) else "/chat/completions"


def body_of(model: str, request: EngineRequest, remote: RemoteSpec) -> dict[str, Any]:
    """The request; what was shown already stands at its end, so that the answer goes on behind it.

    Raises EngineError when something was shown and the server cannot go on with it.
    """
    params = request.params
    body: dict[str, Any] = {"model": model, "stream": True, "stream_options": {"include_usage": True}}
    if is_raw(request):
        body["prompt"] = request.messages[-1].content + request.shown_text
    else:
        body["messages"] = [message_fields(message) for message in request.messages]
        if request.shown_text:
            _go_on(body, request, remote)
    body |= {"temperature": params.temperature, "top_p": params.top_p}
    if params.max_tokens is not None:
        body["max_tokens"] = max(1, params.max_tokens - len(request.shown_token_ids))
    if params.stop:
        body["stop"] = list(params.stop)
    if params.seed is not None:
        body["seed"] = params.seed
    # Not every server knows these; whoever did not ask for them must not be refused because of them.
    usual = {"presence_penalty": 0.0, "frequency_penalty": 0.0, "top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0}
    body |= {name: getattr(params, name) for name, value in usual.items() if getattr(params, name) != value}
    body |= form_fields(request.form, is_raw(request))
    if params.logit_bias:
        body["logit_bias"] = {str(token_id): bias for token_id, bias in params.logit_bias}
    return {name: value for name, value in body.items() if name not in remote.omitted_fields}


def read_piece(data: str) -> Piece:
    """Raises EngineError for an error that is told within the stream, and for what cannot be read."""
    event = _object(data)
    if error := event.get("error"):
        raise EngineError(f"The remote server broke off the answer: {_quoted(error)}")
    usage = event.get("usage") if isinstance(event.get("usage"), dict) else {}
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    said = choice.get("delta") or choice.get("message") or choice
    text = (said.get("content") or said.get("text") or "") if isinstance(said, dict) else ""
    calls = said.get("tool_calls") if isinstance(said, dict) else None
    return Piece(
        text if isinstance(text, str) else "",
        _reason(choice.get("finish_reason")),
        _count(usage, "prompt_tokens"),
        _count(usage, "completion_tokens"),
        tuple(calls) if isinstance(calls, list) else (),
        read_logprobs(choice.get("logprobs")),
    )


def error_of(status: int, body: str, key: str) -> EngineError:
    """A refusal in one sentence. What the server says is quoted, without our key, should it be so foolish."""
    said = _quoted(body.replace(key, "…") if key else body)
    if status in (401, 403):
        return ModelUnavailable(f"The remote server does not accept our key; an administrator must look at it: {said}")
    if status == 404:
        return ModelUnavailable(f"The remote server does not know this model or this address: {said}")
    if status == 429:
        return EngineError(f"The remote server is busy or our quota there is used up; please try again later: {said}")
    if 300 <= status < 400:
        return ModelUnavailable("The remote server sends us to another address, which is not followed.")
    if status >= 500:
        return EngineError(f"The remote server failed ({status}); please try again: {said}")
    if "context_length_exceeded" in body or "maximum context length" in body:
        return PromptTooLong(f"The question is too long for this remote model: {said}")
    if '"param":"tool' in body.replace(" ", ""):
        return ToolsRefused(f"The remote server refused the request: {said}")
    if '"param":"response_format' in body.replace(" ", ""):
        return FormatRefused(f"The remote server refused the request: {said}")
    return EngineError(f"The remote server refused the request: {said}")


def not_reached(error: Exception) -> EngineError:
    """A server of which not one word came, in one sentence."""
    if isinstance(error, TimeoutError | httpx2.ReadTimeout):
        return EngineError("The remote server did not answer in time; please try again.")
    return ModelUnavailable(f"The remote server cannot be reached ({_cause(error)}); please try again later.")


async def beginning_of(response: httpx2.Response, most: int) -> str:
    """Its text, as far as anybody wants to read: it may have no end."""
    said = bytearray()
    async for data in response.aiter_bytes():
        said += data
        if len(said) > most:
            break
    return said.decode(errors="replace")


def seconds_to_wait(status: int, retry_after: str, attempt: int) -> float | None:
    """Before the same request is sent again; None when that would not help."""
    if status not in BUSY:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = 0.5 * 2**attempt
    return max(0.0, seconds) if seconds <= LONGEST_WAIT_SECONDS else None


def _cause(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        if isinstance(cause, ConnectionRefusedError):
            return "it refuses the connection"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection (TLS) can be made"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _go_on(body: dict[str, Any], request: EngineRequest, remote: RemoteSpec) -> None:
    # A call or an object that was begun cannot be gone on with: the server would begin a new one.
    if not remote.continuation or request.form.tools or request.form.response_format:
        raise EngineError("The connection to the remote model was lost in the middle of the answer; please ask again.")
    body["messages"].append({"role": "assistant", "content": request.shown_text})
    if remote.continuation == "flag":
        body |= {"continue_final_message": True, "add_generation_prompt": False}


def _object(data: str) -> dict[str, Any]:
    try:
        event = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EngineError("The remote server sent something that is no answer.") from error
    if not isinstance(event, dict):
        raise EngineError("The remote server sent something that is no answer.")
    return event


def _reason(told: Any) -> FinishReason | None:
    if told == "content_filter":
        raise EngineError("The remote server's content filter ended this answer.")
    if told is None or told == "":
        return None
    return "length" if told in ("length", "max_tokens") else "stop"


def _count(usage: Any, name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _quoted(said: Any) -> str:
    """The server's own words, short and in one line."""
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except (ValueError, RecursionError):
            return " ".join(said.split())[:LONGEST_QUOTE] or "no reason given"
    if isinstance(said, dict):
        said = said.get("error") or said.get("message") or said.get("detail") or said
    if isinstance(said, dict):
        said = said.get("message") or said
    return " ".join(str(said).split())[:LONGEST_QUOTE] or "no reason given"
