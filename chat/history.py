"""One page of a person's conversations, newest first, grouped by how long ago they were used."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from chat.owners import Owner

PAGE_SIZE = 40
GROUPS = [  # key, heading, at most so many days ago
    ("today", _("Today"), 0),
    ("yesterday", _("Yesterday"), 1),
    ("week", _("Last 7 days"), 7),
    ("month", _("Last 30 days"), 30),
    ("older", _("Older"), 10**9),
]


@dataclass
class Group:
    """Conversations under one heading; `continued` when the heading stands on the page before."""

    key: str
    heading: str
    conversations: list[Conversation] = field(default_factory=list)
    continued: bool = False


@dataclass
class HistoryPage:
    """What the sidebar shows; `next_query` asks for the rows behind it, empty on the last page."""

    groups: list[Group]
    words: str = ""
    next_query: str = ""
    is_first: bool = True

    @property
    def is_empty(self) -> bool:
        return not any(group.conversations for group in self.groups)


def history_page(owner: Owner | None, *, words: str = "", before: str = "") -> HistoryPage:
    """Raises ValueError for a cursor that is not one of ours."""
    moment, key, last_group = _parsed(before)
    rows = Conversation.objects.owned_by(owner).listed()
    if words := words.strip()[:200]:
        rows = rows.matching(words)
    rows = rows.newest_first((moment, key) if before else None)
    found = list(rows.only("id", "title", "updated_at", "page")[: PAGE_SIZE + 1])
    page, more = found[:PAGE_SIZE], found[PAGE_SIZE:]
    # The first page always carries "Today" (hidden while empty), so that a new conversation has its place.
    groups = _grouped(page, last_group, with_today=not before)
    query = ""
    if more:
        last = page[-1]
        cursor = f"{last.updated_at.isoformat()}_{last.pk}_{groups[-1].key}"
        query = urlencode({"before": cursor, **({"q": words} if words else {})})
    return HistoryPage(groups, words, query, is_first=not before)


def _grouped(conversations: list[Conversation], last_group: str, *, with_today: bool) -> list[Group]:
    today = timezone.localdate()
    groups: list[Group] = [Group(GROUPS[0][0], str(GROUPS[0][1]))] if with_today else []
    for conversation in conversations:
        key, heading = _group_of(timezone.localdate(conversation.updated_at), today)
        if not groups or groups[-1].key != key:
            groups.append(Group(key, heading, continued=key == last_group))
        groups[-1].conversations.append(conversation)
    return groups


def _group_of(day: date, today: date) -> tuple[str, str]:
    age = (today - day).days
    return next((key, str(heading)) for key, heading, limit in GROUPS if age <= limit)


def _parsed(cursor: str) -> tuple[datetime | None, uuid.UUID | None, str]:
    if not cursor:
        return None, None, ""
    moment, key, group = cursor.split("_")
    return datetime.fromisoformat(moment), uuid.UUID(key), group
