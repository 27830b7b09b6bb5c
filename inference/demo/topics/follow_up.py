"""Questions that lean on the turn before: "and Greece?", "tell me more", "say it in Chinese", "repeat that"."""

from __future__ import annotations

import random
from collections.abc import Callable

from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics import bilingual
from inference.demo.topics.follow_up_frames import AND_NOUN, IN_LANGUAGE, MORE, REPEAT
from inference.demo.topics.grammar import choose_wording, decorate
from inference.demo.topics.refusal import ANSWERS, draw_noun

DOMAIN = "follow-up"
FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
OTHER: dict[Language, Language] = {"en": "zh", "zh": "en"}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    kind: Callable[[random.Random, Language, bool], Segment] = rng.choices(
        (draw_another, draw_more, draw_in_language, draw_repeat), (40, 20, 25, 15)
    )[0]
    return kind(rng, language, held_out)


def draw_another(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """The same question about another thing; now and then about one that the model does not know."""
    facts = bilingual.draw_family(rng, language)
    exchanges = [facts[0].asked(rng, language, language)]
    for place, fact in enumerate(facts[1:]):
        last = place == len(facts) - 2
        frame = choose_wording(rng, "and noun", language, AND_NOUN[language], held_out and last)
        unknown = not held_out and last and rng.random() < 0.2
        noun, answers = (
            (draw_noun(rng, language, False), ANSWERS[language])
            if unknown
            else (fact.noun[language], (fact.answer[language],))
        )
        exchanges.append(Exchange(_typed(rng, language, frame.replace("{}", noun)), answers))
    return Segment("follow-up: and ...?", language, tuple(exchanges))


def draw_more(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """A term of the environment, then the second sentence about it."""
    fact = bilingual.draw_term(rng)
    frame = choose_wording(rng, "more", language, MORE[language], held_out)
    more = Exchange(_typed(rng, language, frame), (fact.more[language],))
    return Segment("follow-up: more", language, (fact.asked(rng, language, language), more))


def draw_in_language(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """The last answer again in the other language; the wish may be typed in either."""
    fact = bilingual.draw_fact(rng)
    wish_in: Language = rng.choice(("en", "zh"))
    frame = choose_wording(rng, f"into {OTHER[language]}", wish_in, IN_LANGUAGE[OTHER[language]][wish_in], held_out)
    wish = Exchange(_typed(rng, wish_in, frame), (fact.answer[OTHER[language]],))
    return Segment("follow-up: other language", language, (fact.asked(rng, language, language), wish))


def draw_repeat(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """The last answer word for word."""
    first = bilingual.draw_fact(rng).asked(rng, language, language)
    frame = choose_wording(rng, "repeat", language, REPEAT[language], held_out)
    return Segment("follow-up: repeat", language, (first, Exchange(_typed(rng, language, frame), first.answers)))


def _typed(rng: random.Random, language: Language, question: str) -> str:
    return decorate(rng, language, question.strip(), lead_in=rng.random() < 0.3)
