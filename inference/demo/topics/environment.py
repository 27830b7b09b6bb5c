"""Basics of environmental engineering: what a term means, its unit, cause, importance, remedy, differences."""

from __future__ import annotations

import random

from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics.environment_frames import FRAMES
from inference.demo.topics.environment_terms import COMPARISONS, NEAR_MISSES, TERMS, Term
from inference.demo.topics.grammar import choose_wording, decorate, flat_training_frames

__all__ = ["COMPARISONS", "DOMAIN", "FRAMES", "FRAMES_FOR_REFUSAL", "NEAR_MISSES", "TERMS", "draw"]

DOMAIN = "environment"

ASPECT_ODDS = 0.45
MORE_ODDS = 0.3
COMPARISON_ODDS = 0.1


def _refusal_frames(language: Language) -> tuple[str, ...]:
    kinds = [kind for kind in FRAMES if kind not in ("more", "difference")]
    return tuple(
        dict.fromkeys(
            frame for kind in kinds for frame in flat_training_frames(DOMAIN, language, FRAMES[kind][language], limit=3)
        )
    )


FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {"en": _refusal_frames("en"), "zh": _refusal_frames("zh")}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """A definition, an aspect of a term, or a difference; sometimes "tell me more" or an aspect after it."""
    if rng.random() < COMPARISON_ODDS:
        return Segment(DOMAIN, language, (_difference(rng, language, held_out),))
    term = rng.choice(TERMS)
    exchanges = []
    if term.aspects and rng.random() < ASPECT_ODDS:
        if rng.random() < MORE_ODDS:
            exchanges.append(_ask(rng, language, "definition", term, held_out))
        exchanges.append(_ask(rng, language, rng.choice(tuple(term.aspects)), term, held_out))
    else:
        exchanges.append(_ask(rng, language, "definition", term, held_out))
        if rng.random() < MORE_ODDS:
            exchanges.append(_ask(rng, language, "more", term, held_out))
    return Segment(DOMAIN, language, tuple(exchanges))


def _ask(rng: random.Random, language: Language, kind: str, term: Term, held_out: bool) -> Exchange:
    frame = choose_wording(rng, DOMAIN, language, FRAMES[kind][language], held_out)
    names = term.names[language]
    if "{}" in frame and kind != "definition":
        names = names[:2]
    question = frame.replace("{}", rng.choice(names))
    answer = {"definition": term.definition, "more": term.more}.get(kind) or term.aspects[kind]
    return Exchange(decorate(rng, language, question), (answer[language],))


def _difference(rng: random.Random, language: Language, held_out: bool) -> Exchange:
    comparison = rng.choice(COMPARISONS)
    first, second = (rng.choice(names) for names in comparison.names[language])
    if rng.random() < 0.5:
        first, second = second, first
    frame = choose_wording(rng, DOMAIN, language, FRAMES["difference"][language], held_out)
    return Exchange(
        decorate(rng, language, frame.replace("{a}", first).replace("{b}", second)), (comparison.answer[language],)
    )
