"""A name that was told, asked for later or never told; and words to be repeated, so that copying is practised."""

from __future__ import annotations

import random

from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics.grammar import choose_wording, decorate
from inference.demo.topics.names_data import draw_name
from inference.demo.topics.names_frames import (
    ASK,
    FRAMES_FOR_REFUSAL,
    GREET,
    NEAR_MISSES,
    RECALL,
    REPEAT,
    TELL,
    UNKNOWN,
)

__all__ = ["DOMAIN", "FRAMES_FOR_REFUSAL", "NEAR_MISSES", "asked", "draw", "repeat", "told"]

DOMAIN = "name"
PLACE_OF_NAME = "§"


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """A whole small story: told and asked, asked without having told, or words to repeat."""
    kind = rng.random()
    if kind < 0.4:
        name = draw_name(rng, language, held_out)
        return Segment("name at once", language, (told(rng, language, name), asked(rng, language, name, held_out)))
    if kind < 0.5:
        return Segment("name told", language, (told(rng, language, draw_name(rng, language, held_out)),))
    if kind < 0.75:
        return Segment("name not told", language, (asked(rng, language, None, held_out),))
    return Segment("repeat", language, (repeat(rng, language, held_out),))


def told(rng: random.Random, language: Language, name: str, held_out: bool = False) -> Exchange:
    """The exchange in which the name is told; the wording is a trained one unless asked otherwise."""
    question = decorate(rng, language, choose_wording(rng, "tell", language, TELL[language], held_out))
    return Exchange(question.replace(PLACE_OF_NAME, name), _filled(GREET[language], name))


def asked(rng: random.Random, language: Language, name: str | None, held_out: bool = False) -> Exchange:
    """The exchange in which it is asked for; `name` is what was told, or None."""
    question = decorate(rng, language, choose_wording(rng, "ask name", language, ASK[language], held_out))
    return Exchange(question, _filled(RECALL[language], name) if name else UNKNOWN[language])


def repeat(rng: random.Random, language: Language, held_out: bool) -> Exchange:
    """One or two words to be copied letter by letter."""
    words = draw_name(rng, language, held_out)
    if rng.random() < 0.3:
        words += (" " if language == "en" else "") + draw_name(rng, language, held_out)
    question = choose_wording(rng, "repeat", language, REPEAT[language], held_out)
    return Exchange(
        decorate(rng, language, question).replace(PLACE_OF_NAME, words), (words + ("." if language == "en" else "。"),)
    )


def _filled(patterns: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(pattern.replace(PLACE_OF_NAME, name) for pattern in patterns)
