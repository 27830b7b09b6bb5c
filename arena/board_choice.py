"""What a reader of the leaderboard has chosen: scope, style, fewest votes, order. It lives in the address alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arena.board import Row
from arena.models import Scope
from arena.scope_names import KINDS, scope_label

FEWEST = (0, 30, 100, 300, 1000)  # votes that one may ask for
MOST_MONTHS = 12
SINGLE_KINDS = (Scope.Kind.OVERALL, Scope.Kind.EXPERT, Scope.Kind.MODE)  # chips of their own; the others open a list
COLUMNS = {  # by which one may sort: the heading, and whether a first click sorts from high to low
    "rank": (gettext_lazy("Rank"), False),
    "model": (gettext_lazy("Model"), False),
    "points": (gettext_lazy("Points"), True),
    "votes": (gettext_lazy("Votes"), True),
    "win_rate": (gettext_lazy("Win rate"), True),
    "speed": (gettext_lazy("Tokens/s"), True),
}


@dataclass(frozen=True, slots=True)
class BoardChoice:
    """`sort` is a column of COLUMNS, with "-" before it from high to low."""

    scope: str = "overall"
    with_style: bool = False
    fewest: int = 0
    sort: str = "rank"

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> BoardChoice:
        """Nonsense is passed over: a mistyped address shows the ordinary board. (An unknown scope is the view's.)"""
        fewest, sort = str(query.get("min_votes", "")), str(query.get("sort", ""))
        return cls(
            scope=str(query.get("scope", "")) or "overall",
            with_style=query.get("style") == "1",
            fewest=int(fewest) if fewest.isascii() and fewest.isdigit() and len(fewest) < 10 else 0,
            sort=sort if sort.removeprefix("-") in COLUMNS else "rank",
        )

    @property
    def query(self) -> str:
        """The address's query from its "?" on, without what is ordinary; often empty."""
        given = {
            "scope": self.scope if self.scope != "overall" else "",
            "style": "1" if self.with_style else "",
            "min_votes": self.fewest or "",
            "sort": self.sort if self.sort != "rank" else "",
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"?{query}" if query else ""

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """Those with enough votes, in the chosen order; without a number always last."""
        name, is_falling = self.sort.removeprefix("-"), self.sort.startswith("-")
        chosen = [row for row in rows if row.votes >= self.fewest]

        def value(row: Row) -> Any:
            if name == "model":
                return row.label.casefold()
            # An estimate from a handful of votes is not compared with the ranked ones.
            return getattr(row, name) if row.is_ranked or name in ("votes", "speed") else None

        known = [row for row in chosen if value(row) is not None]
        known.sort(key=value, reverse=is_falling)
        return known + [row for row in chosen if value(row) is None]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to click: its words, its address, and whether it is what one sees."""

    label: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: without options it is itself the thing to click, else it opens them."""

    label: str
    query: str = ""
    is_chosen: bool = False
    options: list[Option] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: `order` as in aria-sort."""

    name: str
    label: str
    query: str
    order: str


def chips(choice: BoardChoice, scope: Scope) -> list[Chip]:
    """All scopes that have a board, then the style switch and the fewest votes."""
    return [*_scope_chips(choice), *_style_chip(choice, scope), _fewest_chip(choice)]


def headings(choice: BoardChoice) -> dict[str, Heading]:
    found = {}
    for name, (label, falls_first) in COLUMNS.items():
        is_current = choice.sort.removeprefix("-") == name
        is_falling = choice.sort.startswith("-")
        order = ("descending" if is_falling else "ascending") if is_current else "none"
        next_is_falling = not is_falling if is_current else falls_first
        query = replace(choice, sort=f"-{name}" if next_is_falling else name).query
        found[name] = Heading(name, str(label), query, order)
    return found


def _scope_chips(choice: BoardChoice) -> Iterator[Chip]:
    by_kind: dict[str, list[Scope]] = {Scope.Kind.OVERALL.value: []}
    for scope in Scope.objects.select_related("source").order_by("kind", "key"):
        by_kind.setdefault(scope.kind, []).append(scope)
    by_kind[Scope.Kind.OVERALL] = by_kind[Scope.Kind.OVERALL] or [Scope(kind=Scope.Kind.OVERALL)]
    for kind in SINGLE_KINDS:
        for scope in by_kind.get(kind, []):
            option = _scope_option(choice, scope)
            yield Chip(option.label[:1].upper() + option.label[1:], option.query, option.is_chosen)
    for kind in KINDS:
        if kind in SINGLE_KINDS or kind not in by_kind:
            continue
        scopes = by_kind[kind][::-1][:MOST_MONTHS] if kind == Scope.Kind.MONTH else by_kind[kind]
        options = [_scope_option(choice, scope) for scope in scopes]
        chosen = next((option.label for option in options if option.is_chosen), "")
        yield Chip(f"{KINDS[kind]}: {chosen}" if chosen else str(KINDS[kind]), "", bool(chosen), options)


def _scope_option(choice: BoardChoice, scope: Scope) -> Option:
    return Option(scope_label(scope), replace(choice, scope=str(scope)).query, choice.scope == str(scope))


def _style_chip(choice: BoardChoice, scope: Scope) -> Iterator[Chip]:
    """Imported votes come without answers: nothing is known of their form."""
    if scope.kind != Scope.Kind.IMPORT:
        yield Chip(_("Style held equal"), replace(choice, with_style=not choice.with_style).query, choice.with_style)


def _fewest_chip(choice: BoardChoice) -> Chip:
    def label(fewest: int) -> str:
        return _("At least %(count)s votes") % {"count": fewest} if fewest else _("Any number of votes")

    options = [Option(label(n), replace(choice, fewest=n).query, choice.fewest == n) for n in FEWEST]
    return Chip(label(choice.fewest), "", bool(choice.fewest), options)
