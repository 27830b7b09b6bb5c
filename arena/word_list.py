"""Reads a list that is written as text, with bars between its entries and as many lines as it needs."""

from __future__ import annotations

import re


def word_list(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in re.split(r"[|\n]", text) if word.strip())
