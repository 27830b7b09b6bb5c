"""The arena in the admin: weights, corrections, votes taken out, reports; and nothing that anybody wrote."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from arena.models import Battle, Contestant, PairCount, Vote
from arena.voting import cast_vote
from chat.owners import Owner
from inference.models import ModelEntry
from tests.arena.ready_battles import Ready, contestants_named, ready_battle, ready_battles

pytestmark = pytest.mark.django_db
ARENA = "/admin/arena"


@pytest.fixture
def staff(db: None) -> Any:
    """May do everything in the admin and is no superuser."""
    user = get_user_model().objects.create_user("sam", password="correct horse battery", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


@pytest.fixture
def client(as_user: Any, staff: Any) -> Client:
    return as_user(staff)


@pytest.fixture
def pair(db: None) -> list[Contestant]:
    return contestants_named("ant", "bee")


@pytest.fixture
def vote(alice: Any, pair: list[Contestant]) -> Vote:
    owner = Owner(user=alice)
    battle = ready_battle(owner, pair, question="a secret question", answers=("a secret one", "a secret two"))
    return cast_vote(battle=battle, owner=owner, choice="a")


def act(client: Client, action: str, *votes: Vote) -> Any:
    chosen = {"action": action, "_selected_action": [str(vote.pk) for vote in votes]}
    return client.post(f"{ARENA}/vote/", chosen, follow=True)


def overall() -> list[tuple[int, int]]:
    return list(PairCount.objects.filter(scope__kind="overall").values_list("left_wins", "right_wins"))


# --- contestants ------------------------------------------------------------------------------------------------------


def test_every_offered_model_is_a_contestant_as_soon_as_somebody_looks(client: Client, echo_a: ModelEntry) -> None:
    ModelEntry.objects.create(slug="hidden", name="Hidden", backend="echo", is_enabled=False)
    for _ in range(2):
        assert "Echo A" in client.get(f"{ARENA}/contestant/").content.decode()
    assert [contestant.model for contestant in Contestant.objects.all()] == [echo_a]


def test_weight_retirement_and_note_can_be_changed_and_the_name_cannot(client: Client, pair: list[Contestant]) -> None:
    form = {"weight": "2.5", "retired_at": "2026-10-01", "note": "replaced", "name": "forged", "model": ""}
    assert client.post(f"{ARENA}/contestant/{pair[0].pk}/change/", form).status_code == 302
    ant = Contestant.objects.get(pk=pair[0].pk)
    assert (ant.weight, str(ant.retired_at), ant.note, ant.name) == (2.5, "2026-10-01", "replaced", "ant")
    assert ant.model is not None
    bad = client.post(f"{ARENA}/contestant/{ant.pk}/change/", {"weight": "-1"})
    assert bad.status_code == 200 and Contestant.objects.get(pk=ant.pk).weight == 2.5


@pytest.mark.parametrize("kind", ["contestant", "battle", "vote"])
def test_nothing_is_added_or_deleted_there(client: Client, vote: Vote, kind: str) -> None:
    key = {"contestant": Contestant.objects.all()[0].pk, "battle": vote.battle_id, "vote": vote.pk}[kind]
    assert client.get(f"{ARENA}/{kind}/add/").status_code == 403
    assert client.post(f"{ARENA}/{kind}/{key}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(f"{ARENA}/{kind}/").content.decode()


# --- battles ----------------------------------------------------------------------------------------------------------


def test_correcting_a_battle_moves_its_vote(client: Client, vote: Vote) -> None:
    address = f"{ARENA}/battle/{vote.battle_id}/change/"
    form = {"language": "ja", "categories": ["water", "environment"], "state": "open", "mode": "side_by_side"}
    assert client.post(address, form).status_code == 302
    battle = Battle.objects.get()
    assert (battle.language, battle.categories) == ("ja", ["water", "environment"])
    assert (battle.state, battle.mode) == ("voted", "blind")
    rated = PairCount.objects.filter(left_wins=1).values_list("scope__kind", "scope__key")
    assert {("overall", ""), ("language", "ja"), ("category", "water"), ("category", "environment")} <= set(rated)
    assert ("language", "en") not in set(rated)
    assert vote.verdicts.order_by("-id")[0].decided_by == "sam"
    client.post(address, form)
    assert vote.verdicts.count() == 2, "nothing was changed the second time"


def test_a_language_that_does_not_exist_is_refused_and_one_of_its_own_is_kept(client: Client, vote: Vote) -> None:
    Battle.objects.update(language="xx", categories=["our own"])
    address = f"{ARENA}/battle/{vote.battle_id}/change/"
    page = client.get(address).content.decode()
    assert 'value="xx" selected' in page and 'value="our own"' in page
    assert client.post(address, {"language": "nonsense", "categories": ["rubbish"]}).status_code == 200
    assert Battle.objects.get().language == "xx"


# --- votes ------------------------------------------------------------------------------------------------------------


def test_votes_are_taken_out_and_put_back(client: Client, vote: Vote) -> None:
    assert overall() == [(1, 0)]
    assert "1 vote was decided anew." in act(client, "take_out", vote).content.decode()
    assert overall() == [(0, 0)]
    assert "0 votes were decided anew." in act(client, "take_out", vote).content.decode()
    page = client.get(f"{ARENA}/vote/?rated=no").content.decode()
    assert "an administrator took it out" in page and "1 vote" in page
    act(client, "put_back", vote)
    assert overall() == [(1, 0)] and vote.verdicts.count() == 3
    assert f'"/admin/arena/vote/{vote.pk}/change/"' not in client.get(f"{ARENA}/vote/?rated=no").content.decode()


def test_who_may_only_look_at_votes_takes_none_out(as_user: Any, staff: Any, vote: Vote) -> None:
    staff.user_permissions.set(Permission.objects.filter(codename="view_vote"))
    client = as_user(get_user_model().objects.get(pk=staff.pk))
    assert "take_out" not in client.get(f"{ARENA}/vote/").content.decode()
    act(client, "take_out", vote)
    assert overall() == [(1, 0)]
    staff.user_permissions.clear()
    assert as_user(get_user_model().objects.get(pk=staff.pk)).get(f"{ARENA}/vote/voters/").status_code == 403


def test_a_vote_cannot_be_changed_and_its_verdicts_are_shown(client: Client, vote: Vote) -> None:
    act(client, "take_out", vote)
    address = f"{ARENA}/vote/{vote.pk}/change/"
    assert client.post(address, {"choice": "b"}).status_code == 403
    page = client.get(address).content.decode()
    assert "overall" in page and "sam" in page and vote.row_hash in page


def test_nothing_that_anybody_wrote_is_shown(client: Client, vote: Vote) -> None:
    for address in (
        *("battle/", f"battle/{vote.battle_id}/change/", "vote/", f"vote/{vote.pk}/change/"),
        *("vote/voters/", "contestant/", f"battle/?q={'secret'}"),
    ):
        assert "a secret" not in client.get(f"{ARENA}/{address}").content.decode(), address
    for lookup in ("sides__conversation__title__startswith", "sides__conversation__messages__content__startswith"):
        assert client.get(f"{ARENA}/battle/", {lookup: "a"}).status_code == 400
        assert client.get(f"{ARENA}/vote/", {f"battle__{lookup}": "a"}).status_code == 400


# --- reports ----------------------------------------------------------------------------------------------------------


def test_a_voter_who_always_votes_for_one_model_is_marked_and_the_others_are_not(client: Client) -> None:
    """All models are equal; the honest say so, with every outcome, and one guest loves the ant."""
    people = contestants_named("ant", "bee", "cat")
    wanted, choices = [], []
    for number in range(48):
        left, right = people[number % 3], people[(number + 1) % 3]
        is_fan = number % 4 == 0
        wanted.append(Ready(Owner(guest_key="fan" if is_fan else f"honest {number % 4}"), (left, right), f"q {number}"))
        if is_fan and people[0] in (left, right):
            choices.append("a" if left == people[0] else "b")
        else:
            choices.append(("a", "b", "tie", "b", "a", "both_bad")[number // 4 % 6])
    for ready, battle, choice in zip(wanted, ready_battles(wanted), choices, strict=True):
        cast_vote(battle=battle, owner=ready.owner, choice=choice)
    page = client.get(f"{ARENA}/vote/voters/").content.decode()
    lines = [re.sub(r"<[^>]+>|\s+", " ", line) for line in page.split("<tbody>")[1].split("<tr>")[1:]]
    assert len(lines) == 4
    assert "votes for Ant" in lines[0] and re.search(r"Ant +\+\d", lines[0])
    assert "Nobody has cast" not in page
    for key in Vote.objects.values_list("voter_key", flat=True).distinct():
        assert key[:10] in page
    assert "fan" not in page, "who votes is not said"
