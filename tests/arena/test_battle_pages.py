"""The pages of battles: what is shown when, what is refused, and that everything works without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arena.models import Battle, Vote
from chat.models import Conversation
from inference.models import Generation, ModelEntry
from tests.arena.battles import HTMX, answer, answer_all, be_online, generation_of

pytestmark = pytest.mark.django_db
BATTLE, SIDE_BY_SIDE = "/arena/battle/", "/arena/side-by-side/"


@pytest.fixture
def browser(alice: Any, as_user: Any, echo_a: ModelEntry, echo_b: ModelEntry, monkeypatch: Any) -> Client:
    be_online(monkeypatch)
    return as_user(alice)


@pytest.fixture
def blind(browser: Client) -> Battle:
    browser.post(BATTLE, {"message": "What is PM2.5?"})
    return Battle.objects.get()


@pytest.fixture
def named(browser: Client) -> Battle:
    browser.post(SIDE_BY_SIDE, {"message": "What is BOD?", "model": ["echo-b", "echo-a"]})
    return Battle.objects.get()


def path(name: str, battle: Battle) -> str:
    return reverse(f"arena-{name}", args=[battle.pk])


def page_of(browser: Client, battle: Battle) -> str:
    return browser.get(battle.get_absolute_url()).content.decode()


# --- beginning --------------------------------------------------------------------------------------------------------


def test_the_arena_begins_with_a_battle(browser: Client) -> None:
    assert browser.get("/arena/").url == BATTLE
    page = browser.get(BATTLE, {"message": "Is it <so>?"}).content.decode()
    assert 'name="message"' in page and "Is it &lt;so&gt;?" in page
    assert 'name="model"' not in page
    for name in ("Battle", "Side by side", "Leaderboard"):
        assert name in page


def test_a_question_begins_a_blind_battle_without_javascript(browser: Client) -> None:
    response = browser.post(BATTLE, {"message": "", "suggestion": "What is PM2.5?"})
    battle = Battle.objects.get()
    assert response.url == battle.get_absolute_url() == f"/arena/battle/{battle.pk}/"
    page = page_of(browser, battle)
    assert page.count("What is PM2.5?") >= 2 and "Model A" in page and "Model B" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert f'id="row-{battle.sides.get(label="a").conversation_id}"' in page
    assert re.search(r'aria-current="page">[^\n]*<svg', page), "the battle's row is the current one"


def test_with_htmx_the_page_goes_on_without_a_reload(browser: Client) -> None:
    response = browser.post(BATTLE, {"message": "What is PM2.5?"}, headers=HTMX)
    battle = Battle.objects.get()
    assert response["HX-Push-Url"] == battle.get_absolute_url()
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#main", "outerHTML")
    page = response.content.decode()
    assert f'ws-connect="/ws/battles/{battle.turns.get().pk}/"' in page
    assert 'id="today" hx-swap-oob="afterbegin"' in page


def test_an_empty_question_begins_nothing(browser: Client) -> None:
    response = browser.post(BATTLE, {"message": "  "})
    assert response.status_code == 422 and "Please type a message first." in response.content.decode()
    assert not Battle.objects.exists() and not Conversation.objects.exists()
    assert browser.post(BATTLE, {"message": "x" * 200_000}, headers=HTMX)["HX-Retarget"] == "#composer-error"


def test_a_battle_with_one_model_is_refused_in_a_sentence(browser: Client, echo_b: ModelEntry) -> None:
    ModelEntry.objects.filter(pk=echo_b.pk).update(is_enabled=False)
    response = browser.post(BATTLE, {"message": "What is <b>?"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "A battle needs two models" in page and "What is &lt;b&gt;?" in page
    assert not Battle.objects.exists()


def test_side_by_side_takes_the_models_in_the_chosen_order(browser: Client, named: Battle) -> None:
    assert named.mode == "side_by_side" and named.probability is None
    assert [side.contestant.model.slug for side in named.sides.all()] == ["echo-b", "echo-a"]
    page = page_of(browser, named)
    assert page.index("Echo B") < page.index("Echo A")


def test_the_pickers_begin_with_two_models_and_keep_what_was_chosen(browser: Client) -> None:
    page = browser.get(SIDE_BY_SIDE).content.decode()
    assert re.findall(r'value="(echo-.)" selected', page) == ["echo-a", "echo-b"]
    page = browser.get(SIDE_BY_SIDE, {"model": ["echo-b"]}).content.decode()
    assert re.findall(r'value="(echo-.)" selected', page) == ["echo-b", "echo-a"]
    response = browser.post(SIDE_BY_SIDE, {"message": "", "model": ["echo-b", "echo-a"]})
    assert response.status_code == 422
    assert re.findall(r'value="(echo-.)" selected', response.content.decode()) == ["echo-b", "echo-a"]


@pytest.mark.parametrize("models", [[], ["echo-a"], ["echo-a", "echo-a"], ["echo-a", "no-such"], ["echo-a", "\0x"]])
def test_a_bad_choice_of_models_is_refused(browser: Client, models: list[str]) -> None:
    response = browser.post(SIDE_BY_SIDE, {"message": "What is BOD?", "model": models})
    assert response.status_code == 422 and 'role="alert"' in response.content.decode()
    assert not Battle.objects.exists()


def test_five_models_are_too_many(browser: Client) -> None:
    for letter in "cde":
        ModelEntry.objects.create(slug=f"echo-{letter}", name=letter, backend="echo")
    models = [f"echo-{letter}" for letter in "abcde"]
    assert browser.post(SIDE_BY_SIDE, {"message": "?", "model": models}).status_code == 422
    assert browser.post(SIDE_BY_SIDE, {"message": "?", "model": models[:4]}).status_code == 302


# --- while it is answered ---------------------------------------------------------------------------------------------


def test_a_poll_shows_nothing_but_thinking_until_both_are_complete(browser: Client, blind: Battle) -> None:
    turn = blind.turns.get()
    poll = f"/arena/battle/{blind.pk}/turn/{turn.pk}/"
    answer(blind, "a", "first words")
    page = browser.get(poll).content.decode()
    assert "first words" not in page and page.count("Thinking…") == 2 and 'role="group"' not in page
    answer(blind, "b", "other words")
    page = browser.get(poll).content.decode()
    assert "first words" in page and "other words" in page and "is-active" not in page
    assert 'role="group" aria-label="Vote"' in page


def test_answers_that_the_common_clock_has_not_shown_are_not_complete_yet(browser: Client, blind: Battle) -> None:
    """The shorter one took its time: on the page the longer one is still growing, at the pace of the shorter."""
    answer(blind, "a", "x" * 100, seconds_ago=1.0)
    answer(blind, "b", "y" * 900, seconds_ago=2.0)
    Generation.objects.filter(pk=generation_of(blind, "a").pk).update(first_token_at=blind.created_at)
    assert "xxx" not in page_of(browser, blind)
    for name, data in (("vote", {"vote": "a"}), ("say", {"message": "more"}), ("again", {})):
        assert browser.post(path(name, blind), data).status_code in (409, 422), name
    assert not Vote.objects.exists() and Generation.objects.count() == 2


def test_what_was_stopped_shows_equally_much_of_both_sides(browser: Client, blind: Battle) -> None:
    answer(blind, "a", "x" * 5000, seconds_ago=1.0)
    answer(blind, "b", "y" * 30, seconds_ago=1.0, status="stopped", finish_reason="")
    page = page_of(browser, blind)
    assert "y" * 30 in page and "x" * 30 in page and "x" * 200 not in page
    browser.post(path("vote", blind), {"vote": "a"})
    assert "x" * 5000 in page_of(browser, blind)


def test_stop_stops_all(browser: Client, blind: Battle) -> None:
    assert browser.post(path("stop", blind), headers=HTMX).status_code == 204
    assert set(Generation.objects.values_list("status", flat=True)) == {"stopped"}


def test_nothing_can_be_said_while_one_side_answers(browser: Client, blind: Battle) -> None:
    answer(blind, "a", "ready")
    response = browser.post(path("say", blind), {"message": "keep <this>"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "still answering" in page and "keep &lt;this&gt;" in page
    assert blind.turns.count() == 1


def test_the_next_question_goes_to_both(browser: Client, blind: Battle) -> None:
    answer_all(blind, a="one", b="two")
    response = browser.post(path("say", blind), {"message": "And O3?"}, headers=HTMX)
    page = response.content.decode()
    turn = blind.turns.get(position=1)
    assert f'id="turn-{turn.pk}"' in page and "And O3?" in page and page.count('id="turn-') == 1
    assert 'id="judgement" class="judgement" hx-swap-oob="outerHTML"' in page and 'name="vote"' not in page
    first = browser.get(f"/arena/battle/{blind.pk}/turn/{blind.turns.get(position=0).pk}/").content.decode()
    assert "one" in first and 'name="vote"' not in first, "the battle as a whole is not answered"
    answer_all(blind, a="three", b="four")
    whole = page_of(browser, blind)
    positions = [whole.index(words) for words in ("one", "two", "And O3?", "three", "four")]
    assert positions == sorted(positions)


def test_again_makes_both_anew(browser: Client, blind: Battle) -> None:
    answer_all(blind, a="one", b="two")
    response = browser.post(path("again", blind), headers=HTMX)
    assert response.status_code == 200 and "is-active" in response.content.decode()
    assert Generation.objects.active().count() == 2 and blind.turns.get().attempt == 2
    answer_all(blind, a="uno", b="due")
    page = page_of(browser, blind)
    assert "uno" in page and "one" not in page.split('id="thread"')[1]


# --- the vote ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["a", "b", "tie", "both_bad"])
def test_a_vote_is_kept_and_then_the_names_are_told(browser: Client, blind: Battle, choice: str) -> None:
    answer_all(blind, a="one", b="two")
    assert "Echo" not in page_of(browser, blind)
    assert browser.post(path("vote", blind), {"vote": choice}).url == blind.get_absolute_url()
    assert Vote.objects.get().choice == choice
    page = page_of(browser, blind)
    assert "Go on with Echo A" in page and "Go on with Echo B" in page
    assert re.search(r"<textarea[^>]* disabled", page)
    assert 'name="vote"' not in page


def test_with_htmx_the_names_slide_in(browser: Client, blind: Battle) -> None:
    answer_all(blind, a="one", b="two")
    page = browser.post(path("vote", blind), {"vote": "b"}, headers=HTMX).content.decode()
    assert page.count("is-revealed") == 2 and page.count('hx-swap-oob="outerHTML"') == 3
    assert "You found B better" in page and page.count("your choice") == 1
    assert 'aria-live="polite"' in page and 'tabindex="-1"' in page


@pytest.mark.parametrize("htmx", [False, True])
def test_the_second_vote_is_a_conflict_and_shows_the_first(browser: Client, blind: Battle, htmx: bool) -> None:
    answer_all(blind, a="one", b="two")
    headers = HTMX if htmx else {}
    browser.post(path("vote", blind), {"vote": "a"}, headers=headers)
    response = browser.post(path("vote", blind), {"vote": "b"}, headers=headers)
    assert response.status_code == 409
    page = response.content.decode()
    assert "You found A better" in page and "Echo A" in page and "Echo B" in page
    assert Vote.objects.get().choice == "a"


def test_a_vote_before_the_end_and_a_nonsense_vote(browser: Client, blind: Battle) -> None:
    answer(blind, "a", "one")
    assert browser.post(path("vote", blind), {"vote": "a"}).status_code == 409
    assert browser.post(path("vote", blind), {"vote": "a"}, headers=HTMX)["HX-Retarget"] == "#composer-error"
    answer(blind, "b", "two")
    for nonsense in ("", "c", "A", "left", "\0", "x" * 10_000):
        assert browser.post(path("vote", blind), {"vote": nonsense}).status_code == 422, nonsense
    assert not Vote.objects.exists() and "Echo" not in page_of(browser, blind)


def test_a_vote_that_does_not_count_says_why(browser: Client, blind: Battle) -> None:
    answer_all(blind, a="I am Echo B.", b="two")
    page = browser.post(path("vote", blind), {"vote": "a"}, follow=True).content.decode()
    assert "does not count for the leaderboard: an answer named a model." in page


def test_three_sides_are_judged_by_the_best(browser: Client) -> None:
    ModelEntry.objects.create(slug="echo-c", name="Echo C", backend="echo")
    browser.post(SIDE_BY_SIDE, {"message": "?", "model": ["echo-a", "echo-b", "echo-c"]})
    battle = Battle.objects.get()
    answer_all(battle, a="one", b="two", c="three")
    page = page_of(browser, battle)
    assert re.findall(r'name="vote" value="(\w+)"', page) == ["a", "b", "c", "tie", "both_bad"]
    assert "C is best" in page and "All are bad" in page
    assert browser.post(path("vote", battle), {"vote": "d"}).status_code == 422
    page = browser.post(path("vote", battle), {"vote": "c"}, follow=True).content.decode()
    assert "You found C best" in page and not re.search(r"<textarea[^>]* disabled", page)


def test_a_named_battle_goes_on_after_its_vote(browser: Client, named: Battle) -> None:
    answer_all(named, a="one", b="two")
    browser.post(path("vote", named), {"vote": "tie"})
    assert browser.post(path("say", named), {"message": "more"}).url == named.get_absolute_url()
    answer_all(named, a="three", b="four")
    page = page_of(browser, named)
    assert "You called it a tie" in page and 'name="vote"' not in page


def test_a_named_side_that_failed_is_told(browser: Client, named: Battle) -> None:
    answer(named, "a", "", status="failed", error="The disk is full.")
    answer(named, "b", "two")
    page = page_of(browser, named)
    assert "The disk is full." in page and "two" in page
    assert browser.post(path("vote", named), {"vote": "b"}).status_code == 409


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_one_goes_on_with_a_side_in_the_chat(browser: Client, blind: Battle) -> None:
    answer_all(blind, a="one", b="two")
    assert browser.post(path("continue", blind), {"side": "b"}).status_code == 422
    assert Conversation.objects.filter(page="").count() == 0
    browser.post(path("vote", blind), {"vote": "b"})
    response = browser.post(path("continue", blind), {"side": "b"})
    conversation = Conversation.objects.get(page="")
    assert response.url == conversation.get_absolute_url()
    assert conversation.model == blind.sides.get(label="b").contestant.model
    page = browser.get(response.url).content.decode()
    assert "What is PM2.5?" in page and "two" in page
    for nonsense in ("c", "", "\0", "both"):
        assert browser.post(path("continue", blind), {"side": nonsense}).status_code == 404


def test_a_battle_in_which_a_side_failed_is_void(browser: Client, blind: Battle) -> None:
    answer(blind, "a", "half an answer", status="failed", error="Echo A ran out of memory.")
    answer(blind, "b", "a whole answer")
    page = page_of(browser, blind)
    assert "cannot be judged" in page and "New round" in page
    for secret in ("memory", "half an answer", "a whole answer", "Echo"):
        assert secret not in page
    blind.refresh_from_db()
    assert blind.state == "void"
    assert browser.post(path("vote", blind), {"vote": "b"}).status_code == 409
    assert browser.post(path("continue", blind), {"side": "a"}).status_code == 422
    assert browser.post(path("say", blind), {"message": "more"}).status_code == 422


def test_a_failed_side_stops_the_other(browser: Client, blind: Battle) -> None:
    answer(blind, "a", "", status="failed", error="x")
    page_of(browser, blind)
    assert generation_of(blind, "b").status == "stopped"


def test_the_history_leads_to_the_battle_and_finds_its_words(browser: Client, blind: Battle) -> None:
    answer_all(blind, a="one", b="the rare word zanzibar")
    found = browser.get("/chat/history/", {"q": "zanzibar"}, headers=HTMX).content.decode()
    assert found.count('class="row"') == 1 and f'href="{blind.get_absolute_url()}"' in found
    first = blind.sides.get(label="a").conversation
    assert browser.get(f"/chat/{first.pk}/").url == blind.get_absolute_url()


def test_a_guest_battles_too_and_keeps_it(
    alice: Any, echo_a: Any, echo_b: Any, settings: Any, monkeypatch: Any
) -> None:
    settings.GUEST_CHAT = True
    be_online(monkeypatch)
    guest, other = Client(), Client()
    guest.post(BATTLE, {"message": "What is PM2.5?"})
    battle = Battle.objects.get()
    assert guest.get(battle.get_absolute_url()).status_code == 200
    assert other.get(battle.get_absolute_url()).status_code == 404
    guest.force_login(alice)
    assert guest.get("/chat/").status_code == 200
    assert guest.get(battle.get_absolute_url()).status_code == 200


def test_after_deletion_the_battle_is_gone(browser: Client, blind: Battle) -> None:
    first = blind.sides.get(label="a").conversation
    assert browser.post(f"/chat/{first.pk}/delete/").status_code == 302
    for name in ("say", "vote", "again", "stop", "continue"):
        assert browser.post(path(name, blind), {"vote": "a", "side": "a", "message": "x"}).status_code == 404
    assert browser.get(blind.get_absolute_url()).status_code == 404
