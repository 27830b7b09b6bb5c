"""What an empty chat proposes to ask; one place, so that it can follow what the bundled models know."""

from __future__ import annotations

from django.utils.translation import get_language

# All of them are questions that the bundled models answer well.
SUGGESTIONS = {
    "en": [
        "What is PM2.5?",
        "What's the difference between BOD and COD?",
        "What is the capital of Japan?",
        "How do I add my own model?",
    ],
    "zh-hant": ["什麼是環評？", "噪音的單位是什麼？", "溫度是什麼意思？", "日本首都"],
}


def suggestions() -> list[str]:
    """In the reader's language."""
    return SUGGESTIONS.get(get_language() or "en", SUGGESTIONS["en"])
