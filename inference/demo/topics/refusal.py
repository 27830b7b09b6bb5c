"""Saying "I don't know": foreign things in the model's own frames, things it nearly covers, and plain nonsense.

Every frame that another topic answers also occurs here with a foreign noun, else the frame alone would bring an answer.
"""

from __future__ import annotations

import importlib
import random
from functools import cache

from inference.demo.segment import Exchange, Language, Segment, is_held_out
from inference.demo.topics.grammar import choose_wording, decorate, expand
from inference.demo.topics.names_data import draw_name
from inference.demo.topics.refusal_nouns import NOUNS, OWN_FRAMES, WHOLE_QUESTIONS

DOMAIN = "refusal"
Texts = dict[Language, tuple[str, ...]]
TOPICS_WITH_FRAMES = ("arithmetic", "names", "product", "small_talk", "identity", "environment", "facts")
ANSWERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Sorry, I don't know that. I am only a small demonstration model.",
        "I don't know. I am only a small demonstration model; please add a larger model for this.",
    ),
    "zh": (
        "抱歉\uff0c我不知道。我只是一個小型示範模型。",
        "我不知道。我只是一個小型示範模型\uff0c請為這類問題加入更大的模型。",
    ),
}
FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {"en": (), "zh": ()}
CONSONANTS = "bcdfghjklmnpqrstvwxz"
STRAY_CHARACTERS = (
    "的一是了我不人在有他這個上們來到時大地為子中你說生國年著就那和要她出也得里後自以會家可下而過天"
    "去能對小多然於心學麼之都好看起發當沒成只如事把還用第樣道想作種開"
)


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    kind = rng.random()
    if kind < 0.32:
        return _segment("off-topic", rng, language, _off_topic(rng, language, held_out))
    if kind < 0.62:
        return _segment("off-topic in a known frame", rng, language, _known_frame(rng, language, held_out))
    if kind < 0.84:
        near_miss = _near_miss(rng, language, held_out)
        return _segment("near-miss", rng, language, near_miss) if near_miss else draw(rng, language, held_out)
    if kind < 0.93:
        question = choose_wording(rng, "whole refusal", language, WHOLE_QUESTIONS[language], held_out)
        return _segment("off-topic", rng, language, question)
    return Segment("nonsense", language, (Exchange(_nonsense(rng, language, held_out), ANSWERS[language]),))


def draw_noun(rng: random.Random, language: Language, held_out: bool) -> str:
    """A listed noun, or a made-up word that nobody has ever heard of."""
    if rng.random() < 0.2:
        name = draw_name(rng, language, held_out)
        return name if rng.random() < 0.5 else f"{name} {draw_name(rng, language, held_out)}"
    return rng.choice(_nouns(language, held_out))


@cache
def _nouns(language: Language, held_out: bool) -> tuple[str, ...]:
    return tuple(noun for noun in NOUNS[language] if is_held_out(f"noun {noun}") == held_out)


@cache
def _topics() -> list[tuple[str, Texts, Texts]]:
    modules = [importlib.import_module(f"inference.demo.topics.{name}") for name in TOPICS_WITH_FRAMES]
    return [(module.DOMAIN, module.FRAMES_FOR_REFUSAL, module.NEAR_MISSES) for module in modules]


def _off_topic(rng: random.Random, language: Language, held_out: bool) -> str:
    return _filled(rng, language, choose_wording(rng, DOMAIN, language, OWN_FRAMES[language], False), held_out)


def _known_frame(rng: random.Random, language: Language, held_out: bool) -> str:
    frames: tuple[str, ...] = ()
    while not frames:
        frames = rng.choice(_topics())[1].get(language, ())
    return _filled(rng, language, rng.choice(frames), held_out)


def _near_miss(rng: random.Random, language: Language, held_out: bool) -> str | None:
    _, frames, near_misses = rng.choice(_topics())
    nouns = [noun for noun in near_misses.get(language, ()) if is_held_out(f"near {noun}") == held_out]
    slotted = [frame for frame in frames.get(language, ()) if "{}" in frame]
    if not nouns or not slotted:
        return None
    return expand(rng, rng.choice(slotted)).replace("{}", rng.choice(nouns))


def _filled(rng: random.Random, language: Language, frame: str, held_out: bool) -> str:
    question = expand(rng, frame)
    while "{}" in question:
        question = question.replace("{}", draw_noun(rng, language, held_out), 1)
    return question


def _nonsense(rng: random.Random, language: Language, held_out: bool) -> str:
    """Keys hit at random; the hash keeps the held-out ones out of training."""
    while True:
        if language == "zh" and rng.random() < 0.6:
            text = "".join(rng.choice(STRAY_CHARACTERS) for _ in range(rng.randint(3, 9)))
        else:
            alphabet = rng.choice((CONSONANTS, "asdfghjkl", "qwertyuiop", "abcdefghijklmnopqrstuvwxyz", "?!.;#+*%&/"))
            words = ("".join(rng.choice(alphabet) for _ in range(rng.randint(2, 8))) for _ in range(rng.randint(1, 4)))
            text = " ".join(words)
        if is_held_out(text) == held_out:
            return text


def _segment(domain: str, rng: random.Random, language: Language, question: str) -> Segment:
    return Segment(domain, language, (Exchange(decorate(rng, language, question), ANSWERS[language]),))
