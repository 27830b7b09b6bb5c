"""The set that comes with the site: complete, balanced, ours, and its checkers know right from wrong."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from arena.evaluation.checkers import check, validate
from arena.evaluation.questions import OWN_SET

ROOT = Path(__file__).resolve().parent.parent.parent
MT_BENCH = ROOT.parent / "shared" / "data" / "mt_bench_question.jsonl"
CATEGORIES = {"writing", "reasoning", "math", "extraction", "coding", "environment", "instructions", "honesty"}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


QUESTIONS = {question["question_id"]: question for question in lines(OWN_SET)}
# For every turn with a checker: answers that must pass (the reference first), and answers that must not.
SAMPLES = lines(Path(__file__).parent / "own_answers.jsonl")


def test_there_are_forty_of_two_turns_five_of_each_category_half_in_each_language() -> None:
    assert len(QUESTIONS) == 40 and all(len(question["turns"]) == 2 for question in QUESTIONS.values())
    assert Counter(question["category"] for question in QUESTIONS.values()) == dict.fromkeys(CATEGORIES, 5)
    assert Counter(question["language"] for question in QUESTIONS.values()) == {"en": 20, "zh-hant": 20}
    assert len({turn for question in QUESTIONS.values() for turn in question["turns"]}) == 80


def test_every_question_has_a_reference_or_points_that_a_judge_can_look_for() -> None:
    for number, question in QUESTIONS.items():
        assert len(question["checkers"]) == 2, number
        assert question.get("reference") or question.get("expected_points") or number in (1032, 1033, 1034), number
        for checker in question["checkers"]:
            validate(checker)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample['question_id']}-{sample['turn']}")
def test_right_answers_pass_and_wrong_ones_do_not(sample: dict[str, Any]) -> None:
    question, turn = QUESTIONS[sample["question_id"]], sample["turn"]
    checker = question["checkers"][turn - 1]
    if "reference" in question:
        assert question["reference"][turn - 1] == sample["right"][0]
    assert sample["right"] and all(check(checker, answer) for answer in sample["right"])
    assert sample["wrong"] and not any(check(checker, answer) for answer in sample["wrong"])
    assert not check(checker, "")
    assert not check(checker, question["turns"][turn - 1]), "repeating the question is no answer"


def test_every_turn_has_its_samples() -> None:
    assert {(sample["question_id"], sample["turn"]) for sample in SAMPLES} == {
        (number, turn) for number in QUESTIONS for turn in (1, 2)
    }


def test_no_question_is_one_of_mt_bench() -> None:
    if not MT_BENCH.exists():
        reason = "no MT-bench questions beside the project"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    theirs = [set(turn.casefold().split()) for question in lines(MT_BENCH) for turn in question["turns"]]
    for question in QUESTIONS.values():
        for turn in question["turns"]:
            mine = set(turn.casefold().split())
            assert all(len(mine & other) < 0.6 * min(len(mine), len(other)) or len(other) < 6 for other in theirs), turn
