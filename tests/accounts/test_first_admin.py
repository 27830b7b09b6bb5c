"""ADMIN_USERNAME and ADMIN_PASSWORD make the first administrator, and never touch anybody else."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from fastchat_site.accounts.first_admin import ensure_first_admin

User = get_user_model()
pytestmark = pytest.mark.django_db


def test_the_administrator_is_made_once() -> None:
    assert ensure_first_admin("ada", "correct horse battery")
    assert not ensure_first_admin("ada", "correct horse battery")
    ada = User.objects.get()
    assert ada.is_superuser and ada.is_staff and ada.check_password("correct horse battery")


def test_the_password_of_an_account_that_exists_is_never_changed(alice) -> None:
    assert not ensure_first_admin("ALICE", "another staple entirely")
    alice.refresh_from_db()
    assert alice.check_password("correct horse battery")


def test_who_took_the_name_before_is_not_promoted(alice, caplog) -> None:
    assert not ensure_first_admin("alice", "another staple entirely")
    alice.refresh_from_db()
    assert not alice.is_superuser
    assert "ordinary account" in caplog.text


@pytest.mark.parametrize(
    ("username", "password", "word"),
    [
        ("ada", "", "empty"),
        ("ada", "12345678", "weak"),
        ("ada", "ada", "weak"),
        ("a b", "correct horse battery", "USERNAME"),
    ],
)
def test_what_cannot_be_used_is_one_clear_sentence(username: str, password: str, word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=word):
        ensure_first_admin(username, password)
    assert not User.objects.exists()
