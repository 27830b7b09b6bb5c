"""Logging in and out."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def log_in(client: Client, username: str = "alice", password: str = "correct horse battery", **more: str):
    return client.post("/accounts/login/", {"username": username, "password": password, **more})


def test_the_right_password_logs_in_and_the_wrong_one_does_not(guest: Client, alice: object) -> None:
    assert b"do not match" in log_in(guest, password="wrong").content
    assert "_auth_user_id" not in guest.session
    assert log_in(guest).url == "/"
    assert guest.session["_auth_user_id"] == str(alice.pk)


def test_capitals_in_the_username_make_no_difference(guest: Client, alice: object) -> None:
    assert log_in(guest, username="Alice").status_code == 302


def test_an_unknown_name_is_answered_like_a_wrong_password(guest: Client, alice: object) -> None:
    unknown, wrong = log_in(guest, username="nobody"), log_in(guest, password="wrong")
    assert unknown.status_code == wrong.status_code == 200
    assert b"do not match" in unknown.content and b"do not match" in wrong.content


def test_an_unknown_name_costs_as_many_hashes_as_a_known_one(guest: Client, alice: object, monkeypatch) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashes: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashes.append("hash") or encode(self, *args))
    log_in(guest, password="wrong")
    known, hashes[:] = len(hashes), []
    log_in(guest, username="nobody", password="wrong")
    assert known == len(hashes) == 1


def test_an_account_that_is_switched_off_stays_out_and_loses_its_session(guest: Client, alice: object) -> None:
    log_in(guest)
    alice.is_active = False
    alice.save()
    assert guest.get("/accounts/settings/").url.startswith("/accounts/login/")
    assert b"do not match" in log_in(guest, password="wrong").content
    assert b"switched off" in log_in(guest).content
    assert guest.get("/accounts/settings/").status_code == 302


def test_logging_out_takes_a_post(guest: Client, alice: object) -> None:
    log_in(guest)
    assert guest.get("/accounts/logout/").status_code == 405
    assert guest.post("/accounts/logout/").url == "/"
    assert "_auth_user_id" not in guest.session


def test_a_form_from_another_site_is_refused(alice: object) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict).status_code == 403
    strict.force_login(alice)
    for path in ("/accounts/logout/", "/accounts/delete/", "/accounts/settings/", "/accounts/preferences/"):
        assert strict.post(path).status_code == 403, path


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_never_leads_to_another_site(guest: Client, alice: object, target: str) -> None:
    assert log_in(guest, next=target).url == "/"
    guest.post("/accounts/logout/", {"next": target})
    assert log_in(guest, next="/chat/").url == "/chat/"


def test_a_page_behind_the_login_sends_there_and_back(guest: Client, alice: object) -> None:
    to_login = guest.get("/accounts/settings/").url
    assert to_login == "/accounts/login/?next=/accounts/settings/"
    assert b'value="/accounts/settings/"' in guest.get(to_login).content


def test_the_admin_uses_the_same_throttled_login(guest: Client, alice: object, as_user) -> None:
    response = guest.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")
    assert guest.post("/admin/login/", {"username": "alice", "password": "x"}).url.startswith("/accounts/login/")
    assert as_user(alice).get("/admin/", follow=True).status_code == 403


def test_bad_input_is_an_answer_and_no_crash(guest: Client) -> None:
    for username in ("", "a\x00b", "x" * 100_000, "%_%", "'; DROP TABLE accounts_user; --", "😀"):
        assert log_in(guest, username=username, password="x" * 100_000).status_code in (200, 429)
