"""People in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from chat.models import Conversation

User = get_user_model()
pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


@pytest.fixture
def secret(alice, echo_a) -> Conversation:
    return Conversation.objects.create(owner=alice, model=echo_a, title="a very secret title")


def test_the_administrator_approves_those_who_wait(as_user, ada, guest: Client, settings) -> None:
    settings.SIGNUP = "approval"
    words = "correct horse battery"
    guest.post("/accounts/signup/", {"username": "chen", "password1": words, "password2": words})
    chen = User.objects.get(username="chen")
    client = as_user(ada)
    assert b"chen" in client.get(USERS, {"is_waiting__exact": 1}).content
    done = client.post(USERS, {"action": "approve", "_selected_action": [chen.pk, ada.pk]}, follow=True)
    assert b"1 account approved" in done.content
    assert guest.post("/accounts/login/", {"username": "chen", "password": words}).status_code == 302


def test_the_list_counts_conversations_and_tells_no_title(as_user, ada, staff, alice, secret) -> None:
    for user in (ada, staff):
        page = as_user(user).get(USERS, {"q": "alice"}).content.decode()
        assert '<td class="field-conversations">1</td>' in page
        assert secret.title not in page


def test_deleting_a_person_deletes_everything_and_shows_only_counts(as_user, staff, alice, secret) -> None:
    client = as_user(staff)
    asked = client.get(f"{USERS}{alice.pk}/delete/").content.decode()
    assert "Conversations: 1" in asked.replace("conversations", "Conversations") and secret.title not in asked
    sent = {"action": "delete_selected", "_selected_action": [alice.pk]}
    asked = client.post(USERS, sent).content.decode()
    assert secret.title not in asked
    client.post(USERS, {**sent, "post": "yes"})
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Conversation.objects.exists()


def test_a_person_is_added_and_changed(as_user, ada, alice) -> None:
    client = as_user(ada)
    words = "correct horse battery"
    sent = {"username": "wu", "password1": words, "password2": words, "usable_password": "true"}
    assert client.post(f"{USERS}add/", sent).status_code == 302
    assert User.objects.get(username="wu").check_password(words)
    page = client.get(f"{USERS}{alice.pk}/change/")
    assert page.status_code == 200
    sent = {
        "username": "alice",
        "name": "Alice",
        "theme": "dark",
        "language": "zh-hant",
        "email": "",
        "is_active": "on",
    }
    assert client.post(f"{USERS}{alice.pk}/change/", sent).status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.theme, alice.language) == ("Alice", "dark", "zh-hant")


def test_staff_cannot_raise_themselves_nor_touch_a_superuser(as_user, staff, ada) -> None:
    client = as_user(staff)
    sent = {"username": "sam", "theme": "system", "language": "", "is_active": "on", "is_superuser": "on"}
    assert client.post(f"{USERS}{staff.pk}/change/", sent).status_code == 302
    staff.refresh_from_db()
    assert not staff.is_superuser
    assert client.post(f"{USERS}{ada.pk}/change/", {"username": "gone"}).status_code == 403
    words = "another staple entirely"
    password = {"password1": words, "password2": words, "usable_password": "true"}
    assert client.post(f"{USERS}{ada.pk}/password/", password).status_code == 403
    assert client.post(f"{USERS}{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(USERS, {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"})
    ada.refresh_from_db()
    assert ada.check_password("correct horse battery")


def test_the_last_administrator_cannot_be_deleted(as_user, ada) -> None:
    assert as_user(ada).post(f"{USERS}{ada.pk}/delete/", {"post": "yes"}).status_code == 403


def test_password_hashes_cannot_be_guessed_by_filtering(as_user, staff, alice) -> None:
    response = as_user(staff).get(USERS, {"password__startswith": "md5"})
    assert response.status_code in (302, 400)


def test_the_admin_speaks_chinese(as_user, ada) -> None:
    ada.language = "zh-hant"
    ada.save()
    response = as_user(ada).get("/admin/")
    assert response.status_code == 200
    assert "登出" in response.content.decode()


def test_the_admin_needs_no_inline_script(as_user, ada) -> None:
    assert "default-src 'self'" in as_user(ada).get("/admin/")["Content-Security-Policy"]
