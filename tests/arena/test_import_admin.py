"""Uploading a file of votes in the admin: the same checks as the command, and rows that nobody changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from arena.counting import rebuild
from arena.importing import import_votes
from arena.models import Contestant, ImportedVote, PairCount, Scope, VoteImport

pytestmark = pytest.mark.django_db

GOOD = json.dumps([{"model_a": "vicuna", "model_b": "alpaca", "winner": "model_a"}]).encode()
UPLOAD = "admin:arena_voteimport_add"


@pytest.fixture
def admin(as_user: Any, ada: Any) -> Client:
    browser: Client = as_user(ada)
    return browser


def upload(client: Client, content: bytes, **fields: str) -> Any:
    data = {"format": "auto", **fields, "file": SimpleUploadedFile("votes.json", content)}
    return client.post(reverse(UPLOAD), data, follow=True)


def test_the_form_says_what_happens(admin: Client) -> None:
    page = admin.get(reverse(UPLOAD)).content.decode()
    assert "a leaderboard of their own" in page and 'type="file"' in page and "arena-rank" in page


def test_a_good_file_is_imported_and_shown(admin: Client, ada: Any) -> None:
    response = upload(admin, GOOD, name="Spring")
    source = VoteImport.objects.get()
    assert response.redirect_chain[-1][0] == reverse("admin:arena_voteimport_change", args=[source.pk])
    page = response.content.decode()
    assert "1 vote of Spring was imported" in page and f"import:{source.sha256[:12]}" in page
    assert 'name="_save"' not in page
    assert LogEntry.objects.get().user == ada
    listed = admin.get(reverse("admin:arena_importedvote_changelist"), {"source__id__exact": source.pk})
    assert "vicuna" in listed.content.decode()
    vote = ImportedVote.objects.get()
    row = admin.get(reverse("admin:arena_importedvote_change", args=[vote.pk])).content.decode()
    assert "alpaca" in row and 'name="_save"' not in row and "deletelink" not in row


def test_a_bad_file_is_refused_with_every_place(admin: Client) -> None:
    bad = json.dumps([{"model_a": "<b>x</b>", "model_b": "<b>x</b>", "winner": "?"}, 7]).encode()
    page = upload(admin, bad).content.decode()
    assert "Entry 1 (line 1)" in page and "Entry 2 (line 1)" in page and "Nothing was imported." in page
    assert "<b>x</b>" not in page and "&lt;b&gt;x&lt;/b&gt;" in page
    assert not VoteImport.objects.exists() and not LogEntry.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_text_is_refused_in_a_sentence(admin: Client, content: bytes) -> None:
    assert "Nothing was imported." in upload(admin, content).content.decode()


def test_the_same_file_twice(admin: Client) -> None:
    upload(admin, GOOD)
    assert "is here already" in upload(admin, GOOD).content.decode()
    assert ImportedVote.objects.count() == 1


def test_a_file_can_be_taken_back(admin: Client) -> None:
    source = import_votes(GOOD, "Spring").source
    other = import_votes(GOOD + b"\n", "Summer").source
    question = admin.get(reverse("admin:arena_voteimport_delete", args=[source.pk])).content.decode()
    assert "Spring with 1 vote" in question
    admin.post(reverse("admin:arena_voteimport_delete", args=[source.pk]), {"post": "yes"})
    assert list(VoteImport.objects.all()) == [other] and Contestant.objects.count() == 2
    admin.post(
        reverse("admin:arena_voteimport_changelist"),
        {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"},
    )
    assert not VoteImport.objects.exists() and not Contestant.objects.exists() and not Scope.objects.exists()
    assert not PairCount.objects.exists() and rebuild() == 0


def test_staff_without_the_right_may_not(as_user: Any, bob: Any) -> None:
    bob.is_staff = True
    bob.save()
    client = as_user(bob)
    assert upload(client, GOOD).status_code == 403
    assert client.get(reverse("admin:arena_importedvote_changelist")).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_voteimport"))
    source = import_votes(GOOD, "Spring").source
    assert client.get(reverse("admin:arena_voteimport_change", args=[source.pk])).status_code == 200
    assert client.get(reverse(UPLOAD)).status_code == 403
    client.post(reverse("admin:arena_voteimport_delete", args=[source.pk]), {"post": "yes"})
    assert VoteImport.objects.exists()


def test_rows_cannot_be_changed(admin: Client) -> None:
    import_votes(GOOD, "Spring")
    vote = ImportedVote.objects.get()
    admin.post(reverse("admin:arena_importedvote_change", args=[vote.pk]), {"choice": "b"})
    admin.post(reverse("admin:arena_importedvote_delete", args=[vote.pk]), {"post": "yes"})
    assert ImportedVote.objects.get().choice == "a"
