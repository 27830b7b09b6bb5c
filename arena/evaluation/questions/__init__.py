"""The set of questions that comes with the site: forty of two turns, in English and Traditional Chinese."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

OWN_SET = Path(__file__).parent / "own.jsonl"
OWN_SLUG = "forty-questions"
OWN_NAME = _("Forty questions of this site")
OWN_DESCRIPTION = _("Forty questions of two turns in English and Traditional Chinese, with exact checkers.")


def in_readers_language(text: str) -> str:
    """The name or the description of our own set, in whichever language it was kept; any other text as it is."""
    for own in (OWN_NAME, OWN_DESCRIPTION):
        if text in _in_all_languages(own):
            return str(own)
    return text


@cache
def _in_all_languages(text: Promise) -> set[str]:
    told = set()
    for code, _language in settings.LANGUAGES:
        with override(code):
            told.add(str(text))
    return told
