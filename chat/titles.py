"""What a conversation is called, before its owner names it: the first line of the first question, in plain words."""

from __future__ import annotations

import re

from chat.models import TITLE_LENGTH

FENCE_OR_RULE = re.compile(r"\s*(?:`{3,}|~{3,}|[-*_=#>\s]*$)")  # a line that says nothing by itself
LEADING_MARKS = re.compile(r"^(?:(?:#{1,6}|>|[-*+])\s+|>)+")
# Not inside words or sums: 2**3**4, snake_case and __init__ stay what they are.
EMPHASIS = re.compile(r"(?<![A-Za-z0-9_*])(\*{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1(?![A-Za-z0-9_*])")


def title_from(text: str) -> str:
    """The first line that says something, without Markdown's marks, cut at a word."""
    spoken = next((line for line in text.split("\n") if not FENCE_OR_RULE.match(line)), "")
    plain = EMPHASIS.sub(r"\2", LEADING_MARKS.sub("", spoken.strip())) or text.split("\n", 1)[0]
    line = " ".join(plain.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[:TITLE_LENGTH]
    return (cut.rsplit(" ", 1)[0] if " " in cut[TITLE_LENGTH // 2 :] else cut) + "…"
