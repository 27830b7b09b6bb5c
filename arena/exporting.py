"""Writes votes in the formats that other arenas read: this site's own, or an imported file's rows as they came.

Who voted becomes a number, the same in every export; nothing else of a person is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from arena.counting import outcomes
from arena.formats.csv_votes import ARENA_RANK, CSV, csv_record, pairs_as_csv
from arena.formats.json_votes import LEADERBOT, RECORDS
from arena.formats.rows import ExportedVote, Said
from arena.models import Battle, ImportedVote, Scope, Side, Verdict, Vote, VoteImport
from arena.rating.style import style_features

FORMATS = (*RECORDS, CSV)
AT_ONCE = 500  # votes read in one piece
CHOICES = {"left_wins": "a", "right_wins": "b", "ties": "tie", "both_bad": "both_bad"}


class NothingToExport(ValueError):
    """There is no such scope; the text is a sentence for people."""


def export_votes(format: str = "", scope: str = "", *, with_unrated: bool = False) -> Iterator[str]:
    """The file in pieces of text. `scope` is written as on the leaderboard ("overall", "language:en", "import:…");
    empty takes every vote of this site. `format` is one of FORMATS; empty: FastChat's, or for an import its own.

    Raises NothingToExport before the first piece.
    """
    chosen = _scope(scope) if scope else None
    if chosen is not None and chosen.kind == Scope.Kind.IMPORT:
        return _imported_text(VoteImport.objects.get(scope=chosen), format)
    return _text(own_votes(chosen, with_unrated=with_unrated), format or next(iter(RECORDS)))


def own_votes(scope: Scope | None = None, *, with_unrated: bool = False) -> Iterator[ExportedVote]:
    """Votes of this site, oldest first. One among three or four sides becomes a row for each pair that it decides."""
    last = Verdict.objects.order_by().values("vote").annotate(last=Max("pk")).values("last")
    verdicts = Verdict.objects.filter(pk__in=last)
    rated = verdicts.filter(is_rated=True) if scope is None else verdicts.filter(is_rated=True, scopes=scope)
    chosen = Vote.objects.order_by("pk")
    if scope is not None or not with_unrated:
        chosen = chosen.filter(pk__in=rated.values("vote"))
    unrated = set(verdicts.filter(is_rated=False).values_list("vote", flat=True)) if with_unrated else set()
    voters = _numbers_of_voters()
    cast: Counter[str] = Counter()
    for vote in chosen.select_related("battle").iterator(chunk_size=AT_ONCE):
        cast[vote.voter_key] += 1
        yield from _rows(vote, voters[vote.voter_key], cast[vote.voter_key], vote.pk not in unrated)


# --- this site's votes ------------------------------------------------------------------------------------------------


def _scope(name: str) -> Scope:
    kind, _colon, key = name.partition(":")
    found = Scope.objects.filter(kind=kind, key=key).first()
    if found is None:
        known = ", ".join(sorted(map(str, Scope.objects.all()[:40]))) or _("none yet")
        raise NothingToExport(
            _("There are no votes in %(scope)s. There are: %(known)s.") % {"scope": name, "known": known}
        )
    return found


def _numbers_of_voters() -> dict[str, int]:
    """By their first votes, which never change: so a person has one number in every export."""
    keys = Vote.objects.order_by().values("voter_key").annotate(first=Min("pk")).order_by("first")
    return {key: number for number, key in enumerate(keys.values_list("voter_key", flat=True), start=1)}


def _rows(vote: Vote, voter: int, voters_vote: int, is_rated: bool) -> Iterator[ExportedVote]:
    battle = vote.battle
    sides = {side.contestant_id: side for side in battle.sides.select_related("contestant", "conversation")}
    order = sorted(((side.label, key) for key, side in sides.items()))
    for left, right, column in outcomes(vote.choice, order):
        pair = sides[left], sides[right]
        yield ExportedVote(
            id=battle.pk.hex if len(sides) == 2 else f"{battle.pk.hex}-{pair[0].label}{pair[1].label}",
            left=pair[0].contestant.name,
            right=pair[1].contestant.name,
            choice=CHOICES[column],
            voter=f"arena_user_{voter}",
            voters_vote=voters_vote,
            is_blind=battle.mode == Battle.Mode.BLIND,
            is_rated=is_rated,
            turns=vote.turns,
            language=battle.language,
            categories=tuple(battle.categories),
            cast_at=vote.created_at,
            left_said=_said(pair[0], vote.turns),
            right_said=_said(pair[1], vote.turns),
        )


def _said(side: Side, turns: int) -> tuple[Said, ...]:
    """What was judged; empty when the texts were deleted."""
    if side.conversation is None:
        return ()
    return tuple(
        Said(
            role="assistant" if message.generation else "user",
            text=message.text,
            tokens=(message.generation.completion_tokens if message.generation else 0)
            or style_features(message.text).tokens,
        )
        for message in side.conversation.thread()[: 2 * turns]
    )


def _text(votes: Iterable[ExportedVote], format: str) -> Iterator[str]:
    if format == CSV:
        return pairs_as_csv(csv_record(vote) for vote in votes)
    return _json_list(RECORDS[format](vote) for vote in votes)


# --- an import's votes ------------------------------------------------------------------------------------------------


def _imported_text(source: VoteImport, format: str) -> Iterator[str]:
    rows = ImportedVote.objects.filter(source=source).order_by("line")
    if format not in ("", source.format) or source.format not in (*RECORDS, CSV, ARENA_RANK, LEADERBOT):
        return _text(_imported_votes(rows), format or next(iter(RECORDS)))
    if source.format == LEADERBOT:
        return iter([_counts(rows)])
    kept = rows.values_list("data", flat=True).iterator(chunk_size=AT_ONCE)
    return pairs_as_csv(kept) if source.format in (CSV, ARENA_RANK) else _json_list(kept)


def _imported_votes(rows: QuerySet[ImportedVote]) -> Iterator[ExportedVote]:
    for row in rows.select_related("left", "right").iterator(chunk_size=AT_ONCE):
        yield ExportedVote(
            id=f"{row.source_id}-{row.line}",
            left=row.left.name,
            right=row.right.name,
            choice=row.choice,
            voter=row.voter,
        )


def _counts(rows: QuerySet[ImportedVote]) -> str:
    """As leaderbot keeps them, in the order in which they came."""
    columns = ("a", "b", "tie", "both_bad")
    pairs: dict[tuple[str, str], list[int]] = {}
    for left, right, choice in rows.values_list("left__name", "right__name", "choice").iterator(chunk_size=AT_ONCE):
        pairs.setdefault((left, right), [0, 0, 0, 0])[columns.index(choice)] += 1
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    indices = [[names.index(left), names.index(right)] for left, right in pairs]
    return json.dumps({"models": names, "X": indices, "Y": list(pairs.values())}, ensure_ascii=False) + "\n"


def _json_list(records: Iterable[Any]) -> Iterator[str]:
    opening = "["
    for record in records:
        yield f"{opening}\n{json.dumps(record, ensure_ascii=False)}"
        opening = ","
    yield "\n]\n" if opening == "," else "[]\n"
