"""`manage.py leaderboard`: the leaderboard in a terminal."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from arena.board import Board, Row, board_of, scope_named
from arena.board_export import as_json
from arena.models import Scope

# Names last: in Chinese they are wider than their number of characters.
LINE = "{:>4}  {:>7}  {:>6}  {:>12}  {:>9}  {:>5}  {:>8}  {}"


class Command(BaseCommand):
    help = (
        "Prints the leaderboard. It shows points, 95 % intervals, and between which ranks a model may truly be. "
        "Scopes are overall, language:zh-hant, category:air, month:2026-11, mode:side_by_side and so on. "
        "--json prints what /arena/leaderboard.json gives."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scope", default="overall", help="which votes count (default: overall)")
        parser.add_argument("--style", action="store_true", help="hold the form of the answers equal")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = scope_named(options["scope"])
        if scope is None:
            known = ", ".join(map(str, Scope.objects.all()))
            raise CommandError(f"There is no scope {options['scope']}; choose one of: {known or 'overall'}")
        with translation.override("en"):
            board = board_of(scope, with_style=options["style"])
            if options["json"]:
                self.stdout.write(json.dumps(as_json(board, board.rows), ensure_ascii=False, indent=2))
            else:
                self._print(board)

    def _print(self, board: Board) -> None:
        if board.rows:
            self.stdout.write(LINE.format("RANK", "RANGE", "POINTS", "95 %", "VOTES", "WINS", "TOKENS/S", "MODEL"))
            for row in board.rows:
                self.stdout.write(LINE.format(*_cells(row)))
        else:
            self.stdout.write("No vote has been rated here yet.")
        self.stdout.write("")
        last = f", the last one {timezone.localtime(board.last_vote):%Y-%m-%d %H:%M}" if board.last_vote else ""
        self.stdout.write(f"{board.scope}: {board.votes} rated votes{last}. {board.method}.")


def _cells(row: Row) -> tuple[str, ...]:
    states = ", ".join(state.replace("_", " ") for state in row.states)
    who = f"{row.label} ({states})" if states else row.label
    if row.rank is None or row.points is None:
        return ("-", "", "", "", str(row.votes), "", "", who)
    return (
        str(row.rank),
        f"{row.best}-{row.worst}",
        f"{row.points:.0f}",
        f"{row.lower:.0f} to {row.upper:.0f}",
        str(row.votes),
        "-" if row.win_rate is None else f"{row.win_rate:.0%}",
        "-" if row.speed is None else f"{row.speed:.0f}",
        who,
    )
