"""Computes a scope's leaderboard from its pair counts (or, style held equal, from its votes) as plain numbers.

What comes out is JSON: contestants are their keys, unknown numbers are None. Names are added when it is read.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, pairwise
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Exists, OuterRef
from django.utils import timezone

from arena.models import Battle, PairCount, Scope, Side, StyleFeatures, Verdict, VoteImport
from arena.rating import ranks, tables
from arena.rating.bradley_terry import Fit, fit
from arena.rating.counts import BoolArray, FloatArray, PairCounts
from arena.rating.style import covariates, fit_style
from inference.models import Generation

FEWEST_VOTES = 30  # a contestant with fewer is listed, not ranked
MATRIX_SIZE = 25  # contestants in the tables of pairs
NEIGHBOURS = 6  # pairs of neighbours for which is told what would decide them
CHART_DAYS = 30
NEWEST_VOTES = 3000  # so many are looked at for the days and the last vote
NEWEST_SIDES = 2000  # and so many answers for the speeds
# The left side's score; in this order also the columns of a pair's counts.
SCORES: dict[str, float] = {"a": 1.0, "b": 0.0, "tie": 0.5, "both_bad": 0.5}
STYLE_FEATURES = ("length", "headers", "lists", "bold")

Through = Verdict.scopes.through


def counts_of(scope: Scope) -> PairCounts:
    """All of a scope's counts; in whole columns, because 200 contestants make 40,000 rows."""
    found = PairCount.objects.filter(scope_id=scope.pk)
    rows = found.values_list("left_id", "right_id", "left_wins", "right_wins", "ties", "both_bad")
    table = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 6)
    models = np.unique(table[:, :2])
    left, right = np.searchsorted(models, table[:, :2].T)
    counts = np.zeros((4, len(models), len(models)), dtype=np.int64)
    counts[:, left, right] = table[:, 2:].T
    return PairCounts(tuple(models.tolist()), *counts)


def standings(scope: Scope) -> dict[str, Any]:
    """The ordinary leaderboard; its cost depends on the number of contestants, not of votes."""
    counts = counts_of(scope)
    fitted = fit(counts)
    newest = newest_votes(scope)
    return {
        **ranking(fitted, counts),
        "votes": counts.total,
        "last_vote": newest[0].isoformat() if newest else None,
        "days": votes_per_day(newest),
        "speeds": speeds(),
    }


def style_standings(scope: Scope) -> dict[str, Any]:
    """The same with the form of the answers held equal. It reads every vote, because form does not reduce to counts."""
    cases = style_cases(scope)
    counts = PairCounts.from_rows([(case.left, case.right, *one_vote(case.choice)) for case in cases])
    if not cases:
        return {**ranking(fit(counts), counts), "votes": 0, "style": [], "longer_wins": None}
    place = {model: index for index, model in enumerate(counts.models)}
    x = covariates(np.array([case.left_form for case in cases]), np.array([case.right_form for case in cases]))
    fitted = fit_style(
        [place[case.left] for case in cases],
        [place[case.right] for case in cases],
        [SCORES[case.choice] for case in cases],
        x,
        counts.models,
    )
    return {
        **ranking(fitted.ratings, counts),
        "method": fitted.method,
        "votes": len(cases),
        "style": [
            {"feature": name, "coefficient": number(value), "standard_error": number(error)}
            for name, value, error in zip(STYLE_FEATURES, fitted.coefficients, fitted.standard_errors, strict=True)
        ],
        "longer_wins": longer_wins(cases),
    }


def ranking(fitted: Fit, counts: PairCounts) -> dict[str, Any]:
    """Rows from best to worst, with the pairs of the first ones and what would decide between neighbours."""
    votes = counts.unordered().battles.sum(axis=1)
    enough: BoolArray = votes >= FEWEST_VOTES
    fitted = levelled(fitted, enough & fitted.connected)
    order = ranks.order(fitted, np.ones(len(votes), dtype=np.bool_))
    ranked = [i for i in order if enough[i]]
    spreads = ranks.rank_spread(fitted, among=enough)
    rates = tables.win_rates(counts)
    average = tables.average_win_rates(rates)
    position = {model: rank for rank, model in enumerate(ranked, start=1)}
    lower, upper = fitted.intervals().T
    rows = []
    for i in [*ranked, *(i for i in order if not enough[i])]:
        spread = spreads[i]
        rows.append(
            {
                "contestant": counts.models[i],
                "rank": position.get(i),
                "best": spread.best if spread else None,
                "worst": spread.worst if spread else None,
                "points": number(fitted.points[i]),
                "lower": number(lower[i]),
                "upper": number(upper[i]),
                "votes": int(votes[i]),
                "win_rate": number(average[i]),
                "is_connected": bool(fitted.connected[i]),
                "is_level_with_first": bool(enough[i] and not ranks.differs(fitted, ranked[0], i)),
            }
        )
    shown = (ranked or order)[:MATRIX_SIZE]
    return {
        "method": fitted.method,
        "rows": rows,
        "pairs": pair_tables(counts, shown, rates),
        "undecided": undecided(fitted, counts, ranked),
    }


def levelled(fitted: Fit, reference: BoolArray) -> Fit:
    """The same fit with 1000 points for the average of the `reference` models, if there are any.

    Otherwise a newcomer with three votes, whose strength is hardly known, would make everybody's level uncertain.
    """
    if not reference.any():
        return fitted
    weight = reference / reference.sum()

    def moved(matrix: FloatArray) -> FloatArray:
        """Of θ − weight·θ, where `matrix` is of θ."""
        with_level = matrix @ weight
        return np.asarray(matrix - with_level - with_level[:, None] + weight @ with_level)

    return replace(
        fitted,
        theta=fitted.theta - weight @ fitted.theta,
        covariance=moved(fitted.covariance),
        inverse_information=moved(fitted.inverse_information),
    )


def pair_tables(counts: PairCounts, shown: list[int], rates: FloatArray) -> dict[str, Any]:
    """Win rates (of decided battles) and numbers of battles among the first contestants."""
    among = np.ix_(shown, shown)
    return {
        "contestants": [counts.models[i] for i in shown],
        "win_rates": [[number(rate) for rate in row] for row in rates[among]],
        "battles": tables.battle_counts(counts)[among].tolist(),
    }


def undecided(fitted: Fit, counts: PairCounts, ranked: list[int]) -> list[dict[str, Any]]:
    """Neighbours that cannot be told apart, best first, and about how many more votes between them would do it."""
    found: list[dict[str, Any]] = []
    for upper, lower in pairwise(ranked):
        if len(found) == NEIGHBOURS:
            break
        if ranks.differs(fitted, upper, lower):
            continue
        votes = ranks.votes_to_decide(fitted, counts, upper, lower)
        found.append({"contestants": [counts.models[upper], counts.models[lower]], "votes": votes})
    return found


# --- beside the ratings -----------------------------------------------------------------------------------------------


def rated_votes(scope: Scope) -> Any:
    """The scope's verdicts that no later one has replaced."""
    later = Verdict.objects.filter(vote=OuterRef("verdict__vote"), pk__gt=OuterRef("verdict_id"))
    return Through.objects.filter(~Exists(later), scope_id=scope.pk)


def newest_votes(scope: Scope) -> list[Any]:
    """When the newest rated votes were cast, newest first. The limit keeps the cost the same for millions of votes."""
    moments = rated_votes(scope).order_by("-id").values_list("verdict__vote__created_at", flat=True)
    return sorted(moments[:NEWEST_VOTES], reverse=True)


def votes_per_day(moments: list[Any]) -> list[list[Any]]:
    """[day, votes] for each of the last days, without those that the newest votes do not cover completely."""
    today = timezone.localdate()
    first = today - timedelta(days=CHART_DAYS - 1)
    if len(moments) == NEWEST_VOTES:
        first = max(first, min(today, timezone.localdate(moments[-1]) + timedelta(days=1)))
    number = Counter(timezone.localdate(moment) for moment in moments)
    days = [first + timedelta(days=offset) for offset in range((today - first).days + 1)]
    return [[day.isoformat(), number[day]] for day in days]


def speeds() -> dict[str, float]:
    """Tokens a second of each contestant (by its key): the median over its newest answers in battles."""
    newest = Side.objects.order_by("-id").values_list("id", flat=True).first() or 0
    answers = Side.objects.filter(
        id__gt=newest - NEWEST_SIDES,
        battle__state=Battle.State.VOTED,  # of an open one nothing is told
        conversation__messages__generation__status=Generation.Status.FINISHED,
        conversation__messages__generation__completion_tokens__gte=3,
        conversation__messages__generation__first_token_at__isnull=False,
    ).values_list(
        "contestant_id",
        "conversation__messages__generation__completion_tokens",
        "conversation__messages__generation__first_token_at",
        "conversation__messages__generation__ended_at",
    )
    found: dict[int, list[float]] = defaultdict(list)
    for contestant, tokens, begun, ended in answers:
        if begun and ended and ended > begun:
            found[contestant].append((tokens - 1) / (ended - begun).total_seconds())
    return {str(contestant): round(median(values), 1) for contestant, values in found.items()}


class StyleCase(NamedTuple):
    """A rated vote and the form of the two sides' answers, each as arena.rating.style.StyleFeatures."""

    left: int
    right: int
    choice: str
    left_form: list[int]
    right_form: list[int]


def style_cases(scope: Scope) -> list[StyleCase]:
    """Of the scope's rated votes, those on two sides."""
    votes = rated_votes(scope).values("verdict__vote_id")
    found = StyleFeatures.objects.filter(vote__in=votes)
    lefts = dict(found.filter(vote__battle__sides__label="a").values_list("vote_id", "vote__battle__sides__contestant"))
    rows = found.filter(vote__battle__sides__label="b").values_list(
        "vote_id", "vote__battle__sides__contestant", "vote__choice", "left", "right"
    )
    return [StyleCase(lefts[vote], *case) for vote, *case in rows]


def longer_wins(cases: list[StyleCase]) -> float | None:
    """Of the decided votes on answers of different length: which part did the longer answer win?"""
    decided = [case for case in cases if case.choice in ("a", "b") and case.left_form[0] != case.right_form[0]]
    if not decided:
        return None
    won = sum((case.choice == "a") == (case.left_form[0] > case.right_form[0]) for case in decided)
    return won / len(decided)


def one_vote(choice: str) -> tuple[int, int, int, int]:
    """Left wins, right wins, ties, both bad."""
    left, right, tie, bad = (int(choice == column) for column in SCORES)
    return left, right, tie, bad


def imported_at(scope: Scope) -> datetime | None:
    """When an import's votes were read; None for a scope of this site."""
    return VoteImport.objects.filter(scope_id=scope.pk).values_list("created_at", flat=True).first()


def number(value: Any) -> float | None:
    """None where there is no number: JSON has no NaN. The ninth decimal is below the precision of the fit."""
    return round(float(value), 9) if math.isfinite(value) else None
