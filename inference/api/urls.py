"""The addresses under /v1/: what OpenAI's clients call, and the page that explains it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import path
from ninja import NinjaAPI

from inference.api import documented, errors
from inference.api.asking import ask, model_for, models_of
from inference.api.auth import KeyAuthentication
from inference.api.bodies import ChatShape, CompletionShape, Shape, pieces, whole_answer
from inference.api.embeddings import EmbeddingsBody
from inference.api.embeddings import answer as answer_with_vectors
from inference.api.errors import ApiError
from inference.api.messages import checked_text, read_messages
from inference.api.schemas import ChatRequest, CompletionRequest, SamplingRequest
from inference.api.threads import in_thread
from inference.engine.types import ChatMessage
from inference.services import ModelState, states_of

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # nginx would hold the words back

api = NinjaAPI(
    title="FastChat",
    version=settings.VERSION,
    description="The models of this site for programs: what OpenAI's clients send and expect. "
    "Keys are made on the page /accounts/api-keys/ and sent as `Authorization: Bearer sk-fc-…`.",
    urls_namespace="v1",
    auth=KeyAuthentication(),
)
errors.install(api)


@api.get(
    "/models",
    url_name="models",
    summary="The models that this key may ask",
    response=documented.answers(documented.ModelList, documented.READING),
)
async def models(request: HttpRequest) -> HttpResponse:
    listed = await in_thread(models_of)(request.auth)  # type: ignore[attr-defined]
    return JsonResponse({"object": "list", "data": [_as_json(state) for state in await in_thread(states_of)(listed)]})


@api.get(
    "/models/{model}",
    url_name="model",
    summary="One of them",
    response=documented.answers(documented.Model, documented.READING),
)
async def model(request: HttpRequest, model: str) -> HttpResponse:
    entry = await in_thread(model_for)(request.auth, model)  # type: ignore[attr-defined]
    return JsonResponse(_as_json((await in_thread(states_of)([entry]))[0]))


@api.post(
    "/chat/completions",
    url_name="chat-completions",
    summary="The next turn of a conversation",
    response=documented.answers(documented.ChatCompletion, documented.ASKING),
    openapi_extra=documented.STREAMED,
)
async def chat_completions(request: HttpRequest, body: ChatRequest) -> HttpResponseBase:
    messages = read_messages(body.messages)
    return await _answer(request, body, [messages], ChatShape())


@api.post(
    "/completions",
    url_name="completions",
    summary="A text, gone on with",
    response=documented.answers(documented.Completion, documented.ASKING),
    openapi_extra=documented.STREAMED,
)
async def completions(request: HttpRequest, body: CompletionRequest) -> HttpResponseBase:
    prompts = [[ChatMessage("prompt", checked_text(text, "prompt"))] for text in body.prompt]
    return await _answer(request, body, prompts, CompletionShape())


@api.post(
    "/embeddings",
    url_name="embeddings",
    summary="Texts turned into vectors",
    response=documented.answers(documented.Embeddings, documented.ASKING),
)
async def embeddings(request: HttpRequest, body: EmbeddingsBody) -> HttpResponse:
    return await answer_with_vectors(request, body)


@api.api_operation(EVERY_METHOD, "/{path:rest}", url_name="unknown", include_in_schema=False)
async def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    sentence = f"There is no {request.method} /v1/{rest[:100]}; /v1/docs lists what there is."
    raise ApiError(sentence, status=404, code="unknown_url")


async def wrong_method(request: HttpRequest) -> HttpResponse:
    raise ApiError(f"This address does not take {request.method}.", status=405, code="method_not_allowed")


async def wrong_method_of_model(request: HttpRequest, model: str) -> HttpResponse:
    return await wrong_method(request)


async def _answer(
    request: HttpRequest, body: SamplingRequest, conversations: list[list[ChatMessage]], shape: Shape
) -> HttpResponseBase:
    answers, headers = await ask(request.auth, body, conversations)  # type: ignore[attr-defined]
    response: HttpResponseBase
    if body.stream:
        await answers.begun()
        events = pieces(answers, shape, body.model, body.wants_usage)
        response = StreamingHttpResponse(events, content_type="text/event-stream", headers=UNBUFFERED)
    else:
        await answers.joined()
        response = JsonResponse(whole_answer(answers, shape, body.model))
    for name, value in {**headers, "x-request-id": str(answers.answers[0].generation.pk)}.items():
        response.headers[name] = value
    return response


def _as_json(state: ModelState) -> dict[str, Any]:
    """As OpenAI has it, and beyond that whether the model can answer, and why not."""
    entry = state.entry
    created = int(entry.created_at.timestamp())
    owner = entry.organisation or "fastchat"
    told = {"id": entry.slug, "object": "model", "created": created, "owned_by": owner}
    return {**told, "state": state.state, "reason": state.reason}


# Without these, ninja refuses a wrong method in plain text, and before anybody has looked at the key.
REFUSALS: list[tuple[str, str, str, Callable[..., Any]]] = [
    ("/models", "models", "GET", wrong_method),
    ("/models/{model}", "model", "GET", wrong_method_of_model),
    ("/chat/completions", "chat-completions", "POST", wrong_method),
    ("/completions", "completions", "POST", wrong_method),
    ("/embeddings", "embeddings", "POST", wrong_method),
]
for address, name, right, refuse in REFUSALS:
    others = [method for method in EVERY_METHOD if method != right]
    api.api_operation(others, address, url_name=name, include_in_schema=False)(refuse)

urlpatterns = [path("", api.urls)]
