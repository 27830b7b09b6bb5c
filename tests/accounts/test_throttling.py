"""Guessing is slowed down, for each name and address, without Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from fastchat_site.accounts import throttling
from fastchat_site.accounts.models import Throttle

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SIGNUP = {"password1": "correct horse battery", "password2": "correct horse battery"}


def guess(client: Client, username: str = "alice", password: str = "wrong", **extra: str) -> int:
    return client.post("/accounts/login/", {"username": username, "password": password}, **extra).status_code


def test_after_eight_failures_even_the_right_password_waits(guest: Client, alice: object) -> None:
    assert [guess(guest) for _ in range(8)] == [200] * 8
    response = guest.post("/accounts/login/", {"username": "alice", "password": "correct horse battery"})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assert b"Please wait 15 minutes" in response.content
    assert "_auth_user_id" not in guest.session


def test_other_names_and_other_addresses_are_not_held_up(guest: Client, alice: object, bob: object) -> None:
    for _ in range(9):
        guess(guest)
    assert guess(guest, "alice", "correct horse battery", REMOTE_ADDR="10.0.0.9") == 302
    assert guess(Client(), "bob", "correct horse battery") == 302


def test_a_forged_address_header_opens_no_new_count(guest: Client, alice: object) -> None:
    codes = [guess(guest, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}") for number in range(9)]
    assert codes[-1] == 429


def test_spelling_the_name_differently_opens_no_new_count(guest: Client, alice: object) -> None:
    for name in ("alice", "Alice", "ALICE", " alice", "ａｌｉｃｅ", "alIce", "alice ", "aLICE"):
        assert guess(guest, name) == 200
    assert guess(guest, "alicE") == 429


def test_success_forgets_the_failures(guest: Client, alice: object) -> None:
    for _ in range(7):
        guess(guest)
    assert guess(guest, password="correct horse battery") == 302
    assert [guess(Client()) for _ in range(8)] == [200] * 8


def test_after_the_window_one_may_try_again(guest: Client, alice: object) -> None:
    for _ in range(9):
        guess(guest)
    Throttle.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert guess(guest) == 200


def test_one_address_cannot_try_one_password_on_everybody(guest: Client, monkeypatch) -> None:
    monkeypatch.setattr(throttling, "GUESSES_OF_ADDRESS", 5)
    assert [guess(guest, f"user{number}") for number in range(6)] == [200] * 5 + [429]


def test_an_office_behind_one_address_logs_in_without_being_counted(alice: object, monkeypatch) -> None:
    monkeypatch.setattr(throttling, "GUESSES_OF_ADDRESS", 2)
    assert [guess(Client(), password="correct horse battery") for _ in range(6)] == [302] * 6


def test_accounts_cannot_be_made_by_the_hundred(guest: Client, monkeypatch) -> None:
    monkeypatch.setattr(throttling, "SIGNUPS_OF_ADDRESS", 2)
    codes = [Client().post("/accounts/signup/", {"username": f"u{n}", **SIGNUP}).status_code for n in range(3)]
    assert codes == [302, 302, 429]


def test_the_password_asked_before_a_change_or_a_deletion_cannot_be_guessed_either(as_user, alice: object) -> None:
    client = as_user(alice)
    for _ in range(8):
        assert client.post("/accounts/delete/", {"password": "wrong"}).status_code == 200
    assert client.post("/accounts/delete/", {"password": "correct horse battery"}).status_code == 429
    assert client.post("/accounts/password_change/", {"old_password": "x"}).status_code == 429


def test_the_key_tells_neither_name_nor_address(guest: Client, alice: object) -> None:
    guess(guest)
    assert Throttle.objects.count() == 2
    assert not any("alice" in row.key or "127.0.0.1" in row.key for row in Throttle.objects.all())


def test_old_windows_are_cleaned_away() -> None:
    for number in range(5):
        Throttle.objects.spend("password", f"old{number}", limit=8, period=MINUTE)
    Throttle.objects.update(ends_at=timezone.now() - MINUTE)
    Throttle.objects.spend("password", "new", limit=8, period=MINUTE)
    assert Throttle.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_all_counted() -> None:
    def spend(_number: int) -> bool:
        try:
            return Throttle.objects.spend("password", "alice", "10.0.0.1", limit=8, period=MINUTE) == 0
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(spend, range(40)))
    assert allowed == 8
