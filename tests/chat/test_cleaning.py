"""What people type arrives as they typed it; only what nobody can see is taken away."""

from __future__ import annotations

import pytest

from chat.services import cleaned
from inference.services import RequestRefused


@pytest.mark.parametrize(
    "text",
    [
        "許功蓋\ue000\U000f0000",  # private characters: rare Chinese names
        "10\u202f000 \u2009µg\u2003m",  # narrow, thin and wide spaces
        "\U0001fadf",  # an emoji of a year when this Python was already old
        "👨\u200d👩\u200d👧 a\u00a0b\u3000c\td",
    ],
)
def test_what_can_be_seen_is_kept(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\u2029", "\v", "\f", "\x85"])
def test_every_line_end_is_one(end: str) -> None:
    assert cleaned(f"one{end}two") == "one\ntwo"


@pytest.mark.parametrize("text", ["", " \n\u3000", "\x00\x07\x1b", "\ufeff\u200b", "\u200d\u200c", "\ud800"])
def test_what_nobody_can_see_is_no_message(text: str) -> None:
    with pytest.raises(RequestRefused):
        cleaned(text)


def test_the_invisible_is_dropped() -> None:
    assert cleaned("\ufeffbe\x07fore\x00 \u202eafter") == "before after"
