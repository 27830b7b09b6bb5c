"""Beginning a battle, saying things to all sides, asking again, stopping, going on with one of them."""

from __future__ import annotations

from typing import Any

import pytest

from arena import drawing, services
from arena.models import Battle, Contestant, Side, Turn
from chat.models import Conversation
from chat.owners import Owner
from chat.services import delete_conversation
from inference.engine.types import Finish
from inference.models import Generation, ModelEntry
from inference.services import ModelNotOffered, ModelState, RequestRefused, TooManyRequests

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(alice: Any) -> Owner:
    return Owner(user=alice)


@pytest.fixture
def models(echo_a: ModelEntry, echo_b: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> list[ModelEntry]:
    """Both online, as their worker would say."""
    entries = [echo_a, echo_b]
    monkeypatch.setattr(
        drawing, "offered_models", lambda: [ModelState(entry, "ready") for entry in ModelEntry.objects.offered()]
    )
    return entries


def generations(turn: Turn) -> list[Generation]:
    return [answer.generation for answer in services.answers_of(turn.battle, turn) if answer.generation]


def answer_all(turn: Turn, *texts: str) -> None:
    for generation, text in zip(generations(turn), texts or ("one", "two", "three", "four"), strict=False):
        assert generation.begin("worker")
        assert generation.finish(text, Finish("stop", 1, 1))
    assert services.settle(turn.battle)


def test_a_blind_battle_draws_both_models_and_keeps_the_probability(owner: Owner, models: list[ModelEntry]) -> None:
    battle = services.start_battle(owner=owner, text="What is BOD?").battle
    assert battle.mode == Battle.Mode.BLIND and battle.probability == 1.0
    assert {side.contestant.model for side in battle.sides.all()} == set(models)
    assert (battle.language, battle.hides_names) == ("en", True)
    first, second = (side.conversation for side in battle.sides.all())
    assert first is not None and second is not None
    assert (first.listed_under, second.listed_under) == (None, first)
    assert first.page == second.page == battle.get_absolute_url()
    assert [generation.prompt[-1]["content"] for generation in generations(battle.turns.get())] == ["What is BOD?"] * 2


def test_the_sides_are_a_fair_coin(owner: Owner, models: list[ModelEntry], settings: Any) -> None:
    settings.BATTLES_PER_MINUTE, settings.MAX_ACTIVE_GENERATIONS = 1000, 1000
    left = [services.start_battle(owner=owner, text="x").battle.sides.get(label="a").contestant.name for _ in range(60)]
    assert 12 <= left.count("echo-a") <= 48  # 60 tosses leave this range once in 10 million runs


def test_every_side_hears_the_whole_conversation(owner: Owner, models: list[ModelEntry]) -> None:
    turn = services.start_battle(owner=owner, text="first")
    answer_all(turn, "left", "right")
    second = services.say(battle=turn.battle, owner=owner, text="second")
    prompts = [[message["content"] for message in generation.prompt] for generation in generations(second)]
    assert prompts == [["first", "left", "second"], ["first", "right", "second"]]
    assert second.position == 1


def test_nothing_can_be_said_while_a_side_answers(owner: Owner, models: list[ModelEntry]) -> None:
    turn = services.start_battle(owner=owner, text="first")
    with pytest.raises(RequestRefused, match="still answering"):
        services.say(battle=turn.battle, owner=owner, text="second")
    assert Turn.objects.count() == 1


def test_again_makes_all_sides_answer_once_more(owner: Owner, models: list[ModelEntry]) -> None:
    turn = services.start_battle(owner=owner, text="first")
    answer_all(turn)
    old = generations(turn)
    again = services.ask_again(battle=turn.battle, owner=owner)
    assert (again.attempt, again.ready_at) == (2, None)
    assert not {row.pk for row in generations(again)} & {row.pk for row in old}
    answer_all(again, "other", "words")
    assert [row.text for row in generations(again)] == ["other", "words"]


def test_a_failed_side_makes_a_blind_battle_void_and_again_gives_it_a_new_chance(
    owner: Owner, models: list[ModelEntry]
) -> None:
    turn = services.start_battle(owner=owner, text="first")
    left, right = generations(turn)
    assert left.begin("worker") and left.finish("fine", Finish("stop", 1, 1))
    assert not services.settle(turn.battle), "the other side still answers"
    assert right.fail("no memory")
    assert services.settle(turn.battle)
    battle = Battle.objects.get()
    assert battle.state == Battle.State.VOID
    with pytest.raises(services.BattleClosed):
        services.say(battle=battle, owner=owner, text="second")
    services.ask_again(battle=battle, owner=owner)
    assert Battle.objects.get().state == Battle.State.OPEN


def test_stopping_stops_every_side(owner: Owner, models: list[ModelEntry]) -> None:
    turn = services.start_battle(owner=owner, text="first")
    services.stop_all(turn.battle)
    assert [row.status for row in generations(turn)] == ["stopped", "stopped"]


def test_one_cannot_go_on_with_a_side_before_the_vote(owner: Owner, models: list[ModelEntry]) -> None:
    turn = services.start_battle(owner=owner, text="first")
    answer_all(turn)
    with pytest.raises(services.BattleClosed, match="vote first"):
        services.continue_with(turn.battle.sides.all()[0], owner)
    Battle.objects.update(state=Battle.State.VOTED)
    side = Side.objects.select_related("battle", "conversation").get(label="b")
    chat = services.continue_with(side, owner)
    assert [message.text for message in chat.thread()] == ["first", "two"]
    assert chat.page == "" and chat.model == side.contestant.model


def test_side_by_side_takes_two_to_four_different_models(owner: Owner, models: list[ModelEntry]) -> None:
    with pytest.raises(RequestRefused, match="two to four"):
        services.start_battle(owner=owner, text="x", entries=models[:1])
    with pytest.raises(RequestRefused, match="different"):
        services.start_battle(owner=owner, text="x", entries=[models[0], models[0]])
    battle = services.start_battle(owner=owner, text="x", entries=models).battle
    assert [side.contestant.model for side in battle.sides.all()] == models, "in the order they were chosen"
    assert battle.probability is None and not battle.hides_names
    assert Battle.objects.count() == 1


def test_the_retired_the_weightless_and_the_offline_are_not_drawn(
    owner: Owner, models: list[ModelEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    third = ModelEntry.objects.create(slug="echo-c", name="Echo C", backend=ModelEntry.Backend.ECHO)
    assert {contestant.name for contestant in drawing.eligible()} == {"echo-a", "echo-b", "echo-c"}
    Contestant.objects.filter(name="echo-a").update(weight=0)
    Contestant.objects.filter(name="echo-b").update(retired_at="2026-01-01")
    with pytest.raises(ModelNotOffered, match="1 can answer now"):
        services.start_battle(owner=owner, text="x")
    monkeypatch.setattr(drawing, "offered_models", lambda: [ModelState(third, "offline", "no worker")])
    with pytest.raises(ModelNotOffered, match="0 can answer now"):
        services.start_battle(owner=owner, text="x")
    assert not Battle.objects.exists() and not Conversation.objects.exists()


def test_the_limits_of_an_answer_do_not_tell_the_models_apart(owner: Owner, models: list[ModelEntry]) -> None:
    ModelEntry.objects.filter(slug="echo-a").update(defaults={"max_tokens": 50})
    turn = services.start_battle(owner=owner, text="x")
    assert [generation.params["max_tokens"] for generation in generations(turn)] == [50, 50]


def test_too_many_battles_in_a_minute_are_refused(owner: Owner, models: list[ModelEntry], settings: Any) -> None:
    settings.BATTLES_PER_MINUTE = 1
    services.start_battle(owner=owner, text="x")
    with pytest.raises(TooManyRequests):
        services.start_battle(owner=owner, text="y")
    assert Battle.objects.count() == 1


def test_an_imported_name_is_not_taken_for_a_model_of_this_site(models: list[ModelEntry]) -> None:
    Contestant.objects.create(name="echo-a")
    assert drawing.contestant_of(models[0]).name == "echo-a (local)"
    assert drawing.contestant_of(models[0]).pk == drawing.contestant_of(models[0]).pk


def test_deleting_the_history_row_keeps_the_battle_without_its_texts(owner: Owner, models: list[ModelEntry]) -> None:
    turn = services.start_battle(owner=owner, text="x")
    answer_all(turn)
    conversation = turn.battle.sides.get(label="a").conversation
    assert conversation is not None
    delete_conversation(conversation)
    battle = Battle.objects.get()
    assert [side.conversation for side in battle.sides.all()] == [None, None]
    assert [answer.reply for answer in services.answers_of(battle, turn)] == [None, None]
    assert not Battle.objects.owned_by(owner).exists()
