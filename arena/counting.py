"""Moves the pair counts when a verdict is given, and rebuilds them from the votes to see that they are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import F, Max

from arena.models import ImportedVote, PairCount, Scope, Side, Verdict, Vote, VoteChain

COLUMNS = ("left_wins", "right_wins", "ties", "both_bad")

Cell = tuple[int, int, int, str]  # scope, left contestant, right contestant, column


def locked_chain() -> VoteChain:
    """Within a transaction: nobody votes and nobody is overruled until its end."""
    chain = VoteChain.objects.select_for_update().filter(id=1).first()
    if chain is None:
        VoteChain.objects.get_or_create(id=1)
        chain = VoteChain.objects.select_for_update().get(id=1)
    return chain


def outcomes(choice: str, sides: list[tuple[str, int]]) -> Iterator[tuple[int, int, str]]:
    """What a vote says of each pair of sides, as (left, right, column). `sides` are (label, contestant) in order.

    Among three or four, the best one beats each of the others; nothing is said of the others among themselves.
    """
    for index, (label, left) in enumerate(sides):
        for other, right in sides[index + 1 :]:
            if choice in ("tie", "both_bad"):
                yield left, right, "ties" if choice == "tie" else "both_bad"
            elif choice == label:
                yield left, right, "left_wins"
            elif choice == other:
                yield left, right, "right_wins"


def give_verdict(
    vote: Vote,
    *,
    sides: list[tuple[str, int]],
    scopes: Iterable[Scope],
    reasons: list[str],
    rules_version: int,
    decided_by: str = "",
    is_first: bool = False,
) -> Verdict:
    """Adds a verdict and moves the counts from the one before to it. The caller holds the vote chain's lock.

    `sides` are (label, contestant) of the battle, in order; `is_first` says that the vote was stored just now.
    """
    before = None if is_first else vote.verdicts.order_by("-id").first()
    old = set(before.scopes.values_list("pk", flat=True)) if before else set()
    verdict = Verdict.objects.create(
        vote=vote, is_rated=not reasons, reasons=reasons, rules_version=rules_version, decided_by=decided_by
    )
    new = set() if reasons else {scope.pk for scope in scopes}
    links = Verdict.scopes.through
    links.objects.bulk_create([links(verdict_id=verdict.pk, scope_id=scope) for scope in new])
    pairs = list(outcomes(vote.choice, sides))
    changes: Counter[Cell] = Counter()
    for scope in old ^ new:
        changes.update({(scope, *pair): 1 if scope in new else -1 for pair in pairs})
    add(changes)
    return verdict


def add(changes: Counter[Cell]) -> None:
    """Adds to the counts. The caller holds the vote chain's lock, or is the only one who knows the scope."""
    alike: dict[tuple[int, int, str, int], set[int]] = {}  # the same step in many scopes is one question
    for (scope, *step), number in changes.items():
        if number:
            alike.setdefault((*step, number), set()).add(scope)  # type: ignore[arg-type]
    for (left, right, column, number), scopes in alike.items():
        rows = PairCount.objects.filter(scope_id__in=scopes, left_id=left, right_id=right)
        if rows.update(**{column: F(column) + number}) == len(scopes):
            continue
        new = scopes.difference(rows.values_list("scope_id", flat=True))
        PairCount.objects.bulk_create(
            [PairCount(scope_id=scope, left_id=left, right_id=right, **{column: number}) for scope in new]
        )
    Scope.objects.filter(pk__in={cell[0] for cell in changes}).update(revision=F("revision") + 1)


def recount() -> Counter[Cell]:
    """Every cell that the votes and their last verdicts add up to; reads each vote once."""
    last_verdicts = Verdict.objects.order_by().values("vote").annotate(last=Max("pk")).values("last")
    sides: dict[object, list[tuple[str, int]]] = {}
    for battle, label, contestant in (
        Side.objects.filter(battle__vote__isnull=False)
        .order_by("label")
        .values_list("battle_id", "label", "contestant_id")
    ):
        sides.setdefault(battle, []).append((label, contestant))
    cells: Counter[Cell] = Counter()
    rated = Verdict.scopes.through.objects.filter(verdict_id__in=last_verdicts)
    for scope, choice, battle in rated.values_list("scope_id", "verdict__vote__choice", "verdict__vote__battle_id"):
        cells.update((scope, *pair) for pair in outcomes(choice, sides[battle]))
    for scope, left, right, choice in ImportedVote.objects.values_list(
        "source__scope_id", "left_id", "right_id", "choice"
    ).iterator():
        cells.update((scope, *pair) for pair in outcomes(choice, [("a", left), ("b", right)]))
    return cells


def kept() -> Counter[Cell]:
    """Every cell as it stands in the cache."""
    cells: Counter[Cell] = Counter()
    for row in PairCount.objects.values_list("scope_id", "left_id", "right_id", *COLUMNS).iterator():
        for column, number in zip(COLUMNS, row[3:], strict=True):
            if number:
                cells[(*row[:3], column)] = number
    return cells


def rebuild() -> int:
    """Makes the cache equal to the recount; returns how many cells were wrong."""
    right = recount()
    right.subtract(kept())
    wrong = Counter({cell: number for cell, number in right.items() if number})
    add(wrong)
    return len(wrong)
