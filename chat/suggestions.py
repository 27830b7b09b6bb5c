"""What an empty chat proposes to ask; one place, so that it can follow what the bundled models know."""

from __future__ import annotations

from django.utils.translation import get_language

SUGGESTIONS = {
    "en": ["What does temperature mean?", "What is PM2.5?", "17 + 25", "What is the capital of Japan?"],
    "zh-hant": ["溫度（temperature）是什麼意思？", "什麼是環評？", "17 + 25", "日本的首都是哪裡？"],
}


def suggestions() -> list[str]:
    """In the reader's language."""
    return SUGGESTIONS.get(get_language() or "en", SUGGESTIONS["en"])
