"""What went wrong, as an OpenAI client expects it: a status, and a body that names the field and says what to do."""

from __future__ import annotations

import logging
import math
from typing import Any

import ninja.errors
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from redis import RedisError

from inference.engine.types import PromptTooLong
from inference.services import ModelNotOffered, NotNow, RequestRefused, TooManyRequests

log = logging.getLogger(__name__)

RETRY_SECONDS = 5
REFUSED = "refused_"  # an engine's word for a field that its model cannot do; its name stands behind


class ApiError(Exception):
    """Becomes an answer, or an event of a stream that has begun already."""

    def __init__(
        self, message: str, *, status: int = 400, code: str | None = None, param: str | None = None, retry: float = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param
        self.retry_seconds = retry

    @property
    def type(self) -> str:
        """OpenAI's word for the kind of error."""
        words = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
        return words.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {"message": str(self), "type": self.type, "param": self.param, "code": self.code}}

    def response(self) -> HttpResponse:
        response = JsonResponse(self.body, status=self.status)
        if self.retry_seconds:
            response.headers["Retry-After"] = str(max(1, math.ceil(self.retry_seconds)))
        if self.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        # Django would log every refusal of a stranger as a warning.
        response._has_been_logged = self.status < 500  # type: ignore[attr-defined]
        return response


def from_refusal(error: RequestRefused) -> ApiError:
    """What inference refuses before an answer is begun."""
    if isinstance(error, TooManyRequests):
        return ApiError(str(error), status=429, code="rate_limit_exceeded", retry=error.retry_seconds)
    if isinstance(error, NotNow):
        return ApiError(str(error), status=503, code="not_available", retry=RETRY_SECONDS)
    if isinstance(error, ModelNotOffered):
        return ApiError(str(error), status=404, code="model_not_found", param="model")
    return ApiError(str(error), code="invalid_value")


def from_failure(sentence: str, code: str) -> ApiError:
    """What went wrong while the model answered."""
    if code == PromptTooLong.code:
        return ApiError(sentence, code=code, param="messages")
    if code.startswith(REFUSED):
        return ApiError(sentence, code="unsupported_value", param=code.removeprefix(REFUSED))
    if code == "model_unavailable":
        return ApiError(sentence, status=503, code=code, retry=RETRY_SECONDS)
    return ApiError(sentence, status=500, code=code or "generation_failed")


def install(api: NinjaAPI) -> None:
    """Every exception of the API becomes an ApiError; what nobody expected is in the log and says nothing of itself."""

    def handle(kind: type[Exception], make: Any) -> None:
        api.add_exception_handler(kind, lambda request, error: make(request, error).response())

    handle(ApiError, lambda request, error: error)
    handle(RequestRefused, lambda request, error: from_refusal(error))
    handle(ninja.errors.ValidationError, lambda request, error: _from_validation(error))
    handle(ninja.errors.HttpError, lambda request, error: _from_http(error))
    handle(Http404, lambda request, error: ApiError("There is nothing here.", status=404, code="not_found"))
    handle(RequestDataTooBig, lambda request, error: ApiError("The request is too large.", status=413))
    handle(OperationalError, _away("database"))
    handle(RedisError, _away("message broker"))
    handle(OSError, _away("message broker"))
    handle(Exception, _unexpected)


def _from_validation(error: ninja.errors.ValidationError) -> ApiError:
    """The first fault alone: pydantic lists every way in which a value did not fit."""
    fault = error.errors[0]
    param = ""
    for part in fault["loc"][2:]:  # behind ("body", name of the argument)
        param += f"[{part}]" if isinstance(part, int) else f".{part}" if param else str(part)
    if fault["type"] == "missing" and param:
        return ApiError(f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param)
    if not param:
        return ApiError(f"The body must be a JSON object. {fault['msg']}.", code="invalid_body")
    return ApiError(f"Invalid value for '{param}': {fault['msg']}.", code="invalid_value", param=param)


def _from_http(error: ninja.errors.HttpError) -> ApiError:
    if error.status_code == 400:
        return ApiError("The body of the request is not valid JSON.", code="invalid_json")
    return ApiError(str(error), status=error.status_code)


def _away(what: str) -> Any:
    def make(request: HttpRequest, error: Exception) -> ApiError:
        log.error("%s %s: the %s refused: %s", request.method, request.path, what, error)
        sentence = f"The {what} cannot be used at present. Please try again."
        return ApiError(sentence, status=503, code="not_available", retry=RETRY_SECONDS)

    return make


def _unexpected(request: HttpRequest, error: Exception) -> ApiError:
    log.error("%s %s broke", request.method, request.path, exc_info=error)
    return ApiError("An unexpected error; the administrator finds the details in the log.", status=500, code="internal")
