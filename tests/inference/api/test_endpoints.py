"""Remote servers as rows: what may be entered, how the secret is kept, and what a model of one is."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from inference.engine.remote_address import is_private
from inference.models import Endpoint, ModelEntry

pytestmark = pytest.mark.django_db

URL = "https://api.example.com/v1"


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::a00:1", True),
        ("64:ff9b::808:808", False),
        ("2002:a00:1::", True),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
    ],
)
def test_which_addresses_are_private(address: str, private: bool) -> None:
    assert is_private(ip_address(address)) is private


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://x/v1", "file:///etc/passwd", "javascript:1", "//x/v1", "x", "", "http://", "http://[::1/v1"),
        *("http://127.0.0.1/v1", "http://localhost:11434/v1", "http://[::1]/v1", "http://10.0.0.5/v1"),
        *("https://user:secret@x.example/v1", "https://x.example/v1?a=1", "https://x.example/v1#a", "http://x:99999/"),
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Endpoint(name="x", base_url=url).full_clean()
    assert set(caught.value.message_dict) == {"base_url"}


def test_private_addresses_when_they_are_meant(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = True
    Endpoint(name="x", base_url="http://vllm:8000/v1").full_clean()
    Endpoint(name="x", base_url="http://127.0.0.1:11434/v1").full_clean()


def test_a_kept_key_is_encrypted_with_the_secret_of_the_site(settings: Any) -> None:
    endpoint = Endpoint.objects.create(name="x", base_url=URL)
    endpoint.set_key("very-secret")
    endpoint.save()
    again = Endpoint.objects.get()
    assert "very-secret" not in str(Endpoint.objects.values().get())
    assert again.spec.key == "very-secret" and "very-secret" not in repr(again.spec)
    settings.SECRET_KEY = "another"
    assert again.spec.key == "" and "SECRET_KEY has changed" in again.spec.key_fault
    again.set_key("")
    assert (again.spec.key, again.spec.key_fault) == ("", "")


def test_a_variable_goes_before_a_kept_key(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = Endpoint(name="x", base_url=URL, api_key_env="FAR_API_KEY")
    endpoint.full_clean()
    assert "FAR_API_KEY is not set" in endpoint.spec.key_fault
    endpoint.set_key("kept")
    assert (endpoint.spec.key, endpoint.spec.key_fault) == ("kept", "")
    monkeypatch.setenv("FAR_API_KEY", " from-the-environment ")
    assert endpoint.spec.key == "from-the-environment"


@pytest.mark.parametrize("name", ["SECRET_KEY", "ADMIN_PASSWORD", "DATABASE_URL", "PATH", "key", "A B_KEY", "X_KEY\n"])
def test_a_variable_that_is_no_key_cannot_be_sent_away(name: str) -> None:
    with pytest.raises(ValidationError):
        Endpoint(name="x", base_url=URL, api_key_env=name).full_clean()


@pytest.mark.parametrize("headers", [{"A B": "x"}, {"Host": "x"}, {"X": "a\r\nb"}, {"X": 1}, [], "x", {"X": "ü"}])
def test_headers_that_cannot_be_sent(headers: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Endpoint(name="x", base_url=URL, headers=headers).full_clean()
    assert set(caught.value.message_dict) == {"headers"}


def test_a_remote_model_has_a_server_and_a_name_there() -> None:
    endpoint = Endpoint.objects.create(
        name="x", base_url=URL, headers={"X-B": "2", "X-A": "1"}, omitted_fields="seed, "
    )
    entry = ModelEntry(slug="far", name="Far", backend="remote", source="their-name", endpoint=endpoint)
    entry.full_clean()
    entry.save()
    assert entry in ModelEntry.objects.loadable()
    spec = ModelEntry.objects.get().spec
    assert (spec.backend, spec.source) == ("remote", "their-name") and spec.remote
    assert spec.remote.headers == (("X-A", "1"), ("X-B", "2")) and spec.remote.omitted_fields == ("seed",)
    assert hash(spec) == hash(ModelEntry.objects.get().spec)
    expert = ModelEntry(slug="expert", name="Expert", backend="expert", base=entry, system_prompt="You know air.")
    expert.full_clean()
    assert expert.spec == spec
    for fields in ({"endpoint": None}, {"source": ""}, {"backend": "echo"}):
        wrong = ModelEntry(
            **{"slug": "w", "name": "W", "backend": "remote", "source": "m", "endpoint": endpoint, **fields}
        )
        with pytest.raises(ValidationError):
            wrong.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


def test_the_command_makes_model_and_server_together() -> None:
    options = ["--backend", "remote", "--base-url", f"{URL}/", "--api-key-env", "FAR_API_KEY"]
    call_command("addmodel", "gpt-x", *options)
    call_command("addmodel", "gpt-y", *options)
    entry, other = ModelEntry.objects.order_by("slug")
    assert (entry.slug, entry.source, entry.endpoint) == ("gpt-x", "gpt-x", other.endpoint)
    assert Endpoint.objects.get().base_url == URL
    call_command("addmodel", "gpt-z", "--backend", "remote", "--base-url", URL)  # without a key it is another server
    assert Endpoint.objects.count() == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["m", "--backend", "remote"],
        ["m", "--backend", "remote", "--base-url", "http://10.0.0.1/v1"],
        ["m", "--backend", "remote", "--base-url", URL, "--api-key-env", "SECRET_KEY"],
        ["", "--backend", "remote", "--base-url", URL, "--name", "x"],
        ["", "--backend", "echo", "--name", "x", "--base-url", URL],
    ],
)
def test_the_command_refuses_and_leaves_nothing_behind(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("addmodel", *arguments)
    assert not Endpoint.objects.exists() and not ModelEntry.objects.exists()


def test_the_admin_forgets_the_key_when_the_address_changes(as_user: Any, ada: Any) -> None:
    endpoint = Endpoint(name="x", base_url=URL)
    endpoint.set_key("very-secret")
    endpoint.save()
    page = f"/admin/inference/endpoint/{endpoint.pk}/change/"
    fields = {"name": "x", "base_url": URL, "headers": "{}", "connect_seconds": "5", "read_seconds": "60"}
    client = as_user(ada)
    assert client.post(page, {**fields, "name": "y"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.spec.key == "very-secret" and endpoint.name == "y"
    assert client.post(page, {**fields, "base_url": "https://thief.example/v1"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.spec.key == ""
    assert client.post(page, {**fields, "new_key": "typed"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.spec.key == "typed"
    assert client.post(page, {**fields, "forget_key": "on"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.spec.key == ""
