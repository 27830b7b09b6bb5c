"""The small grammar in which all topics are written: frames with choices, lead-ins, tails, casing.

A frame such as "[how do I|how can I] start a battle?" stands for every combination of its choices; brackets may nest.
A trailing "?" only says that the frame is a question: `decorate` decides what is really written.
"""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass, field
from functools import cache

from inference.demo.segment import Exchange, Language, is_held_out
from inference.demo.topics.grammar_leads import (
    CHINESE_LEADS,
    CHINESE_NEUTRAL_LEADS,
    CHINESE_QUESTION_TAILS,
    CHINESE_STATEMENT_TAILS,
    ENGLISH_LEADS,
    ENGLISH_QUESTION_LEADS,
    ENGLISH_QUESTION_TAILS,
    ENGLISH_STATEMENT_TAILS,
    PLAIN_QUESTION_TAILS,
    PLAIN_TAILS,
)

HALF_WIDTH = ",?!:;"
TO_FULL_WIDTH = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in HALF_WIDTH}
TO_HALF_WIDTH = {ord(mark) + 0xFEE0: mark for mark in ",?!"}
# A mark that touches a Chinese character, or ends the text.
CHINESE_MARK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[,?!:;]+|[,?!:;]+(?=[\u3000-\u9fff])|[,?!;]+$")
CHINESE_PARENTHESES = re.compile(r"(?<=[\u3000-\u9fff])\(([^()]*)\)")

CHINESE_GAP = re.compile(r"(?<=[\u3000-\u9fff]) +(?=[\u3000-\u9fff])")
MARKS = re.compile(r"[^\w{}]|_")

BRACKET = re.compile(r"\[([^\[\]]*)\]")
LEAST_HELD_OUT = 2
LEAST_TRAINED = 10

WH_WORDS = ("what", "how", "where", "which", "who", "when", "why")


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a person may want: its own frames, phrases for the topic's shared frames, and the answer.

    `phrases` fill the shared frame set called `shared` ("how do I {}?"); both may be empty.
    """

    name: str
    frames: dict[Language, tuple[str, ...]]
    answers: dict[Language, tuple[str, ...]]
    shared: str = ""
    phrases: dict[Language, tuple[str, ...]] = field(default_factory=dict)


def expand(rng: random.Random, pattern: str) -> str:
    """One random wording of a pattern."""
    while match := BRACKET.search(pattern):
        pattern = pattern[: match.start()] + rng.choice(match[1].split("|")) + pattern[match.end() :]
    return pattern


def full_width(text: str) -> str:
    """Chinese text with full-width punctuation wherever a mark touches a Chinese character."""
    text = CHINESE_PARENTHESES.sub("\uff08\\1\uff09", text)
    return CHINESE_MARK.sub(lambda match: match[0].translate(TO_FULL_WIDTH), text)


def every_wording(pattern: str) -> list[str]:
    """All wordings of a pattern."""
    match = BRACKET.search(pattern)
    if not match:
        return [pattern]
    wordings: dict[str, None] = {}
    for choice in match[1].split("|"):
        wordings.update(dict.fromkeys(every_wording(pattern[: match.start()] + choice + pattern[match.end() :])))
    return list(wordings)


@cache
def split(domain: str, language: Language, frames: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(training frames, held-out frames). The hash decides, but at least two and at most a third are held out."""

    def key(frame: str) -> str:
        return f"{domain}:{language}:{frame}"

    ranked = sorted(frames, key=lambda frame: (not is_held_out(key(frame)), zlib.crc32(key(frame).encode())))
    wanted = sum(is_held_out(key(frame)) for frame in frames)
    count = min(max(wanted, LEAST_HELD_OUT), max(LEAST_HELD_OUT, min(len(frames) // 3, len(frames) - LEAST_TRAINED)))
    held_out = frozenset(ranked[:count])
    return tuple(frame for frame in frames if frame not in held_out), tuple(
        frame for frame in frames if frame in held_out
    )


def choose_frame(rng: random.Random, domain: str, language: Language, frames: tuple[str, ...], held_out: bool) -> str:
    """A frame of the wanted side of the split, its brackets not yet expanded."""
    return rng.choice(split(domain, language, frames)[held_out])


def bare(text: str) -> str:
    """A text without case, spaces and marks: two questions with the same bare text are the same question."""
    return MARKS.sub("", text.lower())


@cache
def trained_wordings(domain: str, language: Language, frames: tuple[str, ...]) -> frozenset[str]:
    """The bare text of every wording of the training frames."""
    return frozenset(bare(wording) for frame in split(domain, language, frames)[0] for wording in every_wording(frame))


def choose_wording(rng: random.Random, domain: str, language: Language, frames: tuple[str, ...], held_out: bool) -> str:
    """A wording (slots still open) from the wanted side; a held-out one is no wording of a training frame."""
    trained = trained_wordings(domain, language, frames) if held_out else frozenset()
    while True:
        wording = expand(rng, rng.choice(split(domain, language, frames)[held_out]))
        if not held_out or bare(wording) not in trained:
            return wording


def flat_training_frames(domain: str, language: Language, frames: tuple[str, ...], limit: int = 8) -> tuple[str, ...]:
    """Training frames without brackets, for refusals: a held-out frame must not be known only as a refusal."""
    flat: dict[str, None] = {}
    for frame in split(domain, language, frames)[0]:
        wordings = every_wording(frame)
        step = max(1, len(wordings) // limit)
        flat.update(dict.fromkeys(wordings[::step][:limit]))
    return tuple(flat)


def decorate(rng: random.Random, language: Language, question: str, lead_in: bool = True) -> str:
    """The plain question as a person may type it: lead-in, tail, capital or not, now and then a slip of the finger.

    Without `lead_in` it gets neither greeting nor thanks, which would be small talk of their own.
    """
    is_question = question.endswith("?")
    text = " ".join(question.rstrip("?").split())
    if language == "zh":
        return _decorate_chinese(rng, text, is_question, lead_in)
    return _decorate_english(rng, text, is_question, lead_in)


def spelled(language: Language, answers: tuple[str, ...]) -> tuple[str, ...]:
    """The answers with the punctuation of their language."""
    return tuple(full_width(answer) for answer in answers) if language == "zh" else answers


def ask(
    rng: random.Random,
    domain: str,
    language: Language,
    intent: Intent,
    shared_frames: dict[str, dict[Language, tuple[str, ...]]],
    held_out: bool,
    lead_in: bool = True,
) -> Exchange:
    """One exchange of an intent, worded by its own frames or by the shared ones."""
    own = intent.frames.get(language, ())
    if intent.shared and (not own or rng.random() < 0.5):
        frame = choose_wording(rng, domain, language, shared_frames[intent.shared][language], held_out)
        question = frame.replace("{}", expand(rng, rng.choice(intent.phrases[language])))
    else:
        question = choose_wording(rng, domain, language, own, held_out)
    return Exchange(decorate(rng, language, question, lead_in), spelled(language, intent.answers[language]))


def _decorate_english(rng: random.Random, plain: str, is_question: bool, lead_in: bool) -> str:
    lead = ""
    if lead_in and rng.random() < 0.35:
        leads: tuple[str, ...] = ENGLISH_LEADS
        if is_question and plain.lower().startswith(WH_WORDS) and rng.random() < 0.5:
            leads = ENGLISH_QUESTION_LEADS
        lead = rng.choice(leads)
    tails: tuple[str, ...] = ENGLISH_QUESTION_TAILS if is_question else ENGLISH_STATEMENT_TAILS
    if not lead_in:
        tails = PLAIN_QUESTION_TAILS if is_question else PLAIN_TAILS
    text = lead + plain + rng.choice(tails)
    casing = rng.random()
    if casing < 0.5:
        text = text[0].upper() + text[1:]
    elif casing < 0.65:
        text = text.lower()
    if rng.random() < 0.08:
        text = text.replace("'", "")
    if rng.random() < 0.02:
        text = _slip(rng, text)
    return text


def _decorate_chinese(rng: random.Random, plain: str, is_question: bool, lead_in: bool) -> str:
    lead = ""
    if lead_in and rng.random() < 0.4:
        neutral = not is_question or plain.startswith(("請", "想", "我", "那", "可以", "能", "你", "麻煩"))
        lead = rng.choice(CHINESE_NEUTRAL_LEADS if neutral else CHINESE_LEADS)
    tails: tuple[str, ...] = CHINESE_QUESTION_TAILS if is_question else CHINESE_STATEMENT_TAILS
    if not lead_in:
        tails = ("?", "?", "", "?!") if is_question else ("", "", "。", "!", "~")
    tail = rng.choice(tails)
    if tail.startswith(("呢", "啊")) and plain.endswith(("嗎", "呢", "吧", "沒有", "啊")):
        tail = "?"
    text = lead + plain + tail
    text = full_width(CHINESE_GAP.sub("", text))
    if rng.random() < 0.1:
        text = text.translate(TO_HALF_WIDTH)
    return text


def _slip(rng: random.Random, text: str) -> str:
    """Two neighbouring letters of one longer lower-case word change places."""
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha() and word.islower()]
    if not places:
        return text
    place = rng.choice(places)
    word = words[place]
    at = rng.randrange(1, len(word) - 2)
    words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)
