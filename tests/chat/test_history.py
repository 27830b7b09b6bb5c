"""The list of conversations: mine, newest first, page by page, found again, renamed, deleted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.history import PAGE_SIZE, history_page
from chat.models import Conversation, Message
from chat.owners import Owner
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(alice: Any, as_user: Any) -> Client:
    return as_user(alice)


@pytest.fixture
def many(alice: Any, echo_a: ModelEntry) -> list[Conversation]:
    """One a day, back from now."""
    now = timezone.now()
    return [
        Conversation.objects.create(
            owner=alice, model=echo_a, title=f"day {number}", updated_at=now - timedelta(days=number)
        )
        for number in range(PAGE_SIZE * 2 + 5)
    ]


def test_pages_join_without_gaps_and_repeated_headings(alice: Any, many: list[Conversation]) -> None:
    seen: list[str] = []
    headings: list[str] = []
    before, pages = "", 0
    while True:
        page = history_page(Owner(user=alice), before=before)
        pages += 1
        for group in page.groups:
            seen += [conversation.title for conversation in group.conversations]
            headings += [] if group.continued else [group.key]
        if not page.next_query:
            break
        before = page.next_query.removeprefix("before=").replace("%3A", ":").replace("%2B", "+")
    assert pages == 3
    assert seen == [f"day {number}" for number in range(len(many))]
    assert headings == ["today", "yesterday", "week", "month", "older"]


def test_equal_moments_are_told_apart(alice: Any, echo_a: ModelEntry) -> None:
    moment = timezone.now()
    for _ in range(PAGE_SIZE + 3):
        Conversation.objects.create(owner=alice, model=echo_a, updated_at=moment)
    first = history_page(Owner(user=alice))
    before = first.next_query.removeprefix("before=").replace("%3A", ":").replace("%2B", "+")
    second = history_page(Owner(user=alice), before=before)
    keys = [
        conversation.pk for page in (first, second) for group in page.groups for conversation in group.conversations
    ]
    assert len(keys) == len(set(keys)) == PAGE_SIZE + 3


def test_the_sidebar_fetches_older_ones_by_itself(browser: Client, many: list[Conversation]) -> None:
    page = browser.get(reverse("chat-new")).content.decode()
    address = re.search(r'hx-get="([^"]+history[^"]+)" hx-trigger="intersect once', page)
    assert address
    fragment = browser.get(address[1].replace("&amp;", "&"), headers=HTMX).content.decode()
    assert "day 40" in fragment
    assert "<html" not in fragment
    assert "<html" in browser.get(address[1].replace("&amp;", "&")).content.decode()


def test_a_broken_place_is_refused(browser: Client) -> None:
    for before in ("x", "1_2_3", "2026-01-01T00:00:00+00:00_zzz_today"):
        assert browser.get(reverse("chat-history"), {"before": before}).status_code == 400


def test_search_looks_into_titles_questions_and_answers(
    browser: Client, alice: Any, bob: Any, echo_a: ModelEntry
) -> None:
    for owner, title, question, answer in (
        (alice, "Soil", "cadmium limits", "See the rules"),
        (alice, "Air", "ozone", "about Cadmium"),
        (alice, "Cadmium", "q", "a"),
        (alice, "Water", "nitrate", "a"),
        (bob, "Cadmium of Bob", "q", "a"),
    ):
        conversation = Conversation.objects.create(owner=owner, model=echo_a, title=title)
        asked = Message.objects.create(conversation=conversation, role="user", content=question)
        generation = Generation.objects.create(
            model=echo_a, requester="x", prompt=[], status="finished", text=answer, ended_at=timezone.now()
        )
        Message.objects.create(conversation=conversation, parent=asked, role="assistant", generation=generation)
    page = browser.get(reverse("chat-history"), {"q": "cadmium"}, headers=HTMX).content.decode()
    assert set(re.findall(r' title="([^"]+)"', page)) == {"Soil", "Air", "Cadmium"}
    assert "Nothing found" in browser.get(reverse("chat-history"), {"q": "%"}, headers=HTMX).content.decode()


def test_renaming(browser: Client, many: list[Conversation]) -> None:
    address = reverse("chat-rename", args=[many[0].pk])
    assert "<html" not in browser.get(address, headers=HTMX).content.decode()
    assert "<html" in browser.get(address).content.decode()
    response = browser.post(address, {"title": "Better <title>"}, headers=HTMX)
    assert "close-dialog" in response["HX-Trigger"]
    assert "Better &lt;title&gt;" in response.content.decode()
    response = browser.post(address, {"title": " "}, headers=HTMX)
    assert response["HX-Retarget"] == "#dialog"
    many[0].refresh_from_db()
    assert many[0].title == "Better <title>"


def test_renaming_the_open_conversation_names_the_window_too(browser: Client, many: list[Conversation]) -> None:
    shown, other = many[0], many[1]
    here = HTMX | {"HX-Current-URL": f"http://testserver{reverse('chat-show', args=[shown.pk])}"}
    for conversation in (shown, other):
        address = reverse("chat-rename", args=[conversation.pk])
        html = browser.post(address, {"title": "New & better"}, headers=here).content.decode()
        assert ("<title>New &amp; better · FastChat</title>" in html) == (conversation == shown)
        assert ('<h1 id="title"' in html) == (conversation == shown)


def test_deleting_asks_first_and_leaves_the_page_only_if_it_showed_it(
    browser: Client, many: list[Conversation]
) -> None:
    shown, other = many[0], many[1]
    here = HTMX | {"HX-Current-URL": f"http://testserver{reverse('chat-show', args=[shown.pk])}"}
    question = browser.get(reverse("chat-delete", args=[other.pk]), headers=here).content.decode()
    assert "day 1" in question
    assert Conversation.objects.filter(pk=other.pk).exists()
    response = browser.post(reverse("chat-delete", args=[other.pk]), headers=here)
    assert "close-dialog" in response["HX-Trigger"]
    response = browser.post(reverse("chat-delete", args=[shown.pk]), headers=here)
    assert response["HX-Redirect"] == reverse("chat-new")
    assert not Conversation.objects.filter(pk__in=[shown.pk, other.pk]).exists()


def test_a_stranger_is_sent_to_the_log_in_page_and_comes_back(guest: Client, many: list[Conversation]) -> None:
    address = reverse("chat-show", args=[many[0].pk])
    assert guest.get(address)["Location"] == f"{reverse('login')}?next={address}"
    headers = HTMX | {"HX-Current-URL": f"http://testserver{address}"}
    response = guest.post(reverse("chat-send", args=[many[0].pk]), {"message": "hi"}, headers=headers)
    assert response["HX-Redirect"] == f"{reverse('login')}?next={address}"


def test_a_guest_may_chat_where_the_setting_allows_it(guest: Client, echo_a: ModelEntry, settings: Any) -> None:
    settings.GUEST_CHAT = True
    response = guest.post(reverse("chat-new"), {"message": "hello", "model": "echo-a"})
    assert "hello" in guest.get(response["Location"]).content.decode()
    assert Client().get(response["Location"]).status_code == 404
