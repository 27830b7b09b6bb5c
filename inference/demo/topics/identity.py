"""Who the model is: truthful answers of a small demonstration model, the same for both sizes."""

from __future__ import annotations

import random

from inference.demo.segment import Language, Segment
from inference.demo.topics.grammar import Intent, ask, flat_training_frames
from inference.demo.topics.identity_terms import INTENTS

DOMAIN = "identity"

# The same wordings about somebody or something else are declined.
ABOUT_OTHERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "who [is|was] {}?",
        "who [made|built|invented|created] {}?",
        "how old is {}?",
        "how [big|large|small] is {}?",
        "how tall is {}?",
        "where [is|does] {} [live|run|come from]?",
        "what can {} do?",
        "what is {} called?",
        "is {} [real|human|reliable|smart]?",
        "[introduce|describe] {}",
        "tell me about {}",
        "when was {} [born|made|built]?",
        "does {} speak Chinese?",
        "who owns {}?",
        "what is the name of {}?",
        "why is {} so small?",
        "how do I get a better {}?",
        "what languages does {} know?",
    ),
    "zh": (
        "{}是誰?",
        "誰[做了|發明了|創造了|建了]{}?",
        "{}幾歲?",
        "{}[有多大|多大|有多小]?",
        "{}多高?",
        "{}[住在|在]哪裡?",
        "{}會做什麼?",
        "{}[叫什麼名字|叫什麼]?",
        "{}是真的嗎?",
        "[介紹|描述]一下{}",
        "說說{}",
        "{}是什麼時候[出生|做的|建的]?",
        "{}會說中文嗎?",
        "{}是誰的?",
        "{}可靠嗎?",
        "為什麼{}這麼小?",
        "怎樣才能有更好的{}?",
    ),
}
FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {
    "en": flat_training_frames(DOMAIN, "en", ABOUT_OTHERS["en"], limit=4),
    "zh": flat_training_frames(DOMAIN, "zh", ABOUT_OTHERS["zh"], limit=4),
}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": (
        "my neighbour",
        "the president",
        "my teacher",
        "the mayor of Taipei",
        "my sister",
        "the king",
        "the inventor of tea",
        "your programmer's cat",
    ),
    "zh": ("我的鄰居", "總統", "我的老師", "台北市長", "我妹妹", "國王", "發明茶的人", "隔壁的貓"),
}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """One or two questions about the model itself."""
    intents = rng.sample(INTENTS, 2 if rng.random() < 0.3 else 1)
    return Segment(DOMAIN, language, tuple(ask(rng, DOMAIN, language, intent, {}, held_out) for intent in intents))


def all_intents() -> tuple[Intent, ...]:
    """Every intent of this topic, for tests and counts."""
    return INTENTS
