"""Takes a file of votes from elsewhere into a scope of its own: all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arena.counting import Cell, add, outcomes
from arena.formats.reading import AUTO, read_votes
from arena.formats.rows import FileRefused, VoteRow
from arena.models import Contestant, ImportedVote, PairCount, Scope, Side, VoteImport

AT_ONCE = 2000  # rows in one statement
KEY_LENGTH = 12  # characters of the file's hash that name its scope


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file. `left_out` counts rows that are no part of a rating, by the reason."""

    source: VoteImport
    votes: int
    left_out: Counter[str]

    @property
    def sentences(self) -> list[str]:
        facts = {"votes": self.votes, "name": self.source.name, "scope": self.source.scope}
        found = [
            ngettext(
                "%(votes)d vote of %(name)s was imported; its leaderboard is %(scope)s.",
                "%(votes)d votes of %(name)s were imported; their leaderboard is %(scope)s.",
                self.votes,
            )
            % facts
        ]
        return found + left_out_sentences(self.left_out)


def left_out_sentences(left_out: Counter[str]) -> list[str]:
    return [
        ngettext("%(count)d vote was left out: %(reason)s.", "%(count)d votes were left out: %(reason)s.", count)
        % {"count": count, "reason": reason}
        for reason, count in sorted(left_out.items())
    ]


def import_votes(content: bytes, name: str, format: str = AUTO) -> Imported:
    """Raises FileRefused, with places, if a row is no vote, or if the same file is here already."""
    sha = hashlib.sha256(content).hexdigest()
    _refuse_again(sha)
    found = read_votes(content, format)
    try:
        with transaction.atomic():
            source = open_source(sha, name, found.format)
            if source is None:
                _refuse_again(sha)
                raise FileRefused([_("The same file is being imported at this moment.")])
            add_rows(source, found.rows)
    except IntegrityError:  # two at the same moment: the constraint has decided
        _refuse_again(sha)
        raise
    return Imported(source, found.votes, found.left_out)


def open_source(sha: str, name: str, format: str) -> VoteImport | None:
    """A new source with its scope; None if there is one of this hash. Within a transaction."""
    if VoteImport.objects.filter(sha256=sha).exists():
        return None
    scope, _created = Scope.objects.get_or_create(kind=Scope.Kind.IMPORT, key=sha[:KEY_LENGTH])
    return VoteImport.objects.create(sha256=sha, name=name[:255], format=format, scope=scope)


def add_rows(source: VoteImport, rows: Iterable[VoteRow]) -> None:
    """Keeps the votes and counts them. Within a transaction; the lines must be new in this source."""
    rows = list(rows)
    contestants = named_contestants({name for row in rows for name in (row.left, row.right)})
    cells: Counter[Cell] = Counter()
    for row in rows:
        pair = [("a", contestants[row.left]), ("b", contestants[row.right])]
        for left, right, column in outcomes(row.choice, pair):
            cells[source.scope_id, left, right, column] += row.times
    votes = _votes(source, rows, contestants)
    while batch := list(islice(votes, AT_ONCE)):
        ImportedVote.objects.bulk_create(batch)
    _count(source.scope_id, cells)


def named_contestants(names: Iterable[str]) -> dict[str, int]:
    """The ids of the contestants of these names, made where there are none yet."""
    wanted = sorted(set(names))
    Contestant.objects.bulk_create([Contestant(name=name) for name in wanted], ignore_conflicts=True)
    return dict(Contestant.objects.filter(name__in=wanted).values_list("name", "pk"))


def forget(source: VoteImport) -> None:
    """Takes an import back, with its scope and with names that nothing else knows."""
    with transaction.atomic():
        pairs = ImportedVote.objects.filter(source=source).order_by().values_list("left", "right").distinct()
        people = {contestant for pair in pairs for contestant in pair}
        scope = source.scope
        ImportedVote.objects.filter(source=source).delete()
        PairCount.objects.filter(scope=scope).delete()
        source.delete()
        scope.delete()
        unknown = Contestant.objects.filter(pk__in=people, model=None)
        for model, field in ((PairCount, "left"), (PairCount, "right"), (Side, "contestant"), (ImportedVote, "left")):
            unknown = unknown.exclude(pk__in=model._default_manager.values(field))
        unknown.exclude(pk__in=ImportedVote.objects.values("right")).delete()


# --- steps ------------------------------------------------------------------------------------------------------------


def _refuse_again(sha: str) -> None:
    earlier = VoteImport.objects.filter(sha256=sha).first()
    if earlier is not None:
        when = formats.date_format(timezone.localtime(earlier.created_at), "DATETIME_FORMAT")
        raise FileRefused(
            [_("This file is here already: %(name)s, imported on %(when)s.") % {"name": earlier.name, "when": when}]
        )


def _count(scope: int, cells: Counter[Cell]) -> None:
    """As arena.counting.add, which asks twice for each cell; a scope without counts gets all rows at once."""
    if PairCount.objects.filter(scope_id=scope).exists():
        add(cells)
        return
    rows: dict[tuple[int, int], PairCount] = {}
    for (_scope, left, right, column), number in cells.items():
        row = rows.setdefault((left, right), PairCount(scope_id=scope, left_id=left, right_id=right))
        setattr(row, column, number)
    PairCount.objects.bulk_create(rows.values(), batch_size=AT_ONCE)
    Scope.objects.filter(pk=scope).update(revision=F("revision") + 1)


def _votes(source: VoteImport, rows: list[VoteRow], contestants: dict[str, int]) -> Iterator[ImportedVote]:
    for row in rows:
        for offset in range(row.times):
            yield ImportedVote(
                source=source,
                line=row.line + offset,
                left_id=contestants[row.left],
                right_id=contestants[row.right],
                choice=row.choice,
                voter=row.voter,
                data=row.data,
            )
