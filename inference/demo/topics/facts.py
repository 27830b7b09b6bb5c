"""Plain facts: capitals, chemical elements, units and their conversion, opposites, days, months."""

from __future__ import annotations

import random

from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics.facts_frames import FRAMES
from inference.demo.topics.facts_terms import (
    ATOMIC_NUMBERS,
    CAPITALS,
    DAYS,
    ELEMENTS,
    MONTHS,
    NEAR_MISSES,
    OPPOSITES,
    SINGLE_FACTS,
    UNITS,
    UnitPair,
)
from inference.demo.topics.grammar import ask, choose_wording, decorate, flat_training_frames, full_width

__all__ = [
    "ATOMIC_NUMBERS",
    "CAPITALS",
    "DOMAIN",
    "ELEMENTS",
    "FRAMES",
    "FRAMES_FOR_REFUSAL",
    "NEAR_MISSES",
    "UNITS",
    "draw",
]

DOMAIN = "facts"
LARGEST_COUNT = 12

KINDS: tuple[str, ...] = (
    ("capital",) * 6
    + ("country",) * 2
    + ("symbol",) * 5
    + ("element",) * 3
    + ("number",) * 2
    + ("unit",) * 4
    + ("convert",) * 7
)
KINDS += ("opposite",) * 2 + ("day_after", "month_after") + ("single",) * 3

# "what is {} in metres?": a unit that we do not know, in the place of the number and the unit.
UNIT_REFUSALS: dict[Language, tuple[str, ...]] = {
    "en": (
        "how many metres are in 3 {}?",
        "convert 5 {} to kilograms",
        "how many {} are in a kilometre?",
        "what are 2 {} in litres?",
        "7 {} in centimetres?",
        "change 4 kilometres into {}",
        "how many {} is 1 kg?",
        "1 hour in {}?",
    ),
    "zh": (
        "3 {}等於幾公尺?",
        "把 5 {}換成公斤",
        "1 公里等於多少{}?",
        "2 {}是幾公升?",
        "7 {}換算成公分",
        "4 公里換成{}",
        "1 公斤是幾{}?",
        "用公尺表示 6 {}",
    ),
}


def _refusal_frames(language: Language) -> tuple[str, ...]:
    kinds = ("capital", "country", "symbol", "element", "number", "opposite", "day_after")
    frames = [
        frame for kind in kinds for frame in flat_training_frames(DOMAIN, language, FRAMES[kind][language], limit=3)
    ]
    return (*frames, *UNIT_REFUSALS[language])


FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {"en": _refusal_frames("en"), "zh": _refusal_frames("zh")}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """One fact, sometimes two of one kind."""
    kind = rng.choice(KINDS)
    count = 2 if rng.random() < 0.25 else 1
    exchanges = [_exchange(rng, language, kind, held_out) for _ in range(count)]
    if count > 1 and exchanges[0].answers == exchanges[1].answers:
        exchanges.pop()
    return Segment(DOMAIN, language, tuple(exchanges))


def _exchange(rng: random.Random, language: Language, kind: str, held_out: bool) -> Exchange:
    if kind == "single":
        return ask(rng, DOMAIN, language, rng.choice(SINGLE_FACTS), {}, held_out)
    frame = choose_wording(rng, DOMAIN, language, FRAMES[kind][language], held_out)
    if kind in ("unit", "convert"):
        question, answer = _unit(rng, language, kind, frame)
    else:
        noun, answer = NOUN_FACTS[kind](rng, language)
        question = frame.replace("{}", noun)
    if language == "zh":
        answer = full_width(answer)
    return Exchange(decorate(rng, language, question), (answer,))


def _capital(rng: random.Random, language: Language) -> tuple[str, str]:
    country = rng.choice(list(CAPITALS[language]))
    return country, capital_answer(language, country)


def capital_answer(language: Language, country: str) -> str:
    """The one wording in which a capital is told."""
    capital = CAPITALS[language][country]
    return (
        f"The capital of {country} is {capital}".rstrip(".") + "."
        if language == "en"
        else f"{country}的首都是{capital}。"
    )


def _country(rng: random.Random, language: Language) -> tuple[str, str]:
    country, capital = rng.choice(list(CAPITALS[language].items()))
    return capital, f"{capital} is the capital of {country}." if language == "en" else f"{capital}是{country}的首都。"


def _symbol(rng: random.Random, language: Language) -> tuple[str, str]:
    name = rng.choice(list(ELEMENTS[language]))
    return _spelling(rng, name), symbol_answer(language, name)


def symbol_answer(language: Language, name: str) -> str:
    """The one wording in which a symbol is told."""
    symbol = ELEMENTS[language][name]
    return f"The symbol of {name} is {symbol}." if language == "en" else f"{name}的化學符號是 {symbol}。"


def _element(rng: random.Random, language: Language) -> tuple[str, str]:
    name, symbol = rng.choice(list(ELEMENTS[language].items()))
    return symbol, f"{symbol} is the symbol of {name}." if language == "en" else f"{symbol} 是{name}的化學符號。"


def _number(rng: random.Random, language: Language) -> tuple[str, str]:
    name = rng.choice(list(ATOMIC_NUMBERS[language]))
    number = ATOMIC_NUMBERS[language][name]
    answer = f"The atomic number of {name} is {number}." if language == "en" else f"{name}的原子序是 {number}。"
    return _spelling(rng, name), answer


def _spelling(rng: random.Random, name: str) -> str:
    other = {"aluminium": "aluminum", "sulfur": "sulphur"}.get(name)
    return other if other and rng.random() < 0.4 else name


def _opposite(rng: random.Random, language: Language) -> tuple[str, str]:
    word, other = rng.choice(list(OPPOSITES[language].items()))
    return word, f"The opposite of {word} is {other}." if language == "en" else f"「{word}」的相反是「{other}」。"


def _next(rng: random.Random, language: Language, names: tuple[str, ...]) -> tuple[str, str]:
    at = rng.randrange(len(names))
    following = names[(at + 1) % len(names)]
    return names[at], f"After {names[at]} comes {following}." if language == "en" else f"{names[at]}之後是{following}。"


def _day_after(rng: random.Random, language: Language) -> tuple[str, str]:
    return _next(rng, language, DAYS[language])


def _month_after(rng: random.Random, language: Language) -> tuple[str, str]:
    return _next(rng, language, MONTHS[language])


NOUN_FACTS = {
    "capital": _capital,
    "country": _country,
    "symbol": _symbol,
    "element": _element,
    "number": _number,
    "opposite": _opposite,
    "day_after": _day_after,
    "month_after": _month_after,
}


def conversion_answer(language: Language, count: int, source: str, result: int, target: str) -> str:
    """The one wording in which a conversion is told."""
    if language == "zh":
        return f"{count} {source}等於 {result} {target}。"
    return f"{count} {source} {'is' if count == 1 else 'are'} {result} {target}."


def _unit(rng: random.Random, language: Language, kind: str, frame: str) -> tuple[str, str]:
    pair: UnitPair = rng.choice(UNITS[language])
    if kind == "unit":
        small = rng.choice(pair.small_spellings[:2] if language == "en" else pair.small_spellings)
        small = pair.small_plural if len(small) <= 2 and language == "en" else small
        question = frame.replace("{large}", pair.large).replace("{small}", small).replace("a hour", "an hour")
        return question, conversion_answer(language, 1, pair.large, pair.factor, pair.small_plural)
    count = rng.randint(2, LARGEST_COUNT)
    large, small = rng.choice(pair.large_spellings), rng.choice(pair.small_spellings)
    if rng.random() < 0.7:
        question = frame.replace("{n}", str(count)).replace("{from}", large).replace("{to}", small)
        return question, conversion_answer(language, count, pair.large_plural, count * pair.factor, pair.small_plural)
    question = frame.replace("{n}", str(count * pair.factor)).replace("{from}", small).replace("{to}", large)
    return question, conversion_answer(language, count * pair.factor, pair.small_plural, count, pair.large_plural)
