"""Language, appearance and profile; sessions that slide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("zh-TW", "zh-hant"),
        ("zh-HK,zh;q=0.8", "zh-hant"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        ("\x00;;q=x", "en"),
    ],
)
def test_a_guest_is_spoken_to_in_the_language_of_the_browser(guest: Client, asked: str, spoken: str) -> None:
    response = guest.get(LOGIN, headers={"accept-language": asked})
    assert response["Content-Language"] == spoken
    assert "Accept-Language" in response["Vary"]


def test_a_guest_keeps_a_choice_in_a_cookie(guest: Client) -> None:
    assert guest.post("/accounts/preferences/", {"language": "zh-hant", "theme": "dark", "next": LOGIN}).url == LOGIN
    response = guest.get(LOGIN, headers={"accept-language": "en"})
    assert response["Content-Language"] == "zh-hant"
    assert response.wsgi_request.theme == "dark"


def test_the_account_comes_before_the_cookie_and_the_cookie_before_the_browser(as_user, alice: object) -> None:
    client = as_user(alice)
    client.cookies["django_language"] = "en"
    client.cookies["theme"] = "light"
    assert client.get("/accounts/settings/", headers={"accept-language": "zh-TW"})["Content-Language"] == "en"
    alice.language, alice.theme = "zh-hant", "dark"
    alice.save()
    response = client.get("/accounts/settings/", headers={"accept-language": "en"})
    assert response["Content-Language"] == "zh-hant"
    assert response.wsgi_request.theme == "dark"


def test_a_choice_is_kept_on_the_account_and_what_was_not_sent_stays(as_user, alice: object) -> None:
    as_user(alice).post("/accounts/preferences/", {"theme": "dark"})
    as_user(alice).post("/accounts/preferences/", {"language": "zh-hant"})
    alice.refresh_from_db()
    assert (alice.language, alice.theme) == ("zh-hant", "dark")
    assert Client().get(LOGIN).wsgi_request.theme == "system"


def test_an_empty_language_follows_the_browser_again(as_user, alice: object) -> None:
    client = as_user(alice)
    client.post("/accounts/preferences/", {"language": "zh-hant"})
    client.post("/accounts/preferences/", {"language": ""})
    assert client.get(LOGIN, headers={"accept-language": "en"}, follow=True)["Content-Language"] == "en"


@pytest.mark.parametrize(
    "choice", [{"language": "xx"}, {"theme": "pink"}, {"language": "../../etc"}, {"theme": "\x00"}]
)
def test_an_unknown_choice_is_refused_and_changes_nothing(as_user, alice: object, choice: dict[str, str]) -> None:
    assert as_user(alice).post("/accounts/preferences/", choice).status_code == 400
    alice.refresh_from_db()
    assert (alice.language, alice.theme) == ("", "system")


def test_a_forged_cookie_changes_nothing(guest: Client) -> None:
    guest.cookies["theme"] = 'dark"><script>'
    guest.cookies["django_language"] = "../../etc/passwd"
    response = guest.get(LOGIN)
    assert response.wsgi_request.theme == "system"
    assert response["Content-Language"] == "en"


def test_preferences_are_changed_by_post_and_lead_back_to_this_site(guest: Client) -> None:
    assert guest.get("/accounts/preferences/").status_code == 405
    assert guest.post("/accounts/preferences/", {"theme": "dark", "next": "//evil.example"}).url == "/"


def test_the_profile_is_changed_and_only_the_profile(as_user, alice: object) -> None:
    sent = {"name": "陳愛麗", "email": "new@example.com", "language": "zh-hant", "theme": "light"}
    response = as_user(alice).post("/accounts/settings/", {**sent, "is_staff": "on", "username": "root"})
    assert response.status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.email, alice.language, alice.theme) == tuple(sent.values())
    assert (alice.username, alice.is_staff) == ("alice", False)
    assert alice.get_short_name() == "陳愛麗"


def test_the_settings_page_offers_each_language_in_its_own_words(as_user, alice: object) -> None:
    page = as_user(alice).get("/accounts/settings/").content.decode()
    assert "繁體中文" in page and "English" in page


def test_a_session_slides_but_costs_one_write_a_day(as_user, alice: object, django_assert_num_queries) -> None:
    client = as_user(alice)
    client.get("/accounts/settings/")
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    client.get("/accounts/settings/")
    assert Session.objects.get().expire_date < timezone.now() + timedelta(days=2), "written twice in a day"

    session = client.session
    session["seen"] = "2020-01-01"
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    response = client.get("/accounts/settings/")
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=80)
    assert response.cookies["sessionid"]["max-age"] == 90 * 24 * 3600


def test_a_stranger_gets_no_session(guest: Client) -> None:
    guest.get(LOGIN)
    guest.cookies["sessionid"] = "madeup"
    guest.get(LOGIN)
    assert not Session.objects.exists()
