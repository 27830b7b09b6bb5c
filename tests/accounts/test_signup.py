"""Signing up, in the three ways a site may allow it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.test import Client

User = get_user_model()
pytestmark = pytest.mark.django_db
FORM = {"username": "chen", "password1": "correct horse battery", "password2": "correct horse battery"}


def test_a_stranger_signs_up_and_is_logged_in(guest: Client) -> None:
    response = guest.post("/accounts/signup/", FORM)
    assert response.status_code == 302 and response.url == "/"
    assert guest.session["_auth_user_id"] == str(User.objects.get(username="chen").pk)
    assert not User.objects.get(username="chen").is_staff


def test_the_email_is_optional_but_must_be_one(guest: Client) -> None:
    assert b"error-list" in guest.post("/accounts/signup/", {**FORM, "email": "nonsense"}).content
    guest.post("/accounts/signup/", {**FORM, "email": "chen@example.com"})
    assert User.objects.get(username="chen").email == "chen@example.com"


def test_a_name_that_differs_only_in_capitals_is_taken(guest: Client, alice: object) -> None:
    response = guest.post("/accounts/signup/", {**FORM, "username": "ALICE"})
    assert response.status_code == 200 and b"error-list" in response.content
    with pytest.raises(IntegrityError):
        User.objects.create_user("Alice")


def test_a_name_taken_in_the_same_moment_is_an_error_in_the_form(guest: Client, monkeypatch) -> None:
    from fastchat_site.accounts import forms

    def taken(self: object, commit: bool = True) -> None:
        raise IntegrityError

    monkeypatch.setattr(forms.SignUpForm, "save", taken)
    response = guest.post("/accounts/signup/", FORM)
    assert response.status_code == 200 and b"error-list" in response.content


@pytest.mark.parametrize(
    "change",
    [
        {"password2": "another horse battery"},
        {"password1": "password", "password2": "password"},
        {"password1": "83749201", "password2": "83749201"},
        {"username": ""},
        {"username": "x" * 151},
        {"username": "a b"},
        {"username": "a\x00b"},
        {"password1": "", "password2": ""},
    ],
)
def test_bad_input_makes_no_account_and_says_why(guest: Client, change: dict[str, str]) -> None:
    response = guest.post("/accounts/signup/", {**FORM, **change})
    assert response.status_code == 200 and b"error-list" in response.content
    assert not User.objects.exists()


def test_nobody_makes_himself_administrator_by_extra_fields(guest: Client) -> None:
    guest.post("/accounts/signup/", {**FORM, "is_staff": "1", "is_superuser": "1", "is_active": "0"})
    user = User.objects.get(username="chen")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


def test_a_closed_site_says_so(guest: Client, settings) -> None:
    settings.SIGNUP = "closed"
    for response in (guest.get("/accounts/signup/"), guest.post("/accounts/signup/", FORM)):
        assert response.status_code == 403
        assert b"ask an administrator" in response.content
    assert not User.objects.exists()


def test_with_approval_the_account_waits_until_an_administrator_lets_it_in(guest: Client, settings) -> None:
    settings.SIGNUP = "approval"
    response = guest.post("/accounts/signup/", FORM, follow=True)
    assert b"waits for an administrator" in response.content
    assert "_auth_user_id" not in guest.session
    user = User.objects.get(username="chen")
    assert not user.is_active and user.is_waiting

    wrong = guest.post("/accounts/login/", {"username": "chen", "password": "not the password"})
    assert b"do not match" in wrong.content and b"approve" not in wrong.content
    right = guest.post("/accounts/login/", {"username": "chen", "password": FORM["password1"]})
    assert b"waits for an administrator to approve it" in right.content
    assert "_auth_user_id" not in guest.session

    assert user.approve() and not user.approve()
    assert guest.post("/accounts/login/", {"username": "chen", "password": FORM["password1"]}).status_code == 302


def test_a_new_account_follows_the_browser(guest: Client) -> None:
    guest.post("/accounts/signup/", FORM, headers={"accept-language": "zh-TW,zh;q=0.9,en;q=0.5"})
    assert User.objects.get(username="chen").language == ""
    for language, spoken in (("zh-TW", "zh-hant"), ("en", "en")):
        assert guest.get("/accounts/settings/", headers={"accept-language": language})["Content-Language"] == spoken


@pytest.mark.parametrize(("cookie", "language"), [("zh-hant", "zh-hant"), ("en", "en"), ("../../etc", "")])
def test_the_language_chosen_as_a_guest_is_kept_on_the_new_account(guest: Client, cookie: str, language: str) -> None:
    guest.cookies["django_language"] = cookie
    guest.post("/accounts/signup/", FORM, headers={"accept-language": "fr"})
    assert User.objects.get(username="chen").language == language


@pytest.mark.parametrize("password", ["password", "83749201"])
def test_a_weak_password_is_told_where_it_was_typed(guest: Client, password: str) -> None:
    form = guest.post("/accounts/signup/", {**FORM, "password1": password, "password2": password}).context["form"]
    assert "password1" in form.errors and "password2" not in form.errors


def test_two_different_passwords_are_told_at_the_second(guest: Client) -> None:
    form = guest.post("/accounts/signup/", {**FORM, "password2": "another horse battery"}).context["form"]
    assert list(form.errors) == ["password2"]


def test_the_theme_chosen_as_a_guest_is_kept_on_the_new_account(guest: Client) -> None:
    guest.post("/accounts/preferences/", {"theme": "dark"})
    guest.post("/accounts/signup/", FORM)
    assert User.objects.get(username="chen").theme == "dark"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_never_leads_to_another_site(guest: Client, target: str) -> None:
    assert guest.post("/accounts/signup/", {**FORM, "next": target}).url == "/"


def test_the_way_back_leads_to_where_one_came_from(guest: Client) -> None:
    assert guest.post("/accounts/signup/", {**FORM, "next": "/chat/"}).url == "/chat/"


def test_somebody_who_is_logged_in_needs_no_second_account(as_user, alice: object) -> None:
    assert as_user(alice).get("/accounts/signup/").url == "/"
