"""What a conversation is called after its first question."""

from __future__ import annotations

import pytest

from chat.models import TITLE_LENGTH
from chat.titles import title_from


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What is BOD?\nAnd COD?", "What is BOD?"),
        ("# Groundwater report", "Groundwater report"),
        ("> > ## **Deep** water", "Deep water"),
        ("- first item", "first item"),
        ("**地下水**報告", "地下水報告"),
        ("What does `x` *really* mean?", "What does x really mean?"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("---\nHello", "Hello"),
    ],
)
def test_the_title_is_the_first_line_without_markdown(question: str, title: str) -> None:
    assert title_from(question) == title


@pytest.mark.parametrize(
    "question",
    [
        "2**3**4 = ?",
        "3 * 4 * 5",
        "C# or F#?",
        "#hashtag",
        "-5 degrees",
        "__init__ of snake_case",
        "a < b > c",
        "#",
        "***",
    ],
)
def test_what_only_looks_like_markdown_stays(question: str) -> None:
    assert title_from(question) == question


def test_a_long_line_is_cut_at_a_word() -> None:
    title = title_from("## " + "water " * 30)
    assert title.startswith("water water") and title.endswith("water…") and len(title) <= TITLE_LENGTH + 1
