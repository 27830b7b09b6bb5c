"""Facts whose answer is known in both languages, for system texts, for "say it in Chinese" and for "and Greece?"."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType

from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics import environment, facts
from inference.demo.topics.grammar import Intent, ask, choose_wording, decorate, spelled

LANGUAGES: tuple[Language, Language] = ("en", "zh")
Texts = dict[Language, str]
INTENT_TOPICS = ("product", "small_talk", "identity")


@dataclass(frozen=True, slots=True)
class Fact:
    """A noun that frames ask about, its answer, and where there are any the one word of it and a second sentence."""

    domain: str
    noun: Texts
    answer: Texts
    frames: dict[Language, tuple[str, ...]]
    word: Texts = field(default_factory=dict)
    more: Texts = field(default_factory=dict)

    def asked(self, rng: random.Random, asked_in: Language, answer_in: Language, held_out: bool = False) -> Exchange:
        return self._exchange(rng, asked_in, self.answer[answer_in], held_out)

    def asked_for_a_word(self, rng: random.Random, language: Language, held_out: bool) -> Exchange:
        return self._exchange(rng, language, self.word[language], held_out)

    def _exchange(self, rng: random.Random, asked_in: Language, answer: str, held_out: bool) -> Exchange:
        frame = choose_wording(rng, self.domain, asked_in, self.frames[asked_in], held_out)
        return Exchange(decorate(rng, asked_in, frame.replace("{}", self.noun[asked_in])), (answer,))


def draw_fact(rng: random.Random) -> Fact:
    """Any fact: a capital, a symbol or a term."""
    return rng.choice(rng.choice(_families()))


def draw_term(rng: random.Random) -> Fact:
    """A term of the environment, which has a second sentence."""
    return rng.choice(_terms())


def draw_family(rng: random.Random, language: Language) -> list[Fact]:
    """Two or three different facts that answer the same question about different things."""
    return rng.sample(rng.choice(_families()), rng.choice((2, 2, 2, 3)))


def draw(rng: random.Random, asked_in: Language, answer_in: Language, held_out: bool) -> Segment:
    """One question in one language with its answer in another (or the same)."""
    domain = f"system: {'Chinese' if answer_in == 'zh' else 'English'}"
    if rng.random() < 0.6:
        return Segment(domain, asked_in, (draw_fact(rng).asked(rng, asked_in, answer_in, held_out),))
    module = _module(rng.choice(INTENT_TOPICS))
    intent = rng.choice(module.all_intents())
    answers = {asked_in: spelled(answer_in, intent.answers[answer_in])}
    turned = Intent(intent.name, intent.frames, answers, intent.shared, intent.phrases)
    exchange = ask(rng, module.DOMAIN, asked_in, turned, getattr(module, "SHARED", {}), held_out)
    return Segment(domain, asked_in, (exchange,))


def draw_word(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """A fact whose answer is the bare word."""
    fact = rng.choice(rng.choice((_capitals(), _capitals(), _symbols())))
    return Segment("system: one word", language, (fact.asked_for_a_word(rng, language, held_out),))


@cache
def _module(name: str) -> ModuleType:
    return importlib.import_module(f"inference.demo.topics.{name}")


@cache
def _families() -> tuple[tuple[Fact, ...], ...]:
    return (_capitals(), _symbols(), _terms())


@cache
def _capitals() -> tuple[Fact, ...]:
    return _paired("capital", facts.CAPITALS, facts.capital_answer)


@cache
def _symbols() -> tuple[Fact, ...]:
    return _paired("symbol", facts.ELEMENTS, facts.symbol_answer)


def _paired(kind: str, table: dict[Language, dict[str, str]], say: Callable[[Language, str], str]) -> tuple[Fact, ...]:
    """The tables of both languages stand in the same order."""
    rows = zip(table["en"].items(), table["zh"].items(), strict=True)
    return tuple(
        Fact(
            facts.DOMAIN,
            {"en": english, "zh": chinese},
            {"en": say("en", english), "zh": say("zh", chinese)},
            facts.FRAMES[kind],
            {"en": english_word, "zh": chinese_word},
        )
        for (english, english_word), (chinese, chinese_word) in rows
    )


@cache
def _terms() -> tuple[Fact, ...]:
    frames = environment.FRAMES["definition"]
    return tuple(
        Fact(environment.DOMAIN, term.name, term.definition, frames, more=term.more) for term in environment.TERMS
    )
