"""The training corpus: an endless, seeded stream of dialogues, encoded and packed into rows.

A dialogue is a system text (or none) and one to five segments; a name may be told in one place and asked for
in another.
"""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from inference.demo import tokenizer as roles
from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics import names, system_text
from inference.demo.topics.names_data import draw_name

SHARES = {
    "refusal": 19,
    "arithmetic": 20,
    "environment": 19,
    "product": 13,
    "small_talk": 7,
    "identity": 7,
    "facts": 14,
    "follow_up": 9,
    "names": 7,
}
ROW_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What training sees: a system text or an empty one, then questions with one answer each."""

    system: str
    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of packed dialogues; `targets` are the next tokens, -100 where nothing is taught."""

    tokens: Tensor
    positions: Tensor
    dialogues: Tensor
    targets: Tensor


@cache
def topics() -> dict[str, ModuleType]:
    return {name: importlib.import_module(f"inference.demo.topics.{name}") for name in SHARES}


def draw_segment(rng: random.Random, language: Language, held_out: bool = False) -> Segment:
    """A segment of any topic, by the topics' shares."""
    name = rng.choices(list(SHARES), list(SHARES.values()))[0]
    segment: Segment = topics()[name].draw(rng, language, held_out)
    return segment


def draw_dialogue(rng: random.Random) -> Dialogue:
    language: Language = rng.choice(("en", "zh"))
    count = 1 if rng.random() < 0.35 else rng.randint(2, 5)
    system = system_text.draw_system(rng)
    segments: list[Segment] = []
    while len(segments) < count:
        asked_in = _mostly(rng, language)
        segment = system_text.draw_under(rng, asked_in, system, False) or draw_segment(rng, asked_in)
        if not (segment.domain.startswith("name") and any(earlier.domain.startswith("name") for earlier in segments)):
            segments.append(segment)
    stretches = [list(segment.exchanges) for segment in segments]
    named = any(segment.domain.startswith("name") for segment in segments)
    if count > 1 and not system.rule and not named and rng.random() < 0.35:
        _weave_in_name(rng, language, stretches)
    return Dialogue(system.text, tuple(written(rng, exchange) for stretch in stretches for exchange in stretch))


def written(rng: random.Random, exchange: Exchange) -> tuple[str, str]:
    """An exchange as it is typed: now and then with a slip in the question."""
    answer = rng.choice(exchange.answers)
    question = slip(rng, exchange.question, answer) if rng.random() < 0.05 else exchange.question
    return question, answer


def slip(rng: random.Random, text: str, answer: str) -> str:
    """One longer word loses, doubles or swaps a letter, so that a spelled word is not always a foreign one.

    Words of the answer are left alone: a name must be copied as it was typed.
    """
    places = [match for match in re.finditer(r"(?<![A-Za-z])[a-z]{4,}", text) if match[0] not in answer]
    if not places:
        return text
    place = rng.choice(places)
    word, at = place[0], rng.randrange(1, len(place[0]) - 1)
    wrong = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )
    )
    return text[: place.start()] + wrong + text[place.end() :]


def batches(tokenizer: PreTrainedTokenizerFast, seed: int, rows: int, drills: float = 0.0) -> Iterator[Batch]:
    """Fresh batches without end; the same seed gives the same stream. `drills` is the share of copying drills."""
    rng = random.Random(seed)
    packed: list[list[tuple[list[int], list[int]]]] = []
    while True:
        lengths = [0] * rows
        packed = [[] for _ in range(rows)]
        misses = 0
        while misses < 8:
            is_drill = rng.random() < drills
            tokens, targets = copying_drill(rng, len(tokenizer)) if is_drill else encode(tokenizer, draw_dialogue(rng))
            fitting = [row for row in range(rows) if lengths[row] + len(tokens) <= ROW_LENGTH]
            if not fitting:
                misses += 1
                continue
            row = max(fitting, key=lengths.__getitem__)
            packed[row].append((tokens, targets))
            lengths[row] += len(tokens)
        yield stacked(packed, tokenizer.pad_token_id)


def encode(tokenizer: PreTrainedTokenizerFast, dialogue: Dialogue) -> tuple[list[int], list[int]]:
    """Token ids and the target at each place: the next token where the assistant speaks, else -100."""
    pieces = [(roles.SYSTEM, dialogue.system)] if dialogue.system else []
    for question, answer in dialogue.turns:
        pieces += [(roles.USER, question), (roles.ASSISTANT, answer)]
    encoded = tokenizer.backend_tokenizer.encode_batch(
        [f"{role}{text}{roles.END}" for role, text in pieces], add_special_tokens=False
    )
    tokens: list[int] = []
    targets: list[int] = []
    for (role, _), piece in zip(pieces, encoded, strict=True):
        tokens += piece.ids
        targets += [*piece.ids[1:], -100] if role == roles.ASSISTANT else [-100] * len(piece.ids)
    return tokens, targets


def copying_drill(rng: random.Random, vocabulary: int) -> tuple[list[int], list[int]]:
    """Random tokens, then the same again: looking back and copying on is learnt long before any name needs it."""
    pool = range(roles.FIRST_ORDINARY_TOKEN, vocabulary if rng.random() < 0.5 else roles.FIRST_WORD)
    chunk = [rng.choice(pool) for _ in range(rng.randint(8, 40))]
    return chunk + chunk, [-100] * len(chunk) + [*chunk[1:], -100]


def stacked(packed: list[list[tuple[list[int], list[int]]]], pad: int) -> Batch:
    tokens = torch.full((len(packed), ROW_LENGTH), pad)
    positions = torch.zeros((len(packed), ROW_LENGTH), dtype=torch.long)
    dialogues = torch.full((len(packed), ROW_LENGTH), -1)
    targets = torch.full((len(packed), ROW_LENGTH), -100)
    for row, members in enumerate(packed):
        start = 0
        for number, (ids, wanted) in enumerate(members):
            end = start + len(ids)
            tokens[row, start:end] = torch.tensor(ids)
            targets[row, start:end] = torch.tensor(wanted)
            positions[row, start:end] = torch.arange(len(ids))
            dialogues[row, start:end] = number
            start = end
    return Batch(tokens, positions, dialogues, targets)


def _weave_in_name(rng: random.Random, language: Language, stretches: list[list[Exchange]]) -> None:
    """A name is told before one stretch and asked for after a later one; sometimes a second name replaces it."""
    name = draw_name(rng, language, False)
    told_at = rng.randrange(len(stretches))
    asked_at = rng.randrange(told_at, len(stretches))
    asking = language if rng.random() < 0.85 else rng.choice(("en", "zh"))
    stretches[asked_at].append(names.asked(rng, asking, name))
    stretches[told_at].insert(0, names.told(rng, language, name))
    if rng.random() < 0.12:
        stretches[told_at].insert(0, names.told(rng, language, draw_name(rng, language, False)))


def _mostly(rng: random.Random, language: Language) -> Language:
    return language if rng.random() < 0.9 else rng.choice(("en", "zh"))
