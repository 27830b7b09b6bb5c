"""Deleting one's account takes everything with it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from chat.models import Conversation, Message
from inference.models import Generation

User = get_user_model()
pytestmark = pytest.mark.django_db


@pytest.fixture
def conversations(alice, bob, echo_a) -> None:
    for owner in (alice, bob):
        conversation = Conversation.objects.create(owner=owner, model=echo_a, title="secret")
        question = Message.objects.create(conversation=conversation, role="user", content="secret")
        generation = Generation.objects.create(model=echo_a, user=owner, requester=f"user:{owner.pk}", prompt=[])
        reply = Message.objects.create(
            conversation=conversation, parent=question, role="assistant", generation=generation
        )
        Conversation.objects.filter(pk=conversation.pk).update(leaf=reply)


def test_everything_of_the_person_goes_and_nothing_of_anybody_else(as_user, alice, bob, conversations) -> None:
    here, elsewhere, other = as_user(alice), as_user(alice), as_user(bob)
    response = here.post("/accounts/delete/", {"password": "correct horse battery"}, follow=True)
    assert b"is deleted" in response.content
    assert list(User.objects.values_list("username", flat=True)) == ["bob"]
    assert [conversation.owner for conversation in Conversation.objects.all()] == [bob]
    assert Message.objects.count() == 2
    assert [generation.user for generation in Generation.objects.all()] == [bob]
    assert elsewhere.get("/accounts/settings/").status_code == 302
    assert other.get("/accounts/settings/").status_code == 200
    assert Session.objects.filter(session_key=elsewhere.cookies["sessionid"].value).count() == 0


def test_the_password_is_asked_first(as_user, alice, conversations) -> None:
    client = as_user(alice)
    for sent in ({}, {"password": ""}, {"password": "wrong"}):
        assert b"error-list" in client.post("/accounts/delete/", sent).content
    assert client.get("/accounts/delete/").status_code == 200
    assert User.objects.filter(username="alice").exists()
    assert Conversation.objects.filter(owner=alice).exists()


def test_a_guest_is_sent_to_the_login(guest) -> None:
    assert guest.get("/accounts/delete/").url.startswith("/accounts/login/")


def test_the_last_administrator_stays(as_user, ada) -> None:
    client = as_user(ada)
    assert b"only administrator" in client.post("/accounts/delete/", {"password": "correct horse battery"}).content
    User.objects.create_superuser("eve", password="correct horse battery")
    assert client.post("/accounts/delete/", {"password": "correct horse battery"}).status_code == 302
    assert not User.objects.filter(username="ada").exists()
