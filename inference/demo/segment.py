"""What every topic of the corpus hands out: a short run of questions with their right answers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and every wording of its right answer; training draws one, the checker accepts any."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """One to four exchanges that belong together ("capital of France?", "and of Greece?")."""

    domain: str
    language: Language
    exchanges: tuple[Exchange, ...]


def is_held_out(key: str, share: int = 8) -> bool:
    """Whether a wording (or a pair of numbers, or a name) belongs to the held-out part: one in `share`.

    A stable hash decides, so training and evaluation agree without a list to keep in step.
    """
    return zlib.crc32(key.encode()) % share == 0
