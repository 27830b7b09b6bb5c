"""Keys: made once, shown once, kept as a digest, revoked for ever; the page, the command and the admin."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inference.engine.types import Finish
from inference.models import ApiKey, Endpoint, Generation, Limit, ModelEntry

pytestmark = pytest.mark.django_db

PAGE = "/accounts/api-keys/"
TOKEN = re.compile(r"sk-fc-[\w-]{43}")


def issued(user: Any, **options: Any) -> tuple[ApiKey, str]:
    return ApiKey.issue(user, "test", **options)


def test_the_token_is_kept_nowhere(alice: Any) -> None:
    key, token = issued(alice)
    assert TOKEN.fullmatch(token)
    kept = " ".join(str(value) for value in ApiKey.objects.filter(pk=key.pk).values().get().values())
    assert token not in kept and token[12:] not in kept and token.startswith(key.prefix)
    assert ApiKey.objects.find(token) == key
    assert ApiKey.objects.find(token[:-1]) is None and ApiKey.objects.find(key.digest) is None
    assert token not in repr(key) + str(key)


def test_use_is_noted_once_a_minute(alice: Any, django_assert_num_queries: Any) -> None:
    key, token = issued(alice)
    key.note_use()
    noted = ApiKey.objects.find(token)
    assert noted and noted.last_used_at
    with django_assert_num_queries(0):
        noted.note_use()
    noted.last_used_at -= timedelta(seconds=61)
    noted.save()
    noted.note_use()
    noted.refresh_from_db()
    assert noted.last_used_at > timezone.now() - timedelta(seconds=5)


def test_a_key_is_made_on_the_page_and_shown_once(as_user: Any, alice: Any, echo_a: ModelEntry, echo_b) -> None:
    client = as_user(alice)
    page = client.post(PAGE, {"name": "editor", "expires": "30", "models": [echo_b.pk], "is_read_only": ""})
    (token,) = set(TOKEN.findall(page.content.decode()))
    assert page.headers["Cache-Control"].count("no-store")
    key = ApiKey.objects.find(token)
    assert key and key.user == alice and key.is_restricted and list(key.allowed_models.all()) == [echo_b]
    assert timedelta(days=29) < key.expires_at - timezone.now() < timedelta(days=31)  # type: ignore[operator]
    later = client.get(PAGE).content.decode()
    assert not TOKEN.search(later) and key.prefix in later and "editor" in later


def test_a_form_with_a_fault_makes_nothing(as_user: Any, alice: Any) -> None:
    client = as_user(alice)
    for fields in ({"name": ""}, {"name": "x" * 81}, {"name": "x", "expires": "5"}, {"name": "x", "models": ["999"]}):
        assert client.post(PAGE, fields).status_code == 422
    assert not ApiKey.objects.exists()


def test_only_so_many_keys(as_user: Any, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.api.forms.MOST_KEYS", 1)
    client = as_user(alice)
    assert client.post(PAGE, {"name": "one"}).status_code == 200
    assert client.post(PAGE, {"name": "two"}).status_code == 422
    ApiKey.objects.get().revoke()
    assert client.post(PAGE, {"name": "two"}).status_code == 200


def test_only_the_owner_revokes(as_user: Any, alice: Any, bob: Any) -> None:
    key, _token = issued(alice)
    for number in (key.pk, "x", "-1", "9" * 30, "²", ""):
        assert as_user(bob).post(PAGE, {"revoke": number}).status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None
    assert as_user(alice).post(PAGE, {"revoke": key.pk}).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at and not key.is_usable
    assert not key.revoke()
    assert key.prefix not in as_user(bob).get(PAGE).content.decode()


def test_usage_is_shown_by_day_key_and_model(as_user: Any, alice: Any, bob: Any, echo_a, echo_b) -> None:
    key, _token = issued(alice)
    now = timezone.now()
    for model, days, tokens in [(echo_a, 0, 3), (echo_a, 0, 4), (echo_b, 0, 5), (echo_a, 1, 6), (echo_a, 40, 999)]:
        used(key.requester, alice, model, now - timedelta(days=days), tokens)
    used(issued(bob)[0].requester, bob, echo_a, now, 777)
    used(f"user:{alice.pk}", alice, echo_a, now, 555)  # the chat
    page = as_user(alice).get(PAGE)
    rows = [(row.model.slug, row.requests, row.prompt_tokens, row.completion_tokens) for row in page.context["usage"]]
    assert rows == [("echo-a", 2, 20, 7), ("echo-b", 1, 10, 5), ("echo-a", 1, 10, 6)]
    assert page.context["total"] == {"requests": 4, "prompt_tokens": 40, "completion_tokens": 18, "cost": 0}
    assert "Cost" not in page.content.decode()  # nothing has a price


def used(requester: str, user: Any, model: ModelEntry, at: Any, tokens: int) -> None:
    generation = Generation.objects.create(model=model, user=user, requester=requester, prompt=[])
    generation.created_at = at
    assert generation.begin("worker") and generation.finish("x", Finish("stop", 10, tokens))


@pytest.mark.django_db(transaction=True)
def test_limits_are_shown_with_what_is_left(valkey: Any, as_user: Any, alice: Any, bob: Any, echo_a) -> None:
    issued(alice)
    Limit.objects.create(user=alice, requests_per_minute=7)
    Limit.objects.create(tokens_per_day=1234)
    Limit.objects.create(user=bob, requests_per_minute=99)
    page = as_user(alice).get(PAGE).content.decode()
    assert "7 of 7 requests per minute" in page and "1,234" not in page and "1234 of 1234 tokens per day" in page
    assert "of 99" not in page


def test_the_page_works_while_valkey_is_away(as_user: Any, alice: Any, settings: Any) -> None:
    from inference import valkey as connections

    settings.REDIS_URL = "redis://127.0.0.1:1"
    connections.client.cache_clear()
    Limit.objects.create(user=alice, requests_per_minute=7)
    assert "not known at present" in as_user(alice).get(PAGE).content.decode()
    connections.client.cache_clear()


def test_the_command_prints_the_key_alone(alice: Any, echo_a: ModelEntry) -> None:
    out = StringIO()
    call_command("createapikey", "ALICE", "--name", "editor", "--models", "echo-a", "--days", "3", stdout=out)
    token = out.getvalue().rstrip("\n")
    key = ApiKey.objects.find(token)
    assert key and TOKEN.fullmatch(token)
    assert (key.name, key.user, key.is_restricted, key.expires_at is not None) == ("editor", alice, True, True)


@pytest.mark.parametrize(
    "arguments",
    [["nobody"], ["alice", "--days", "0"], ["alice", "--name", " "], ["alice", "--models", "none-such"]],
)
def test_the_command_refuses_in_a_sentence(alice: Any, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("createapikey", *arguments)
    assert not ApiKey.objects.exists()


def test_the_admin_never_shows_a_secret(as_user: Any, ada: Any, alice: Any, echo_a: ModelEntry) -> None:
    key, token = issued(alice)
    endpoint = Endpoint(name="far", base_url="https://api.example.com/v1")
    endpoint.set_key("very-secret")
    endpoint.save()
    Limit.objects.create(user=alice, model=echo_a, tokens_per_day=5)
    client = as_user(ada)
    for path in (
        *("apikey/", f"apikey/{key.pk}/change/", "endpoint/", f"endpoint/{endpoint.pk}/change/", "endpoint/add/"),
        *("limit/", "limit/add/", f"apikey/?q={key.prefix}", "modelentry/add/"),
    ):
        page = client.get(f"/admin/inference/{path}")
        assert page.status_code == 200, path
        text = page.content.decode()
        for secret in (token, key.digest, "very-secret", endpoint.encrypted_key):
            assert secret not in text, path
    for guess in (f"apikey/?digest__startswith={key.digest[0]}", "endpoint/?encrypted_key__startswith=g"):
        assert client.get(f"/admin/inference/{guess}").status_code in (302, 400), guess
    assert client.get("/admin/inference/apikey/add/").status_code == 403
    assert client.post(f"/admin/inference/apikey/{key.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/inference/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at
