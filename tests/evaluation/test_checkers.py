"""Exact checkers let right answers pass and wrong ones not, whatever the width of their digits."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from arena.evaluation.checkers import DEEPEST, CheckerError, check, validate
from arena.evaluation.numerals import chinese, numbers_in
from arena.evaluation.questions import OWN_SET
from arena.evaluation.words import language_of, refuses, sentence_count, word_count


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It is 1,234.5 or -3", [1234.5, -3]),
        ("３５．５ 公斤", [35.5]),
        ("１００，２００", [100, 200]),  # the full-width comma parts
        ("3-5 of PM2.5 and CO2", [3, 5]),
        ("6.02×10²³", [6.02e23]),
        ("1.2 x 10^3", [1200]),
        ("2^10", [1024]),
        (r"\frac{13}{28}", [13 / 28]),
        ("82/9", [82 / 9]),
        ("28分之13", [13 / 28]),
        ("四分之三", [0.75]),
        ("百分之二十五", [25]),
        ("三億二千五百萬零四十", [325_000_040]),
        ("負三點五", [-3.5]),
        ("三百二", [320]),
        ("三百零二", [302]),
        ("二〇二六", [2026]),
        ("兩千", [2000]),
        ("42，這是一個整數", [42]),  # 一 is no answer beside a 42
        ("no number", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: list[float]) -> None:
    assert [float(value) for value in numbers_in(text)] == pytest.approx(numbers)


def test_absurd_powers_take_no_time() -> None:
    assert numbers_in("9^999999999") and numbers_in("1e999999999") and numbers_in("0^-1") == [0]
    assert chinese("十百") is None and chinese("萬") is None and chinese("十五") == Fraction(15)


DEGENERATE = [
    *("1" * 9000, "一" * 9000, "." * 40_000 + "x", "Answer: " * 6000, "(" * 40_000, "((a" * 9000, "```\n" * 9000),
    *("answer" + " " * 40_000 + "x", " ".join(f"w{number}" for number in range(8000)), "having count(" * 3000),
    *("{" * 40_000, "10^300 × 10^300", "9" * 90 + "e300", "1/" * 9000, "，" * 40_000, "BERLIN\n" * 6000),
]


@pytest.mark.parametrize("answer", DEGENERATE, ids=lambda answer: answer[:12])
def test_a_model_that_ran_wild_keeps_no_checker_busy(answer: str) -> None:
    """Small models repeat themselves to the limit; nothing may raise or take for ever."""
    questions = [json.loads(line) for line in OWN_SET.read_text(encoding="utf-8").splitlines()]
    passed = [check(checker, answer) for question in questions for checker in question["checkers"]]
    assert len(passed) == 80 and sum(passed) <= 1, "a letter repeated is a sentence without e, but nothing else"


TRUE = [
    ({"name": "number", "value": 2160}, "That makes 2,160 litres."),
    ({"name": "number", "value": 13 / 28, "tolerance": 0.001}, "機率是 13/28"),
    ({"name": "number", "value": 5, "where": "any"}, "5 of 7"),
    ({"name": "choice", "value": "B"}, "(b)"),
    ({"name": "choice", "value": "B"}, "A is wrong. The answer is **B**."),
    ({"name": "choice", "value": "C"}, "答案：Ｃ"),
    ({"name": "contains", "all": [["NO2", "nitrogen dioxide"], "35"]}, "Nitrogen  Dioxide was 35 µg."),
    ({"name": "contains", "none": ["no", "35"]}, "I know 350 and 3.35"),
    ({"name": "regex", "pattern": r"\d+ km"}, " 12 km "),
    ({"name": "json", "value": {"a": [1, 2]}, "only": True}, '```json\n{"a": [1.0, 2]}\n```'),
    ({"name": "json", "value": [2, 1], "unordered": True}, "Here: [1, 2] as you asked"),
    ({"name": "count", "of": "words", "exactly": 4}, "it's a well-known word"),
    ({"name": "count", "of": "han", "least": 3, "most": 4}, "早安，世界。"),
    ({"name": "count", "of": "lines", "exactly": 2}, "one\n\ntwo\n"),
    ({"name": "count", "of": "bullets", "exactly": 2}, "- one\n2. two\nthree"),
    ({"name": "language", "is": "zh-hant"}, "這是 PM2.5 的年平均值"),
    ({"name": "language", "is": "zh-hans"}, "这是年平均值，我们说过"),
    ({"name": "begins", "with": "No"}, "no, never"),
    ({"name": "ends", "with": "謝謝。"}, "好的，謝謝。"),
    ({"name": "refusal"}, "I can’t know that."),
    ({"name": "refusal"}, "我無法得知。"),
    ({"name": "not", "of": {"name": "refusal"}}, "It is 5."),
    ({"name": "all", "of": [{"name": "refusal"}, {"name": "language", "is": "en"}]}, "I do not know."),
    ({"name": "any", "of": [{"name": "refusal"}, {"name": "number", "value": 7}]}, "seven is 7"),
]
FALSE = [
    ({"name": "number", "value": 42}, "42 of 50"),
    ({"name": "number", "value": 42}, "I do not know"),
    ({"name": "choice", "value": "B"}, "Answer: A"),
    ({"name": "contains", "all": ["no"]}, "I know"),
    ({"name": "contains", "any": ["北", "南"]}, "東"),
    ({"name": "regex", "pattern": r"\d+"}, "12 km"),
    ({"name": "json", "value": {"a": 1}, "only": True}, 'Here: {"a": 1}'),
    ({"name": "json", "value": {"a": 1}}, '{"a": true}'),
    ({"name": "json", "value": {"a": 1}}, '{"a": 1, "b": 2}'),
    ({"name": "json", "value": {"a": 1}}, "{" * 5000),
    ({"name": "count", "of": "sentences", "exactly": 2}, "It is 3.5 e.g. here. Yes. No"),
    ({"name": "language", "is": "en"}, "12345"),
    ({"name": "refusal"}, "I am sorry about the rain, it was 12 mm."),
    ({"name": "refusal"}, ""),
    ({"name": "number", "value": 7}, "<think>It is 7.</think> It is 8."),
]


@pytest.mark.parametrize(("checker", "answer"), TRUE)
def test_a_right_answer_passes(checker: dict, answer: str) -> None:
    assert check(checker, answer)


@pytest.mark.parametrize(("checker", "answer"), FALSE)
def test_a_wrong_answer_does_not(checker: dict, answer: str) -> None:
    assert not check(checker, answer)


DEEP: dict = {"name": "refusal"}
for _level in range(DEEPEST + 1):
    DEEP = {"name": "not", "of": DEEP}


@pytest.mark.parametrize(
    ("checker", "word"),
    [
        ("number", "JSON object"),
        ({}, "no checker None"),
        ({"name": ["number"]}, "no checker"),
        ({"name": "numbers"}, "there are all, any"),
        ({"name": "number"}, "needs the field 'value'"),
        ({"name": "number", "value": "42"}, "cannot read"),
        ({"name": "number", "value": True}, "cannot read"),
        ({"name": "number", "value": 4, "wehre": "any"}, "knows no field 'wehre'"),
        ({"name": "number", "value": 4, "where": "first"}, "'last'"),
        ({"name": "number", "value": float("inf")}, "infinite"),
        ({"name": "number", "value": 1, "tolerance": float("nan")}, "infinite"),
        ({"name": "choice", "value": "E"}, "letters in 'of'"),
        ({"name": "regex", "pattern": "("}, "pattern cannot be read"),
        ({"name": "regex", "pattern": "a" * 501}, "500"),
        ({"name": "count", "of": "apples", "exactly": 2}, "not 'apples'"),
        ({"name": "count", "of": "words"}, "needs 'exactly'"),
        ({"name": "count", "of": "words", "exactly": True}, "cannot read"),
        ({"name": "contains"}, "needs words"),
        ({"name": "contains", "all": [""]}, "needs words"),
        ({"name": "contains", "all": [3]}, "needs words"),
        ({"name": "language", "is": "fr"}, "knows en"),
        ({"name": "begins", "with": " "}, "some text"),
        ({"name": "all", "of": []}, "at least one"),
        ({"name": "all", "of": [{"name": "x"}]}, "no checker 'x'"),
        (DEEP, "deep"),
    ],
)
def test_a_malformed_checker_is_refused_in_one_sentence(checker, word: str) -> None:
    with pytest.raises(CheckerError, match=word.replace("(", r"\(")) as refused:
        validate(checker)
    assert "\n" not in str(refused.value)
    with pytest.raises(CheckerError):
        check(checker, "anything")


def test_words_and_sentences_are_counted_in_both_languages() -> None:
    assert word_count("PM2.5 is well-known, isn't it") == 5 and word_count("臺北的 rain") == 4
    assert sentence_count("「真的嗎？」他說。好。") == 3 and sentence_count("One! Two") == 2 and sentence_count("") == 0
    assert language_of("") is None and not refuses("這是一個不錯的問題。")
