"""A board for programs: the same rows and numbers as on the page, under English names that do not change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.timezone import localtime

from arena.board import Board, Row

CSV_COLUMNS = (
    *("rank", "rank_best", "rank_worst", "name", "label", "kind", "points", "lower", "upper"),
    *("votes", "win_rate", "tokens_per_second", "states", "note"),
)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_json(board: Board, rows: Iterable[Row]) -> dict[str, Any]:
    """`rows` are the ones that are shown, in their order. Points and intervals are null where nothing was rated."""
    return {
        "scope": str(board.scope),
        "revision": board.scope.revision,
        "style_controlled": board.is_style_controlled,
        "method": board.method,
        "votes": board.votes,
        "last_vote": localtime(board.last_vote).isoformat() if board.last_vote else None,
        "rows": [as_record(row) for row in rows],
        "undecided": [
            {"better": found.better.name, "worse": found.worse.name, "votes": found.votes} for found in board.undecided
        ],
        "pairs": {
            "names": [contestant.name for contestant in board.pairs.contestants],
            "win_rates": board.pairs.win_rates,
            "battles": board.pairs.battles,
        },
        "votes_per_day": dict(board.days),
        **({"style": board.style, "longer_wins": board.longer_wins} if board.is_style_controlled else {}),
    }


def as_record(row: Row) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "rank_best": row.best,
        "rank_worst": row.worst,
        "name": row.contestant.name,
        "label": row.label,
        "kind": row.kind,
        "points": row.points,
        "lower": row.lower,
        "upper": row.upper,
        "votes": row.votes,
        "win_rate": row.win_rate,
        "tokens_per_second": row.speed,
        "states": row.states,
        "note": row.contestant.note,
    }


def as_cells(row: Row) -> list[Any]:
    """In the order of CSV_COLUMNS."""
    record = as_record(row) | {"states": " ".join(row.states)}
    return [_harmless(record[column]) for column in CSV_COLUMNS]


def _harmless(value: Any) -> Any:
    """A spreadsheet would take a name that begins so for a formula, and imported names may be anything."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
