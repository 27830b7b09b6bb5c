"""What people read for the keys of arena.categories: subjects and languages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CATEGORY_LABELS: dict[str, Promise] = {
    "code": _("programming"),
    "maths": _("mathematics"),
    "long_prompt": _("long questions"),
    "short_prompt": _("short questions"),
    "environment": _("environment"),
    "air": _("air"),
    "water": _("water"),
    "soil": _("soil"),
    "waste": _("waste"),
    "noise": _("noise and vibration"),
    "climate": _("climate"),
    "ecology": _("ecology"),
    "eia": _("environmental impact assessment"),
    "toxics": _("toxic substances"),
}

LANGUAGE_LABELS: dict[str, Promise] = {
    "en": _("English"),
    "zh-hant": _("Traditional Chinese"),
    "zh-hans": _("Simplified Chinese"),
    "ja": _("Japanese"),
    "ko": _("Korean"),
    "fr": _("French"),
    "de": _("German"),
    "es": _("Spanish"),
    "pt": _("Portuguese"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "vi": _("Vietnamese"),
    "id": _("Indonesian"),
    "tr": _("Turkish"),
    "pl": _("Polish"),
    "ru": _("Russian"),
    "uk": _("Ukrainian"),
    "ar": _("Arabic"),
    "he": _("Hebrew"),
    "th": _("Thai"),
    "hi": _("Hindi"),
    "el": _("Greek"),
}


def category_label(key: str) -> str:
    """The label of a category; a key without one (an administrator's own) as it is."""
    return str(CATEGORY_LABELS.get(key, key))


def language_label(code: str) -> str:
    return str(LANGUAGE_LABELS.get(code, code))
