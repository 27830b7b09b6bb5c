"""Words of the evaluation's pages: names of categories, durations, what a checker expects."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

# The categories of our own set and of MT-bench; any other one is shown as its set writes it.
CATEGORIES = {
    "writing": gettext_lazy("Writing"),
    "roleplay": gettext_lazy("Role play"),
    "reasoning": gettext_lazy("Reasoning"),
    "math": gettext_lazy("Mathematics"),
    "coding": gettext_lazy("Coding"),
    "extraction": gettext_lazy("Extraction"),
    "stem": gettext_lazy("Science"),
    "humanities": gettext_lazy("Humanities"),
    "environment": gettext_lazy("Environment"),
    "instructions": gettext_lazy("Instructions"),
    "honesty": gettext_lazy("Honesty"),
    "generic": gettext_lazy("General"),
    "knowledge": gettext_lazy("Knowledge"),
}


def category_label(category: str) -> str:
    return str(CATEGORIES.get(category.strip().casefold(), category))


def duration(seconds: float | None) -> str:
    """About how long; nothing where nobody knows."""
    if seconds is None:
        return ""
    if seconds < 90:
        count = max(1, round(seconds))
        return ngettext("about %(count)d second", "about %(count)d seconds", count) % {"count": count}
    if seconds < 90 * 60:
        count = round(seconds / 60)
        return ngettext("about %(count)d minute", "about %(count)d minutes", count) % {"count": count}
    count = round(seconds / 3600)
    return ngettext("about %(count)d hour", "about %(count)d hours", count) % {"count": count}


def checker_label(checker: dict[str, Any] | None) -> str:
    """The rule as its file has it: short, and the same in every language."""
    return json.dumps(checker, ensure_ascii=False) if checker else _("none: a judge decides")
