"""Changing a password, and resetting a forgotten one by mail."""

from __future__ import annotations

import re
import threading

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from fastchat_site.accounts import throttling

pytestmark = pytest.mark.django_db
NEW = {"new_password1": "another staple entirely", "new_password2": "another staple entirely"}


def ask(client: Client, email: str) -> None:
    response = client.post("/accounts/password_reset/", {"email": email})
    assert response.url == "/accounts/password_reset/done/"
    for thread in threading.enumerate():
        if thread.name == "password-reset-mail":
            thread.join()


def link_in_mail() -> str:
    found = re.search(r"/accounts/password_reset/\S+/\S+/", mail.outbox[-1].body)
    assert found
    return found[0]


def test_a_forgotten_password_is_reset_by_the_link_in_the_mail(guest: Client, alice: object) -> None:
    ask(guest, "ALICE@example.com")
    assert mail.outbox[0].to == ["alice@example.com"]
    form = guest.get(link_in_mail(), follow=True)
    assert b"new_password1" in form.content
    response = guest.post(form.redirect_chain[-1][0], NEW, follow=True)
    assert response.status_code == 200
    assert guest.login(username="alice", password=NEW["new_password1"])


def test_a_link_works_once(guest: Client, alice: object) -> None:
    ask(guest, "alice@example.com")
    link = link_in_mail()
    guest.post(guest.get(link, follow=True).redirect_chain[-1][0], NEW)
    assert b"used or is too old" in Client().get(link, follow=True).content


@pytest.mark.parametrize("link", ["MQ/abc-123/", "%00/x/", "💥/💥/", "MQ/set-password/"])
def test_a_made_up_link_is_a_clear_sentence(guest: Client, alice: object, link: str) -> None:
    assert b"used or is too old" in guest.get(f"/accounts/password_reset/{link}", follow=True).content


def test_the_page_does_not_tell_whether_an_address_is_known(guest: Client, alice: object) -> None:
    ask(guest, "nobody@example.com")
    alice.is_active = False
    alice.save()
    ask(guest, "alice@example.com")
    assert mail.outbox == []


def test_a_mail_server_that_is_down_looks_the_same_and_is_logged(guest: Client, alice, monkeypatch, caplog) -> None:
    def fail(self: object, messages: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    ask(guest, "alice@example.com")
    assert "could not be sent" in caplog.text


def test_the_link_never_carries_the_secret_to_a_host_that_the_asker_typed(guest: Client, alice, settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    guest.post("/accounts/password_reset/", {"email": "alice@example.com"}, headers={"host": "evil.example"})
    ask(guest, "nobody@example.com")
    assert "evil.example" not in mail.outbox[0].body
    settings.SITE_URL = "https://chat.company.tw/"
    ask(guest, "alice@example.com")
    assert "https://chat.company.tw/accounts/password_reset/" in mail.outbox[1].body
    settings.SITE_URL = ""
    settings.ALLOWED_HOSTS = ["testserver"]
    ask(guest, "alice@example.com")
    assert "http://testserver/accounts/password_reset/" in mail.outbox[2].body


def test_the_mail_speaks_the_language_of_the_account(guest: Client, alice, settings) -> None:
    alice.language = "zh-hant"
    alice.save()
    ask(guest, "alice@example.com")
    assert "alice" in mail.outbox[0].body


def test_neither_a_mailbox_nor_the_server_can_be_flooded(guest: Client, alice: object, monkeypatch) -> None:
    for _ in range(5):
        ask(guest, "alice@example.com")
    assert len(mail.outbox) == throttling.RESETS_OF_MAILBOX
    for _ in range(5):
        ask(guest, "nobody@example.com")
    assert guest.post("/accounts/password_reset/", {"email": "x@example.com"}).status_code == 429


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(as_user, alice: object) -> None:
    here, elsewhere = as_user(alice), as_user(alice)
    assert here.post("/accounts/password_change/", {"old_password": "wrong", **NEW}).status_code == 200
    done = here.post("/accounts/password_change/", {"old_password": "correct horse battery", **NEW})
    assert done.url == "/accounts/settings/"
    assert here.get("/accounts/settings/").status_code == 200
    assert elsewhere.get("/accounts/settings/").status_code == 302
    assert Client().login(username="alice", password=NEW["new_password1"])
