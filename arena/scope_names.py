"""What people read instead of "language:zh-hant" or "category:eia": names of scopes and kinds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from arena.labels import category_label, language_label
from arena.models import Battle, Scope

KINDS = {
    Scope.Kind.OVERALL: _("Overall"),
    Scope.Kind.CATEGORY: _("Subject"),
    Scope.Kind.LANGUAGE: _("Language"),
    Scope.Kind.EXPERT: _("Experts"),
    Scope.Kind.GROUP: _("Group"),
    Scope.Kind.MONTH: _("Month"),
    Scope.Kind.MODE: _("Way of comparing"),
    Scope.Kind.IMPORT: _("Imported votes"),
}
STYLE_NAMES = {
    "length": _("length"),
    "headers": _("headings"),
    "lists": _("list items"),
    "bold": _("bold words"),
}


def scope_label(scope: Scope) -> str:
    """In the reader's language; a key that nothing is known of is shown as it is."""
    if scope.kind == Scope.Kind.CATEGORY:
        return category_label(scope.key)
    if scope.kind == Scope.Kind.LANGUAGE:
        return language_label(scope.key)
    if scope.kind == Scope.Kind.MONTH:
        return month_label(scope.key)
    if scope.kind == Scope.Kind.MODE:
        return str(dict(Battle.Mode.choices).get(scope.key, scope.key))
    if scope.kind == Scope.Kind.IMPORT:
        source: Any = getattr(scope, "source", None)
        return source.name if source else scope.key
    return scope.key or str(KINDS.get(Scope.Kind(scope.kind), scope.kind))


def month_label(key: str) -> str:
    try:
        return date_format(date.fromisoformat(f"{key}-01"), "YEAR_MONTH_FORMAT")
    except ValueError:
        return key
