"""The leaderboard as a page, as the part of it that is fetched anew after a vote, as JSON and as CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from arena import charts
from arena.board import Board, Pairs, Row, board_of, scope_named
from arena.board_choice import BoardChoice, chips, headings
from arena.board_export import CSV_COLUMNS, as_cells, as_json
from arena.models import Scope
from arena.scope_names import STYLE_NAMES, scope_label
from chat.access import HtmxRequest, for_owners
from chat.owners import Owner


@never_cache
@require_safe
@for_owners
def leaderboard(request: HtmxRequest, owner: Owner) -> HttpResponse:
    """A page that is open asks every second with the revision it shows: 204 as long as that is the newest."""
    choice, scope = _asked_for(request)
    if request.htmx and request.GET.get("revision") == str(scope.revision):
        return HttpResponse(status=204)
    template = "arena/_leaderboard.html" if request.htmx else "arena/leaderboard.html"
    return render(request, template, _page(choice, scope))


@never_cache
@require_safe
@for_owners
def leaderboard_json(request: HtmxRequest, owner: Owner) -> HttpResponse:
    choice, scope = _asked_for(request)
    board = board_of(scope, with_style=choice.with_style)
    return JsonResponse(as_json(board, choice.rows(board.rows)), json_dumps_params={"ensure_ascii": False})


@never_cache
@require_safe
@for_owners
def leaderboard_csv(request: HtmxRequest, owner: Owner) -> HttpResponse:
    choice, scope = _asked_for(request)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    writer.writerows(as_cells(row) for row in choice.rows(board_of(scope, with_style=choice.with_style).rows))
    name = slugify(str(scope).replace(":", "-")) or "scope"
    # Excel reads Chinese names only with the mark that UTF-8 does not need.
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="leaderboard-{name}.csv"'
    return response


# --- the page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table and its drawing; None where there is nothing to draw."""

    row: Row
    interval: charts.Interval | None


@dataclass(frozen=True, slots=True)
class PairRow:
    """One contestant's line in the tables of pairs."""

    number: int
    label: str
    rates: list[charts.Cell]
    counts: list[charts.Cell]


def _asked_for(request: HtmxRequest) -> tuple[BoardChoice, Scope]:
    choice = BoardChoice.from_query(request.GET)
    scope = scope_named(choice.scope)
    if scope is None:
        raise Http404("no such scope")
    return choice, scope


def _page(choice: BoardChoice, scope: Scope) -> dict[str, Any]:
    board = board_of(scope, with_style=choice.with_style)
    rows = choice.rows(board.rows)
    axis = charts.axis((row.lower, row.upper) for row in rows if row.is_ranked and row.lower and row.upper)
    return {
        "choice": choice,
        "board": board,
        "caption": _caption(scope),
        "chips": chips(choice, scope),
        "headings": headings(choice),
        "axis": axis,
        "lines": [Line(row, _interval(row, axis)) for row in rows],
        "hidden": len(board.rows) - len(rows),
        "has_ranks": any(row.is_ranked for row in rows),
        "has_band": any("level_with_first" in row.states for row in rows),
        "pair_rows": _pair_rows(board.pairs),
        "bars": charts.bars([(date_format(date.fromisoformat(day), "MONTH_DAY_FORMAT"), n) for day, n in board.days]),
        "charted": sum(number for _day, number in board.days),
        "longer_percent": None if board.longer_wins is None else round(100 * board.longer_wins),
        "style_effects": _style_effects(board),
    }


def _caption(scope: Scope) -> str:
    if scope.kind == Scope.Kind.MODE:
        return _("Models by votes of people who knew whose answers they read")
    if scope.kind == Scope.Kind.IMPORT:
        return _("Models by imported votes: %(scope)s") % {"scope": scope_label(scope)}
    if scope.kind == Scope.Kind.OVERALL:
        return _("Models by votes of people who did not know whose answers they read")
    return _("Models by votes of people who did not know whose answers they read: %(scope)s") % {
        "scope": scope_label(scope)
    }


def _interval(row: Row, axis: charts.Axis) -> charts.Interval | None:
    if not row.is_ranked or row.lower is None or row.points is None or row.upper is None:
        return None
    return axis.interval(row.lower, row.points, row.upper)


def _pair_rows(pairs: Pairs) -> list[PairRow]:
    most = max((count for row in pairs.battles for count in row), default=0)
    return [
        PairRow(
            number,
            contestant.label,
            [charts.rate_cell(rate) for rate in rates],
            [charts.count_cell(count, most) for count in counts],
        )
        for number, (contestant, rates, counts) in enumerate(
            zip(pairs.contestants, pairs.win_rates, pairs.battles, strict=True), start=1
        )
    ]


def _style_effects(board: Board) -> list[dict[str, Any]]:
    return [{**found, "label": STYLE_NAMES[found["feature"]]} for found in board.style]
