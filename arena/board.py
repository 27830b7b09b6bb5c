"""A scope's leaderboard as people may read it: the kept numbers, if the scope has not changed since, and today's names.

Numbers come from arena.standings and are kept in Snapshot. Names, notes and retirements are added at every reading,
because they change without a vote.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from arena.models import Contestant, Scope, Snapshot
from arena.standings import imported_at, standings, style_standings
from inference.models import ModelEntry

FORMAT = 1  # of a snapshot's numbers; one in another format is computed anew
ESTABLISHED_VOTES = 300
ESTABLISHED_HALF_WIDTH = 25.0  # points

_computing = threading.Lock()  # of many readers after a vote, one computes and the others wait for the result


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant. Without a rank there is not enough data; points are None where nothing at all was rated."""

    contestant: Contestant
    rank: int | None = None
    best: int | None = None
    worst: int | None = None
    points: float | None = None
    lower: float | None = None
    upper: float | None = None
    votes: int = 0
    win_rate: float | None = None
    speed: float | None = None
    is_connected: bool = False
    is_level_with_first: bool = False

    @property
    def label(self) -> str:
        return self.contestant.label

    @property
    def kind(self) -> str:
        """model, expert, or import: a name without a model on this site."""
        if self.contestant.model is None:
            return "import"
        return "expert" if self.contestant.model.backend == ModelEntry.Backend.EXPERT else "model"

    @property
    def is_ranked(self) -> bool:
        return self.rank is not None

    @property
    def half_width(self) -> float | None:
        return (self.upper - self.lower) / 2 if self.upper is not None and self.lower is not None else None

    @property
    def is_preliminary(self) -> bool:
        """Ranked, but its place may still change much: few votes, a wide interval, or only wins or only losses."""
        is_wide = self.half_width is None or self.half_width > ESTABLISHED_HALF_WIDTH
        return self.is_ranked and (self.votes < ESTABLISHED_VOTES or is_wide or not self.is_connected)

    @property
    def is_retired(self) -> bool:
        return self.contestant.retired_at is not None

    @property
    def states(self) -> list[str]:
        """Any of: not_enough_data, preliminary, retired, level_with_first."""
        found = {
            "not_enough_data": not self.is_ranked,
            "preliminary": self.is_preliminary,
            "retired": self.is_retired,
            "level_with_first": self.is_level_with_first and self.rank != 1,
        }
        return [state for state, holds in found.items() if holds]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two neighbours that cannot be told apart; `votes` more between them would probably do, None: too many to say."""

    better: Contestant
    worse: Contestant
    votes: int | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Among the first contestants: `[i][j]` is how i did against j; None where they never met."""

    contestants: list[Contestant] = field(default_factory=list)
    win_rates: list[list[float | None]] = field(default_factory=list)
    battles: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page, the JSON and the CSV show of one scope."""

    scope: Scope
    rows: list[Row]
    votes: int
    method: str
    last_vote: datetime | None
    days: list[tuple[str, int]]
    pairs: Pairs
    undecided: list[Undecided]
    is_style_controlled: bool
    style: list[dict[str, Any]]
    longer_wins: float | None


def scope_named(name: str) -> Scope | None:
    """The scope that `str(scope)` calls so, "overall" or "language:en"; the overall one even before the first vote."""
    kind, _colon, key = name.partition(":")
    # PostgreSQL refuses to look for a NUL character at all.
    found = None if "\0" in name else Scope.objects.filter(kind=kind, key=key).first()
    return found or (Scope(kind=Scope.Kind.OVERALL) if name == Scope.Kind.OVERALL else None)


def board_of(scope: Scope, *, with_style: bool = False) -> Board:
    """From the snapshot if it still holds, else computed and kept. `with_style`: the form of answers held equal."""
    kept = numbers_of(scope, with_style)
    numbers = kept["style" if with_style else "plain"]
    plain = kept["plain"]
    counted = {row["contestant"] for row in numbers["rows"]}
    people = _contestants(scope, counted)
    rows = [_row(row, people, plain["speeds"]) for row in numbers["rows"]]
    rows += [Row(contestant) for key, contestant in people.items() if key not in counted]
    pairs = numbers["pairs"]
    last = datetime.fromisoformat(plain["last_vote"]) if plain["last_vote"] else imported_at(scope)
    return Board(
        scope=scope,
        rows=rows,
        votes=numbers["votes"],
        method=numbers["method"],
        last_vote=last,
        days=[(day, number) for day, number in plain["days"]],
        pairs=Pairs([people[key] for key in pairs["contestants"]], pairs["win_rates"], pairs["battles"]),
        undecided=[
            Undecided(people[better], people[worse], votes)
            for (better, worse), votes in ((found["contestants"], found["votes"]) for found in numbers["undecided"])
        ],
        is_style_controlled=with_style,
        style=numbers.get("style", []),
        longer_wins=numbers.get("longer_wins"),
    )


def numbers_of(scope: Scope, with_style: bool = False) -> dict[str, Any]:
    """{"plain": …} and, once asked for, {"style": …}, as arena.standings gives them."""
    wanted: dict[str, Callable[[Scope], dict[str, Any]]] = {"plain": standings}
    if with_style:
        wanted["style"] = style_standings
    if scope.pk is None:
        return {name: compute(scope) for name, compute in wanted.items()}
    kept = _kept(scope)
    if wanted.keys() <= kept.keys():
        return kept
    with _computing:
        # The revision is read before the counts: if a vote comes between, this snapshot is already out of date, never
        # wrong.
        scope.refresh_from_db(fields=["revision"])
        kept = _kept(scope)
        if missing := [name for name in wanted if name not in kept]:
            kept |= {name: wanted[name](scope) for name in missing} | {"format": FORMAT}
            Snapshot.objects.update_or_create(scope=scope, defaults={"revision": scope.revision, "board": kept})
    return kept


def _kept(scope: Scope) -> dict[str, Any]:
    """Empty if nothing is kept, or of another revision."""
    board = Snapshot.objects.filter(scope=scope, revision=scope.revision).values_list("board", flat=True).first()
    return board if board and board.get("format") == FORMAT else {}


def _contestants(scope: Scope, keys: Iterable[int]) -> dict[int, Contestant]:
    """Those with counts; on the overall board everybody who takes part, from the first day."""
    chosen = Q(pk__in=keys)
    if scope.kind == Scope.Kind.OVERALL:
        chosen |= Q(model__is_enabled=True)
    fields = ("name", "retired_at", "note", "model__name", "model__name_zh_hant", "model__backend")
    found = Contestant.objects.filter(chosen).select_related("model").only(*fields)
    return {contestant.pk: contestant for contestant in found}


def _row(numbers: dict[str, Any], people: dict[int, Contestant], speeds: dict[str, float]) -> Row:
    contestant = people[numbers["contestant"]]
    given = {name: value for name, value in numbers.items() if name != "contestant"}
    return Row(contestant, speed=speeds.get(str(contestant.pk)), **given)
