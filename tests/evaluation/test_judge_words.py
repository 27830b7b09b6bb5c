"""What judges are told, and how their verdicts are read."""

from __future__ import annotations

import pytest

from arena.evaluation.parsing import parse_score, parse_winner
from arena.evaluation.prompts import CHINESE, ENGLISH, Asked, pair_prompt, prompt_name, single_prompt
from arena.evaluation.temperatures import temperature_of


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("It is good. Points: [[7]]", 7.0),
        ("Points: [[ 7.5 ]]", 7.5),
        ("First [[7]], and again [[7]].", 7.0),
        ("Rating: [8]", 8.0),  # FastChat's fallback
        ("Out of [10], I give [[3]]", 3.0),
        ("分數：[[10]]", 10.0),
        ("<think>perhaps [[2]]</think> Points: [[9]]", 9.0),
        ("Between [[1]] and [[10]]: [[7]]", None),  # repeats the instruction
        ("[[11]]", None),
        ("[[0]]", None),
        ("[[-3]]", None),
        ("[[seven]]", None),
        ("7/10", None),
        ("see [7](https://example.org)", None),
        ("[[A]]", None),
        ("", None),
    ],
)
def test_points(text: str, score: float | None) -> None:
    assert parse_score(text) == score


@pytest.mark.parametrize(
    ("text", "winner"),
    [
        ("A is right. [[A]]", "first"),
        ("[[B]]\n[[B]]", "second"),
        ("結論：[[C]]", "tie"),
        ("[[A]] or [[B]]?", None),  # FastChat would take A
        ("[A]", None),
        ("[[a]]", None),
        ("[[7]]", None),
        ("<think>[[A]]</think>[[B]]", "second"),
        ("", None),
    ],
)
def test_winners(text: str, winner: str | None) -> None:
    assert parse_winner(text) == winner


def test_both_languages_have_the_same_words() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    for words in (ENGLISH, CHINESE):
        assert parse_score(words["single"]) == 5.0, "the example in the instructions is in the right form"
        assert all(mark in words["pair"] for mark in ("[[A]]", "[[B]]", "[[C]]"))


def test_one_turn_without_reference() -> None:
    prompt = single_prompt(Asked("en", ["What is BOD?"], [""]), ["Oxygen demand."])
    assert prompt.name == "single-en-v1"
    assert [message.role for message in prompt.messages] == ["system", "user"]
    assert "What is BOD?" in prompt.message and "Oxygen demand." in prompt.message
    assert "right answer" not in prompt.system + prompt.message and "turns" not in prompt.system


def test_second_turn_with_reference_in_chinese() -> None:
    asked = Asked("zh-hant", ["六乘七？", "再減二？"], ["42", "40"], ["說明算式"])
    prompt = single_prompt(asked, ["四十二", "四十"])
    assert prompt.name == prompt_name("single", asked) == "single-reference-multi-turn-zh-hant-v1"
    places = [prompt.message.index(text) for text in ("42", "40", "說明算式", "六乘七？", "四十二", "再減二？", "四十")]
    assert places[:-1] == sorted(places[:-1])
    assert "正確答案" in prompt.system and "好幾輪" in prompt.system


def test_a_pair_shows_who_is_first() -> None:
    for turns, first, second in ((["q1"], ["one"], ["two"]), (["q1", "q2"], ["x1", "one"], ["y1", "two"])):
        prompt = pair_prompt(Asked("en", turns), first, second)
        swapped = pair_prompt(Asked("en", turns), second, first)
        assert prompt.message.index("one") < prompt.message.index("two")
        assert swapped.message.index("two") < swapped.message.index("one")
        assert prompt.system == swapped.system
        assert prompt.message.index("assistant A") < prompt.message.index("assistant B")


def test_temperatures_are_fastchats() -> None:
    fastchat = {"writing": 0.7, "roleplay": 0.7, "extraction": 0, "math": 0, "coding": 0, "reasoning": 0, "stem": 0.1}
    fastchat |= {"humanities": 0.1, "arena-hard-200": 0, "generic": 0.7}
    assert {name: temperature_of(name, None, None) for name in fastchat} == fastchat
    assert temperature_of("math", None, 0.9) == 0.9 and temperature_of("math", 0.3, 0.9) == 0.3
    assert temperature_of("math", 0.0, 0.9) == 0.0
