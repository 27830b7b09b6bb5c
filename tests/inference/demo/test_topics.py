"""The topics of the corpus: enough wordings, nothing leaked, Taiwan's Chinese, one answer for one question."""

from __future__ import annotations

import random
import re
from types import ModuleType

import pytest

from inference.demo.segment import Language, Segment
from inference.demo.topics import environment, facts, grammar, identity, product, small_talk

TOPICS = (product, small_talk, identity, environment, facts)
LANGUAGES: tuple[Language, ...] = ("en", "zh")
SIMPLIFIED = frozenset(
    "们这说问软网络设计时间电脑气环试应对错开关发现实际变无还长门车东马鱼鸟钥码选择删认录图钟题换战专级评审态标温进"
)
MAINLAND_TERMS = (
    "軟件",
    "網絡",
    "服務器",
    "質量",
    "默認",
    "登錄",
    "登陸",
    "信息",
    "用戶",
    "視頻",
    "數據庫",
    "程序員",
    "屏幕",
    "硬盤",
    "內存",
    "鼠標",
    "富營養化",
    "填埋場",
)
LEAST_DISTINCT = 900
CASES = [(topic, language) for topic in TOPICS for language in LANGUAGES]
CASE_NAMES = [f"{topic.DOMAIN}-{language}" for topic, language in CASES]


def draws(topic: ModuleType, language: Language, held_out: bool, count: int, seed: int = 1) -> list[Segment]:
    rng = random.Random(seed)
    return [topic.draw(rng, language, held_out) for _ in range(count)]


def questions(segments: list[Segment]) -> set[str]:
    return {exchange.question for segment in segments for exchange in segment.exchanges}


def frame_groups(topic: ModuleType) -> list[tuple[str, dict[Language, tuple[str, ...]]]]:
    """Every set of frames that is split by itself."""
    if topic is environment:
        return list(environment.FRAMES.items())
    if topic is facts:
        return [*facts.FRAMES.items(), *((intent.name, intent.frames) for intent in facts.SINGLE_FACTS)]
    groups = [(intent.name, intent.frames) for intent in topic.all_intents()]
    return groups + (list(product.SHARED.items()) if topic is product else [])


@pytest.mark.parametrize(("topic", "language"), CASES, ids=CASE_NAMES)
def test_draws_are_whole_and_various(topic: ModuleType, language: Language) -> None:
    training = draws(topic, language, False, 2000)
    for segment in training:
        assert (segment.domain, segment.language) == (topic.DOMAIN, language)
        assert 1 <= len(segment.exchanges) <= 3
        for exchange in segment.exchanges:
            assert exchange.question.strip() == exchange.question != ""
            assert exchange.answers and all(answer.strip() == answer != "" for answer in exchange.answers)
            assert not re.search(r"[\[\]{}|]", exchange.question + "".join(exchange.answers))
    assert len(questions(training)) > LEAST_DISTINCT


@pytest.mark.parametrize(("topic", "language"), CASES, ids=CASE_NAMES)
def test_no_held_out_wording_is_trained(topic: ModuleType, language: Language) -> None:
    training = {grammar.bare(question) or question for question in questions(draws(topic, language, False, 2000))}
    held_out = {grammar.bare(question) or question for question in questions(draws(topic, language, True, 500, seed=2))}
    assert len(held_out) > 200
    assert not training & held_out


@pytest.mark.parametrize(("topic", "language"), CASES, ids=CASE_NAMES)
def test_every_frame_set_is_split(topic: ModuleType, language: Language) -> None:
    for name, frames in frame_groups(topic):
        training, held_out = grammar.split(topic.DOMAIN, language, frames[language])
        assert len(training) >= (6 if topic is product else 10), (name, len(training))
        assert len(held_out) >= 2, name
        trained = grammar.trained_wordings(topic.DOMAIN, language, frames[language])
        wordings = {grammar.bare(wording) for frame in held_out for wording in grammar.every_wording(frame)}
        assert wordings - trained, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_question_has_one_answer(language: Language) -> None:
    """Across topics too: a wording that means two things would teach the model to guess."""
    answers: dict[str, tuple[str, tuple[str, ...]]] = {}
    clashes = []
    for topic in TOPICS:
        for segment in draws(topic, language, False, 6000) + draws(topic, language, True, 2000):
            first = segment.exchanges[0]
            known = answers.setdefault(grammar.bare(first.question) or first.question, (topic.DOMAIN, first.answers))
            if known[1] != first.answers:
                clashes.append((first.question, known, first.answers))
    assert not clashes


@pytest.mark.parametrize("topic", TOPICS, ids=[topic.DOMAIN for topic in TOPICS])
def test_chinese_is_that_of_taiwan(topic: ModuleType) -> None:
    for held_out in (False, True):
        for segment in draws(topic, "zh", held_out, 2000, seed=3):
            for exchange in segment.exchanges:
                text = exchange.question + "".join(exchange.answers)
                assert not SIMPLIFIED & set(text), text
                assert not [term for term in MAINLAND_TERMS if term in text], text


@pytest.mark.parametrize(("topic", "language"), CASES, ids=CASE_NAMES)
def test_refusal_frames_have_one_slot(topic: ModuleType, language: Language) -> None:
    frames = topic.FRAMES_FOR_REFUSAL[language]
    assert len(frames) >= 20
    for frame in frames:
        assert frame.count("{}") == 1, frame
        assert not re.search(r"[\[\]|]", frame), frame
    assert len(set(topic.NEAR_MISSES[language])) == len(topic.NEAR_MISSES[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_near_misses_are_really_unknown(language: Language) -> None:
    terms = {name for term in environment.TERMS for name in term.names[language]}
    known = {*facts.CAPITALS[language], *facts.ELEMENTS[language], *terms}
    for topic in TOPICS:
        assert not known & set(topic.NEAR_MISSES[language])


def test_answers_are_short() -> None:
    for topic, language in CASES:
        for segment in draws(topic, language, False, 2000, seed=4):
            for answer in segment.exchanges[0].answers:
                length = len(answer.split()) if language == "en" else len(answer)
                assert length <= (26 if language == "en" else 60), answer
