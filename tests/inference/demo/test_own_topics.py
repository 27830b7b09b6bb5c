"""Sums, names, refusals, system texts and follow-ups: right answers, many wordings, nothing held out is trained."""

from __future__ import annotations

import random
import re

import pytest

from inference.demo import corpus
from inference.demo.evaluate import held_out_items, is_right
from inference.demo.segment import Language, is_held_out
from inference.demo.topics import (
    arithmetic,
    arithmetic_frames,
    follow_up_frames,
    grammar,
    names_frames,
    refusal,
    system_words,
)
from inference.demo.topics.names_data import draw_name

LANGUAGES: tuple[Language, ...] = ("en", "zh")
FRAME_SETS = {
    "sum": arithmetic_frames.SUM,
    "difference": arithmetic_frames.DIFFERENCE,
    "product": arithmetic_frames.PRODUCT,
    "division": arithmetic_frames.DIVISION,
    "sum after": arithmetic_frames.SUM_AFTER,
    "difference after": arithmetic_frames.DIFFERENCE_AFTER,
    "too hard": arithmetic_frames.TOO_HARD,
    "tell": names_frames.TELL,
    "ask name": names_frames.ASK,
    "and noun": follow_up_frames.AND_NOUN,
    "more": follow_up_frames.MORE,
    "repeat": follow_up_frames.REPEAT,
    "who": system_words.WHO,
    "expert": system_words.EXPERT_FRAMES,
}
STEP = re.compile(r"(-?\d+) ([-+x×/÷]) (-?\d+) = (-?\d+)")
CALCULATE = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "x": lambda a, b: a * b,
    "×": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "÷": lambda a, b: a / b,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("held_out", [False, True])
def test_every_written_step_of_a_sum_is_right(language: Language, held_out: bool) -> None:
    rng = random.Random(3)
    steps = 0
    for _ in range(1500):
        for exchange in arithmetic.draw(rng, language, held_out).exchanges:
            for a, sign, b, result in STEP.findall(exchange.answers[0]):
                assert CALCULATE[sign](int(a), int(b)) == int(result)
                steps += 1
    assert steps > 1500


def test_held_out_pairs_are_never_trained() -> None:
    rng = random.Random(4)
    for sign in "+-":
        trained = {arithmetic.draw_pair(rng, sign, False) for _ in range(20000)}
        held_out = {arithmetic.draw_pair(rng, sign, True) for _ in range(2000)}
        assert len(held_out) > 500 and not trained & held_out


def test_held_out_names_are_never_trained() -> None:
    rng = random.Random(5)
    for language in LANGUAGES:
        assert not any(is_held_out(f"name {draw_name(rng, language, False).lower()}") for _ in range(2000))
        assert len({draw_name(rng, language, True) for _ in range(500)}) > 250


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FRAME_SETS)
def test_frames_have_new_wordings_for_the_examination(name: str, language: Language) -> None:
    frames = FRAME_SETS[name][language]
    training, held_out = grammar.split(name, language, frames)
    trained = grammar.trained_wordings(name, language, frames)
    new = {wording for frame in held_out for wording in grammar.every_wording(frame)}
    assert training and not set(training) & set(held_out)
    assert any(grammar.bare(wording) not in trained for wording in new)


def test_each_kind_of_question_has_a_hundred_wordings_and_more() -> None:
    rng = random.Random(6)
    for language in LANGUAGES:
        for draw in (arithmetic.draw_product, arithmetic.draw_division, arithmetic.draw_chain):
            questions = {re.sub(r"\d+", "#", draw(rng, language, False).exchanges[-1].question) for _ in range(3000)}
            assert len(questions) > 100


def test_a_foreign_noun_in_a_known_frame_is_refused() -> None:
    rng = random.Random(7)
    domains = set()
    for _ in range(600):
        segment = refusal.draw(rng, "en", False)
        domains.add(segment.domain)
        assert segment.exchanges[0].answers == refusal.ANSWERS["en"]
        assert "{}" not in segment.exchanges[0].question
    assert {"off-topic", "off-topic in a known frame", "near-miss", "nonsense"} <= domains


def test_a_name_that_was_told_is_never_called_unknown() -> None:
    rng = random.Random(8)
    unknown = {answer for answers in names_frames.UNKNOWN.values() for answer in answers}
    for _ in range(4000):
        answers = [answer for _, answer in corpus.draw_dialogue(rng).turns]
        greeted = [
            place for place, answer in enumerate(answers) if re.match(r"(Nice to meet you, |很高興認識你.)", answer)
        ]
        if greeted:
            assert not unknown & set(answers[greeted[0] :])


def test_the_same_seed_gives_the_same_dialogues_and_items() -> None:
    first, second = random.Random(9), random.Random(9)
    assert [corpus.draw_dialogue(first) for _ in range(50)] == [corpus.draw_dialogue(second) for _ in range(50)]
    assert held_out_items(1, 3) == held_out_items(1, 3) != held_out_items(2, 3)


def test_the_checker_forgives_width_and_spaces_only() -> None:
    item = next(item for item in held_out_items(1, 2) if item.domain == "told two turns earlier, Chinese name")
    assert is_right(item, item.answers[0])
    assert is_right(item, item.answers[0].replace("。", "."))
    assert not is_right(item, "")
    assert not is_right(item, item.answers[0] + item.answers[0])
