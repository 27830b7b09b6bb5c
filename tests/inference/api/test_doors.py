"""Every address under /v1/ is tried without a key, with bad ones, and with one that may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.test import AsyncClient
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from inference.api.auth import KeyAuthentication
from inference.models import ApiKey, ModelEntry

pytestmark = pytest.mark.django_db(transaction=True)

# They show what the API is, and nothing that it holds.
PUBLIC = {"v1/openapi.json": "openapi-json", "v1/docs": "openapi-view", "v1/": "api-root"}
METHODS = ["get", "post", "put", "patch", "delete", "head", "options"]
CHAT = {"model": "echo-a", "messages": [{"role": "user", "content": "x"}]}
BODIES = {"/v1/completions": {"model": "echo-a", "prompt": "x"}}


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and route.startswith("v1/"):
            yield route, pattern.name or ""


def closed_paths() -> list[str]:
    routes = [route for route, _name in addresses() if route not in PUBLIC]
    return ["/" + route.replace("<model>", "echo-a").replace("<path:rest>", "anything/else") for route in routes]


async def call(client: AsyncClient, method: str, path: str, key: str | None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    options: Any = {"data": json.dumps(BODIES.get(path, CHAT)), "content_type": "application/json"}
    sent = {} if method in ("get", "head", "options") else options
    response = await getattr(client, method)(path, headers=headers, **sent)
    return response.status_code, (json.loads(response.content) if method != "head" else None)


@pytest.fixture
def made(alice: Any, echo_a: ModelEntry) -> tuple[ApiKey, str]:
    return ApiKey.issue(alice, "test")


def test_the_walk_finds_the_addresses() -> None:
    names = dict(addresses())
    assert {"models", "model", "chat-completions", "completions", "embeddings", "unknown"} <= set(names.values())
    assert {route: names[route] for route in PUBLIC} == PUBLIC


@pytest.mark.parametrize("path", closed_paths())
@pytest.mark.parametrize("key", [None, "", "wrong", "sk-fc-" + "x" * 43, "sk-fc-ü", "\0"])
async def test_nothing_opens_without_a_key(async_client: AsyncClient, path: str, key: str | None, monkeypatch) -> None:
    monkeypatch.setattr("inference.api.asking.start_generations", lambda **asked: pytest.fail("asked a model"))
    for method in METHODS:
        status, body = await call(async_client, method, path, key)
        assert status == 401, (method, path)
        if body:
            assert set(body["error"]) == {"message", "type", "param", "code"}
            assert body["error"]["type"] == "authentication_error"


async def test_with_a_key_they_do_open(async_client: AsyncClient, made: tuple[ApiKey, str]) -> None:
    """Without this, the test above would also pass if nobody got in."""
    for path in closed_paths():
        statuses = {(await call(async_client, method, path, made[1]))[0] for method in METHODS}
        assert 401 not in statuses and 403 not in statuses, path
    assert (await call(async_client, "get", "/v1/models", made[1]))[0] == 200


async def test_a_wrong_method_is_told_in_the_clients_words(async_client: AsyncClient, made: tuple[ApiKey, str]) -> None:
    for method, path in [("get", "/v1/chat/completions"), ("delete", "/v1/models"), ("put", "/v1/models/echo-a")]:
        status, body = await call(async_client, method, path, made[1])
        assert (status, body["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("fault", ["revoked", "expired", "inactive"])
async def test_a_key_whose_time_is_over(async_client, alice, made: tuple[ApiKey, str], fault: str) -> None:
    key, token = made
    assert (await call(async_client, "get", "/v1/models", token))[0] == 200
    if fault == "revoked":
        assert await database_sync_to_async(key.revoke)()
    elif fault == "expired":
        await ApiKey.objects.filter(pk=key.pk).aupdate(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        await get_user_model().objects.filter(pk=alice.pk).aupdate(is_active=False)
    status, body = await call(async_client, "get", "/v1/models", token)
    assert (status, body["error"]["code"]) == (401, "invalid_api_key")
    assert token not in body["error"]["message"]


async def test_a_read_only_key_asks_nothing(async_client, alice, echo_a) -> None:
    _key, token = await database_sync_to_async(ApiKey.issue)(alice, "reader", is_read_only=True)
    assert (await call(async_client, "get", "/v1/models/echo-a", token))[0] == 200
    for path in ("/v1/chat/completions", "/v1/completions", "/v1/embeddings"):
        status, body = await call(async_client, "post", path, token)
        assert (status, body["error"]["code"]) == (403, "read_only_key")


async def test_a_restricted_key_knows_only_its_models(async_client, alice, echo_a, echo_b) -> None:
    key, token = await database_sync_to_async(ApiKey.issue)(alice, "one", only_models=[echo_b])
    listed = (await call(async_client, "get", "/v1/models", token))[1]["data"]
    assert [model["id"] for model in listed] == ["echo-b"]
    for method, path in [("get", "/v1/models/echo-a"), ("post", "/v1/chat/completions"), ("post", "/v1/completions")]:
        status, body = await call(async_client, method, path, token)
        assert (status, body["error"]["code"]) == (403, "model_not_allowed")
    await echo_b.adelete()  # its last model gone, a key may ask nothing, not everything
    assert (await call(async_client, "get", "/v1/models", token))[1]["data"] == []
    assert key.is_restricted


async def test_a_model_that_is_not_offered_does_not_exist(async_client, made: tuple[ApiKey, str], echo_a) -> None:
    await ModelEntry.objects.filter(pk=echo_a.pk).aupdate(is_enabled=False)
    assert (await call(async_client, "get", "/v1/models", made[1]))[1]["data"] == []
    assert (await call(async_client, "get", "/v1/models/echo-a", made[1]))[0] == 404


async def test_a_session_opens_no_door_of_the_api(async_client: AsyncClient, alice: Any) -> None:
    await async_client.aforce_login(alice)
    assert (await call(async_client, "get", "/v1/models", None))[0] == 401


async def test_the_key_is_also_read_with_odd_spelling(async_client: AsyncClient, made: tuple[ApiKey, str]) -> None:
    for header in (f"bearer {made[1]}", f"BEARER  {made[1]} "):
        response = await async_client.get("/v1/models", headers={"Authorization": header})
        assert response.status_code == 200
    assert KeyAuthentication.openapi_scheme == "bearer"
