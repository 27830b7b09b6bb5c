"""Obeying a system text: the language of the answer, a single word, or the part of an expert."""

from __future__ import annotations

import random
from dataclasses import dataclass

from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics import arithmetic, bilingual
from inference.demo.topics.grammar import choose_wording, decorate, expand
from inference.demo.topics.system_words import EXPERT_FRAMES, EXPERTS, NEUTRAL, RULES, WHO, Expert

DOMAIN = "system text"
FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
OTHER: dict[Language, Language] = {"en": "zh", "zh": "en"}


@dataclass(frozen=True, slots=True)
class System:
    """A system text, the rule in it ("" for none) and the expert it makes of the model."""

    text: str
    rule: str = ""
    expert: Expert | None = None


def draw_system(rng: random.Random) -> System:
    """Nothing in 55 %, a neutral text in 18 %, a rule or a part to play in the rest."""
    kind = rng.random()
    if kind < 0.55:
        return System("")
    if kind < 0.73:
        return System(_written(rng, expand(rng, rng.choice(NEUTRAL))))
    if kind < 0.85:
        return draw_expert(rng, False)
    return draw_rule(rng, rng.choice(tuple(RULES)), False)


def draw_rule(rng: random.Random, rule: str, held_out: bool) -> System:
    text = choose_wording(rng, rule, "en", RULES[rule], held_out)
    if rng.random() < 0.2:
        text = f"{expand(rng, rng.choice(NEUTRAL[:4]))} {text}" if text.isascii() else f"你是一個有用的助理。{text}"
    return System(_written(rng, text), rule)


def draw_expert(rng: random.Random, held_out: bool) -> System:
    language: Language = rng.choice(("en", "zh"))
    expert = rng.choice(EXPERTS)
    text = choose_wording(rng, "expert", language, EXPERT_FRAMES[language], held_out).replace(
        "{}", expand(rng, expert.fields[language])
    )
    return System(_written(rng, text), expert=expert)


def draw_under(rng: random.Random, language: Language, system: System, held_out: bool) -> Segment | None:
    """A segment that shows the system text at work; None where an ordinary one is right."""
    if system.expert:
        return _introduced(rng, language, system.expert, held_out) if rng.random() < 0.4 else None
    if system.rule == "one word":
        return _in_one_word(rng, language, held_out)
    if system.rule:
        return _in_language(rng, language, "zh" if system.rule == "chinese" else "en", held_out)
    return None


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """Only for counting wordings: the rule itself is in the system text, which a segment does not hold."""
    return _introduced(rng, language, rng.choice(EXPERTS), held_out)


def _introduced(rng: random.Random, language: Language, expert: Expert, held_out: bool) -> Segment:
    question = choose_wording(rng, "who", language, WHO[language], held_out)
    exchange = Exchange(decorate(rng, language, question), (expert.introduction[language],))
    return Segment("system: expert", language, (exchange,))


def _in_language(rng: random.Random, asked_in: Language, answer_in: Language, held_out: bool) -> Segment:
    return bilingual.draw(rng, asked_in, answer_in, held_out)


def _in_one_word(rng: random.Random, language: Language, held_out: bool) -> Segment:
    if rng.random() < 0.25:
        a, b = rng.randint(1, 12), rng.randint(1, 12)
        segment = arithmetic.draw_product(rng, language, held_out) if rng.random() < 0.5 else None
        if segment is None:
            question = rng.choice(
                ("what is {} + {}?", "{} + {}?", "{} plus {}?")
                if language == "en"
                else ("{}加{}是多少?", "{}+{}?", "{} + {} 等於多少?")
            )
            return Segment(
                "system: one word", language, (Exchange(decorate(rng, language, question.format(a, b)), (str(a + b),)),)
            )
        exchange = segment.exchanges[0]
        number = exchange.answers[0].split("= ")[1].rstrip(".。")
        return Segment("system: one word", language, (Exchange(exchange.question, (number,)),))
    return bilingual.draw_word(rng, language, held_out)


def _written(rng: random.Random, text: str) -> str:
    """With or without its full stop; an "a" before a vowel is put right."""
    for vowel in "aeio":
        text = text.replace(f" a {vowel}", f" an {vowel}").replace(" a EIA", " an EIA")
    for start in ("w", "n", "s", "g"):
        text = text.replace(f" an {start}", f" a {start}")
    return text.rstrip(".。") if rng.random() < 0.2 else text
