"""Sums and differences to 99 with written steps, the times table and its divisions, sums that go on, and polite limits.

Pairs of numbers are held out for sums and differences; the times table is learnt by heart, so only its wordings
are held out.
"""

from __future__ import annotations

import random

from inference.demo.segment import Exchange, Language, Segment, is_held_out
from inference.demo.topics.arithmetic_frames import (
    DIFFERENCE,
    DIFFERENCE_AFTER,
    DIVISION,
    PRODUCT,
    SUM,
    SUM_AFTER,
    TOO_HARD,
    TOO_HARD_ANSWERS,
)
from inference.demo.topics.grammar import choose_wording, decorate

DOMAIN = "arithmetic"
LARGEST = 99
NEAR_MISSES: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
ASKED_NUMBER: dict[Language, tuple[str, ...]] = {
    "en": (
        "what is {}?",
        "how much is {}?",
        "what does {} make?",
        "calculate {}",
        "can you work out {}?",
        "compute {}",
        "what's {}?",
    ),
    "zh": ("{}等於多少?", "{}是多少?", "計算{}", "請算{}", "幫我算{}", "{}等於幾?", "{}的結果是多少?"),
}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """One question, now and then followed by one to two that go on from its result."""
    kind = rng.random()
    if kind < 0.36:
        return draw_sum(rng, language, new_pair=held_out, new_wording=held_out and rng.random() < 0.5)
    if kind < 0.66:
        return draw_difference(rng, language, new_pair=held_out, new_wording=held_out and rng.random() < 0.5)
    if kind < 0.76:
        return draw_product(rng, language, held_out)
    if kind < 0.85:
        return draw_division(rng, language, held_out)
    if kind < 0.95:
        return draw_chain(rng, language, held_out)
    return draw_too_hard(rng, language, held_out)


def draw_sum(rng: random.Random, language: Language, new_pair: bool, new_wording: bool) -> Segment:
    a, b = draw_pair(rng, "+", new_pair)
    return _segment(
        "sum", language, _ask(rng, "sum", language, SUM[language], new_wording, a, b, say_sum(a, b, language))
    )


def draw_difference(rng: random.Random, language: Language, new_pair: bool, new_wording: bool) -> Segment:
    a, b = draw_pair(rng, "-", new_pair)
    if a < b and rng.random() < 0.8:
        a, b = b, a
        if is_held_out(pair_key("-", a, b)) != new_pair:
            return draw_difference(rng, language, new_pair, new_wording)
    exchange = _ask(
        rng, "difference", language, DIFFERENCE[language], new_wording, a, b, say_difference(a, b, language)
    )
    return _segment("difference", language, exchange)


def draw_product(rng: random.Random, language: Language, held_out: bool) -> Segment:
    a, b = rng.randint(1, 12), rng.randint(1, 12)
    answer = f"{a} x {b} = {a * b}." if language == "en" else f"{a} × {b} = {a * b}。"
    return _segment("product", language, _ask(rng, "product", language, PRODUCT[language], held_out, a, b, answer))


def draw_division(rng: random.Random, language: Language, held_out: bool) -> Segment:
    a, b = rng.randint(1, 12), rng.randint(1, 12)
    answer = f"{a * b} / {b} = {a}." if language == "en" else f"{a * b} ÷ {b} = {a}。"
    return _segment(
        "division", language, _ask(rng, "division", language, DIVISION[language], held_out, a * b, b, answer)
    )


def draw_chain(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """A sum or difference and one or two more steps on its result, which stays between 0 and 99 until the last."""
    for _ in range(1000):
        total, steps = _draw_steps(rng, held_out)
        if total is not None:
            break
    exchanges = []
    for place, (sign, a, b) in enumerate(steps):
        say, first, after, name = (
            (say_sum, SUM, SUM_AFTER, "sum")
            if sign == "+"
            else (say_difference, DIFFERENCE, DIFFERENCE_AFTER, "difference")
        )
        if place == 0:
            exchanges.append(_ask(rng, name, language, first[language], False, a, b, say(a, b, language)))
        else:
            last = held_out and place == len(steps) - 1
            exchanges.append(_ask(rng, f"{name} after", language, after[language], last, a, b, say(a, b, language)))
    return Segment("follow-up sum", language, tuple(exchanges))


def draw_too_hard(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """Numbers of three digits and more, fractions, roots: the limit is said, nothing is invented."""
    question = choose_wording(rng, "too hard", language, TOO_HARD[language], held_out)
    while "{n}" in question:
        question = question.replace(
            "{n}", str(rng.choice((rng.randint(100, 999), rng.randint(100, 9999), rng.randint(1000, 99999)))), 1
        )
    while "{s}" in question:
        question = question.replace("{s}", str(rng.randint(2, 99)), 1)
    return _segment("sum too large", language, Exchange(decorate(rng, language, question), TOO_HARD_ANSWERS[language]))


def draw_pair(rng: random.Random, sign: str, held_out: bool) -> tuple[int, int]:
    """Numbers of one digit are wanted more often than their share, and none of their pairs is held out."""
    while True:
        largest = 20 if not held_out and rng.random() < 0.2 else LARGEST
        a, b = rng.randint(0 if largest == 20 else 1, largest), rng.randint(1, largest)
        if is_held_out(pair_key(sign, a, b)) == held_out:
            return a, b


def pair_key(sign: str, a: int, b: int) -> str:
    """What the hash looks at; small sums are too few to keep any of them out of training."""
    return f"{a}{sign}{b}" if a > 12 and b > 9 else "small numbers 0"


def say_sum(a: int, b: int, language: Language) -> str:
    tens, ones = a // 10 * 10 + b // 10 * 10, a % 10 + b % 10
    steps = []
    if a > 9 or b > 9:
        if a % 10 and b % 10:
            steps.append(f"{a % 10} + {b % 10} = {ones}")
        if a > 9 and b > 9 and ones:
            steps.append(f"{a // 10 * 10} + {b // 10 * 10} = {tens}")
        if tens and ones and a % 10 and b % 10:
            steps.append(f"{tens} + {ones} = {a + b}")
    return _written(steps, f"{a} + {b} = {a + b}", language)


def say_difference(a: int, b: int, language: Language) -> str:
    larger, smaller = max(a, b), min(a, b)
    steps = []
    if smaller > 9 and smaller % 10:
        between = larger - smaller // 10 * 10
        steps = [f"{larger} - {smaller // 10 * 10} = {between}", f"{between} - {smaller % 10} = {larger - smaller}"]
    elif a < b:
        steps = [f"{larger} - {smaller} = {larger - smaller}"]
    return _written(steps, f"{a} - {b} = {a - b}", language)


def _written(steps: list[str], result: str, language: Language) -> str:
    if language == "zh":
        return "\uff0c".join([*steps, ("所以 " if steps else "") + result]) + "。"
    return ", ".join([*steps, ("so " if steps else "") + result]) + "."


def _draw_steps(rng: random.Random, held_out: bool) -> tuple[int | None, list[tuple[str, int, int]]]:
    steps = []
    total, count = rng.randint(1, LARGEST), rng.choice((2, 2, 2, 3))
    for place in range(count):
        sign, number = rng.choice("+-"), rng.randint(1, rng.choice((10, 20, 60)))
        steps.append((sign, total, number))
        wanted = held_out and place == count - 1
        if pair_key(sign, total, number).startswith("small") and wanted:
            return None, []
        if is_held_out(pair_key(sign, total, number)) != wanted:
            return None, []
        total = total + number if sign == "+" else total - number
        if not 0 <= total <= LARGEST:
            return None, []
    return total, steps


def _ask(
    rng: random.Random,
    name: str,
    language: Language,
    frames: tuple[str, ...],
    held_out: bool,
    a: int,
    b: int,
    answer: str,
) -> Exchange:
    question = choose_wording(rng, name, language, frames, held_out)
    question = question.replace("{a}", str(a)).replace("{b}", str(b))
    if rng.random() < 0.15:
        question = question.replace(" + ", "+").replace(" - ", "-").replace(" x ", "x").replace(" / ", "/")
    return Exchange(decorate(rng, language, question), (answer,))


def _segment(domain: str, language: Language, exchange: Exchange) -> Segment:
    return Segment(domain, language, (exchange,))


FRAMES_FOR_REFUSAL = ASKED_NUMBER
