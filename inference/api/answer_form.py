"""What a program wants beyond plain text, checked and read: logprobs, response_format, tools, tool_choice."""

from __future__ import annotations

import json
import re
from typing import Any

from inference.api.errors import ApiError
from inference.api.messages import checked_text
from inference.api.schemas import ChatRequest, CompletionRequest, SamplingRequest
from inference.engine.answer_form import NAMED, PLAIN, AnswerForm
from inference.engine.json_schema import fault_of, is_too_deep

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
WORDS = ("none", "auto", "required")


def read_form(body: SamplingRequest) -> AnswerForm:
    """Raises ApiError. Looking at a large schema takes some hundredths of a second: not for the event loop."""
    if isinstance(body, CompletionRequest):
        return PLAIN if body.logprobs is None else AnswerForm(logprobs=body.logprobs)
    if not isinstance(body, ChatRequest):
        return PLAIN
    tools = _tools(body.tools or [])
    form = AnswerForm(
        logprobs=_logprobs(body),
        response_format=_response_format(body.response_format),
        tools=json.dumps(tools) if tools else "",
        tool_choice=_tool_choice(body.tool_choice, [tool["function"]["name"] for tool in tools]),
        parallel_tool_calls=body.parallel_tool_calls is not False if tools else True,
    )
    _check_parameters(form)
    return form


def _logprobs(body: ChatRequest) -> int | None:
    if body.logprobs:
        return body.top_logprobs or 0
    if body.top_logprobs:
        raise _wrong("top_logprobs", "needs 'logprobs' to be true.")
    return None


def _response_format(asked: dict[str, Any] | None) -> str:
    kind = "text" if asked is None else asked.get("type")
    if asked is None or kind == "text" or kind == "json_object":
        _only(asked or {}, {"type"}, "response_format")
        return json.dumps(asked) if kind == "json_object" else ""
    if kind != "json_schema":
        raise _wrong("response_format.type", "must be one of text, json_object, json_schema.")
    _only(asked, {"type", "json_schema"}, "response_format")
    described, place = asked.get("json_schema"), "response_format.json_schema"
    if not isinstance(described, dict):
        raise _wrong(place, 'must look like {"name": "…", "schema": {…}}.')
    _only(described, {"name", "schema", "strict", "description"}, place)
    _check_name(described.get("name"), f"{place}.name")
    _check_words(described, place)
    if "schema" not in described:
        raise _wrong(f"{place}.schema", "is missing.")
    if fault := fault_of(described["schema"]):
        raise ApiError(
            f"'response_format': no answer can be held to this schema: {fault}",
            code="invalid_json_schema",
            param="response_format",
        )
    return json.dumps(asked)


def _tools(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = set()
    for number, tool in enumerate(asked):
        place = f"tools[{number}]"
        if tool.get("type") != "function" or not isinstance(tool.get("function"), dict):
            raise _wrong(place, 'must look like {"type": "function", "function": {"name": "…"}}.')
        _only(tool, {"type", "function"}, place)
        function = tool["function"]
        _only(function, {"name", "description", "parameters", "strict"}, f"{place}.function")
        _check_name(function.get("name"), f"{place}.function.name")
        _check_words(function, f"{place}.function")
        if not isinstance(function.get("parameters") or {}, dict):
            raise _wrong(f"{place}.function.parameters", "must be a JSON schema.")
        if function["name"] in names:
            raise _wrong(f"{place}.function.name", "stands there twice.")
        names.add(function["name"])
    if is_too_deep(asked):
        raise _wrong("tools", "must not be nested so deeply.")
    checked_text(json.dumps(asked, ensure_ascii=False), "tools")
    return asked


def _tool_choice(asked: str | dict[str, Any] | None, names: list[str]) -> str:
    if asked is None or asked in ("auto", "none"):
        return asked if isinstance(asked, str) and names else "auto"
    if asked == "required" and names:
        return "required"
    named = asked.get("function") if isinstance(asked, dict) and asked.get("type") == "function" else None
    if isinstance(asked, dict) and isinstance(named, dict) and set(asked) <= {"type", "function"}:
        name = named.get("name")
        if name in names and set(named) == {"name"}:
            return f"{NAMED}{name}"
        raise _wrong("tool_choice", "must name one of 'tools'.")
    if asked in WORDS:
        raise _wrong("tool_choice", "needs 'tools'.")
    raise _wrong("tool_choice", f"must be one of {', '.join(WORDS)}, or name a function.")


def _check_parameters(form: AnswerForm) -> None:
    """Only where the answer is held to them, so that an unusual schema is no trouble to those who do not ask for it."""
    functions = form.callable_tools if form.must_call else form.strict_tools
    for number, tool in enumerate(form.offered_tools):
        parameters = tool["function"].get("parameters")
        if tool["function"] in functions and parameters and (fault := fault_of(parameters)):
            place = f"tools[{number}].function.parameters"
            raise ApiError(
                f"'{place}': no call can be held to this schema: {fault}",
                code="invalid_function_parameters",
                param=place,
            )


def _check_name(name: Any, place: str) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _wrong(place, "must be 1 to 64 letters, digits, - or _.")


def _check_words(values: dict[str, Any], place: str) -> None:
    if not isinstance(values.get("description") or "", str):
        raise _wrong(f"{place}.description", "must be a text.")
    if not isinstance(values.get("strict") or False, bool):
        raise _wrong(f"{place}.strict", "must be true or false.")


def _only(values: dict[str, Any], known: set[str], place: str) -> None:
    for name in values:
        if name not in known:
            raise ApiError(
                f"'{place}.{name[:80]}' is not supported here.",
                code="unsupported_parameter",
                param=f"{place}.{name[:80]}",
            )


def _wrong(place: str, what: str) -> ApiError:
    return ApiError(f"'{place}' {what}", code="invalid_value", param=place)
