"""This site's votes in other arenas' formats: what is counted here is counted there, and nobody's name is in it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arena import drawing, services, voting
from arena.exporting import NothingToExport, export_votes
from arena.importing import import_votes
from arena.models import Battle, PairCount, Scope, Vote
from chat.owners import Owner
from chat.services import delete_conversation
from inference.engine.types import Finish
from inference.models import ModelEntry
from inference.services import ModelState

pytestmark = pytest.mark.django_db


@pytest.fixture
def models(echo_a: ModelEntry, echo_b: ModelEntry, monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[ModelEntry]:
    settings.BATTLES_PER_MINUTE = settings.MAX_ACTIVE_GENERATIONS = 1000
    monkeypatch.setattr(
        drawing, "offered_models", lambda: [ModelState(entry, "ready") for entry in ModelEntry.objects.offered()]
    )
    return [echo_a, echo_b]


def judged(owner: Owner, choice: str, *questions: str, entries: Any = (), answers: str = "a fine answer") -> Battle:
    battle = None
    for question in questions or ("What is BOD?",):
        if battle is None:
            turn = services.start_battle(owner=owner, text=question, entries=entries)
            battle = turn.battle
        else:
            turn = services.say(battle=battle, owner=owner, text=question)
        for number, answer in enumerate(services.answers_of(battle, turn)):
            assert answer.generation is not None and answer.generation.begin("worker")
            assert answer.generation.finish(f"{answers} {number}", Finish("stop", 3, 5))
        services.settle(battle)
    assert battle is not None
    voting.cast_vote(battle=battle, owner=owner, choice=choice)
    return battle


def exported(*args: Any, **options: Any) -> list[dict[str, Any]]:
    return list(json.loads("".join(export_votes(*args, **options))))


def cells(scope: Scope) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = PairCount.objects.filter(scope=scope).values_list(
        "left__name", "right__name", "left_wins", "right_wins", "ties", "both_bad"
    )
    return {(left, right): tuple(numbers) for left, right, *numbers in rows}


def test_nothing_is_an_empty_list(db: None) -> None:
    assert exported() == [] and "".join(export_votes("csv")) == ""


def test_a_fastchat_row(alice: Any, models: list[ModelEntry]) -> None:
    battle = judged(Owner(user=alice), "a", "How is air quality measured?", "And water?")
    (row,) = exported()
    left, right = (side.contestant.name for side in battle.sides.order_by("label"))
    assert row["question_id"] == battle.pk.hex
    assert (row["model_a"], row["model_b"], row["winner"]) == (left, right, "model_a")
    assert (row["judge"], row["turn"], row["anony"], row["language"]) == ("arena_user_1", 2, True, "English")
    assert row["tstamp"] == Vote.objects.get().created_at.timestamp()
    assert [said["role"] for said in row["conversation_a"]] == ["user", "assistant"] * 2
    assert row["conversation_b"][1] == {"role": "assistant", "content": "a fine answer 1", "num_tokens": 5}


def test_an_lmarena_row(alice: Any, models: list[ModelEntry]) -> None:
    judged(Owner(user=alice), "both_bad", "Write a Python function", answers="# Title\n- **one**\n```\n- no\n```")
    (row,) = exported("lmarena")
    assert (row["winner"], row["evaluation_session_id"], row["evaluation_order"]) == ("both_bad", "arena_user_1", 1)
    assert row["conversation_a"][0] == {
        "role": "user",
        "content": [{"type": "text", "text": "Write a Python function", "image": None, "mimeType": None}],
    }
    assert set(row["full_conversation"][0]) == {"user", "model_side_a", "model_side_b"}
    metadata = row["conv_metadata"]
    assert metadata["header_count_a"]["h1"] == 1 and metadata["list_count_b"] == {"ordered": 0, "unordered": 1}
    assert metadata["bold_count_a"] == {"**": 1, "__": 0} and metadata["sum_assistant_a_tokens"] == 5
    assert row["is_code"] and row["language"] == "en"


def test_nobody_is_named(alice: Any, bob: Any, models: list[ModelEntry]) -> None:
    guest = Owner(guest_key="the-key-of-a-guest")
    for owner in (Owner(user=bob), Owner(user=alice), guest, Owner(user=bob)):
        judged(owner, "tie")
    for format in ("fastchat", "fastchat-simple", "lmarena", "csv"):
        text = "".join(export_votes(format))
        for vote in Vote.objects.all():
            assert vote.voter_key not in text
        assert not [word for word in ("alice", "bob", "the-key-of-a-guest", "example.com") if word in text]
    assert [row["judge"] for row in exported()] == [f"arena_user_{n}" for n in (1, 2, 3, 1)]
    first = Vote.objects.order_by("pk")[1]
    assert first.voter_key != Vote.objects.order_by("pk")[0].voter_key
    assert [row["evaluation_order"] for row in exported("lmarena")] == [1, 1, 1, 2]


@pytest.mark.parametrize("format", ["fastchat", "fastchat-simple", "lmarena", "csv"])
def test_an_export_imported_again_counts_the_same(alice: Any, models: list[ModelEntry], format: str) -> None:
    owner = Owner(user=alice)
    for number, choice in enumerate(["a", "b", "tie", "both_bad", "a"]):
        judged(owner, choice, f"Question {number}: why is the sky blue?")
    judged(owner, "a", "Who is better?", entries=models)  # the names were seen: not on the overall board
    text = "".join(export_votes(format, scope="overall"))
    source = import_votes(text.encode(), "again").source
    overall = cells(Scope.objects.get(kind="overall"))
    assert sum(map(sum, overall.values())) == 5
    assert cells(source.scope) == overall
    again = "".join(export_votes(scope=str(source.scope)))
    # PostgreSQL forgets the order of an object's keys; that of a table's columns is kept.
    assert again == text if format == "csv" else json.loads(again) == json.loads(text)


def test_what_is_not_rated_is_written_only_when_asked_for(alice: Any, models: list[ModelEntry]) -> None:
    owner = Owner(user=alice)
    judged(owner, "a")
    judged(owner, "b", "Who are you?")
    assert [row["is_rated"] for row in exported()] == [True]
    assert sorted(row["is_rated"] for row in exported(with_unrated=True)) == [False, True]
    text = "".join(export_votes(with_unrated=True))
    assert import_votes(text.encode(), "all").votes == 1, "what was not rated here is not counted there"


def test_named_votes_say_so(alice: Any, models: list[ModelEntry]) -> None:
    judged(Owner(user=alice), "b", entries=models)
    (row,) = exported()
    assert row["anony"] is False
    assert exported(scope="mode:side_by_side") == [row]


def test_the_best_of_three_is_a_row_for_each_it_beat(alice: Any, models: list[ModelEntry]) -> None:
    third = ModelEntry.objects.create(slug="echo-c", name="Echo C", backend="echo")
    judged(Owner(user=alice), "b", entries=[*models, third])
    rows = exported()
    pairs = Counter((row["model_a"], row["model_b"], row["winner"]) for row in rows)
    assert pairs == {("echo-a", "echo-b", "model_b"): 1, ("echo-b", "echo-c", "model_a"): 1}
    assert len({row["question_id"] for row in rows}) == 2


def test_deleted_texts_leave_the_vote(alice: Any, models: list[ModelEntry]) -> None:
    battle = judged(Owner(user=alice), "a")
    conversation = battle.sides.get(label="a").conversation
    assert conversation is not None
    delete_conversation(conversation)
    for format in ("fastchat", "lmarena"):
        (row,) = exported(format)
        assert row["conversation_a"] == row["conversation_b"] == []


def test_an_import_in_another_format(db: None) -> None:
    source = import_votes(b"left,right,winner,worker\na,b,left,7\nb,a,both_bad,8\n", "table").source
    rows = exported("fastchat-simple", scope=str(source.scope))
    assert [(row["model_a"], row["winner"], row["judge"]) for row in rows] == [
        ("a", "model_a", "7"),
        ("b", "tie (bothbad)", "8"),
    ]


def test_a_scope_that_is_not_there(db: None) -> None:
    with pytest.raises(NothingToExport, match="no votes in language:xx"):
        export_votes(scope="language:xx")


def test_the_command(tmp_path: Path, alice: Any, models: list[ModelEntry]) -> None:
    judged(Owner(user=alice), "a")
    path = tmp_path / "votes.csv"
    call_command("export_votes", str(path), "--format", "csv", stdout=StringIO())
    (row,) = csv.DictReader(path.open())
    assert row["winner"] == "model_a" and row["judge"] == "arena_user_1"
    assert [file.name for file in tmp_path.iterdir()] == ["votes.csv"]
    out = StringIO()
    call_command("export_votes", "-", stdout=out)
    assert len(json.loads(out.getvalue())) == 1
    with pytest.raises(CommandError, match="no votes in nowhere"):
        call_command("export_votes", str(path), "--scope", "nowhere")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_votes", str(tmp_path / "no" / "folder.json"))
