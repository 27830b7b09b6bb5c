"""What the administration may only look at: rows that the site writes and nobody types. Beside an admin class."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class NeverAdded:
    """The site alone makes such rows."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NeverDeleted:
    """Others count on such a row, or it goes with what it belongs to."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NeverChanged:
    """What belongs together is written by the site, not field by field."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeverAdded, NeverChanged, NeverDeleted):
    """For looking at, whatever rights somebody has."""
