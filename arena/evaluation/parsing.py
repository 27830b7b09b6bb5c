"""Reads a judge's verdict. Pure.

FastChat's marks: points as [[7]] (or [7], if there is no double bracket), a comparison as [[A]], [[B]] or [[C]] (a
tie). Stricter than FastChat, which takes the first mark it meets: points must lie between 1 and 10, and a text with
different verdicts has none, so that a judge which repeats the instructions is not taken at its first word.
"""

from __future__ import annotations

import re

LOWEST, HIGHEST = 1.0, 10.0

POINTS = re.compile(r"\[\[\s*(\d+(?:\.\d+)?)\s*\]\]")
POINTS_IN_ONE_BRACKET = re.compile(r"(?<!\[)\[\s*(\d+(?:\.\d+)?)\s*\](?![\](])")  # [7](address) is a link
LETTER = re.compile(r"\[\[\s*([ABC])\s*\]\]")
WINNERS = {"A": "first", "B": "second", "C": "tie"}
THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


def parse_score(text: str) -> float | None:
    """The points, or None where the judge gave none that can be read."""
    text = THOUGHT.sub("", text)
    marks = POINTS.findall(text) or POINTS_IN_ONE_BRACKET.findall(text)
    points = {float(mark) for mark in marks}
    if len(points) != 1:
        return None
    score = points.pop()
    return score if LOWEST <= score <= HIGHEST else None


def parse_winner(text: str) -> str | None:
    """ "first", "second" or "tie"; None where the judge gave no verdict that can be read."""
    letters = set(LETTER.findall(THOUGHT.sub("", text)))
    return WINNERS[letters.pop()] if len(letters) == 1 else None
