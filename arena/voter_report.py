"""Who votes unlike the others, and whose votes move the board most: two reports for administrators.

Both read the rated votes of blind battles, newest first up to a limit, and name a voter by the votes' key alone.
A finding is a reason to look at the votes, never a proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from arena.models import Contestant, Scope, Side, Verdict
from arena.rating.bradley_terry import Fit, fit
from arena.rating.counts import PairCounts
from arena.rating.davidson import fit_davidson
from arena.rating.voters import Evidence, Judged, evidence, influence
from arena.standings import SCORES, one_vote, rated_votes

MOST_VOTES = 100_000  # the newest ones
MOST_VOTERS = 200  # those with most votes are examined
FEWEST_VOTES = 5
WORTH_TELLING = 1.0  # ln E; a voter is marked from 3.0
SMALL_PART = 0.02  # with a larger part of all votes a voter is judged by what the others said

Ballot = list[tuple[int, int, str]]  # left, right, choice, in the order in which they were cast


@dataclass(frozen=True, slots=True)
class VoterLine:
    """One voter. `log_evidence` is the largest ln E so far; `moved` by `points` is the contestant changed most."""

    voter_key: str
    votes: int
    flagged_at: int | None
    log_evidence: float
    looks_like: str  # clicks, promotes or demotes
    target: Contestant | None
    moved: Contestant | None
    points: float

    @property
    def has_pattern(self) -> bool:
        """Below that, what the votes look like most is chance."""
        return self.log_evidence > WORTH_TELLING


def voter_lines() -> list[VoterLine]:
    """The voters with most votes; flagged ones first, then by what they moved."""
    ballots = _ballots()
    counts = _counted(vote for ballot in ballots.values() for vote in ballot)
    if not counts.total:
        return []
    fitted = fit(counts)
    people = Contestant.objects.select_related("model").in_bulk(counts.models)
    examined = sorted(ballots.items(), key=lambda item: -len(item[1]))[:MOST_VOTERS]
    lines = [_line(key, ballot, counts, fitted, people) for key, ballot in examined if len(ballot) >= FEWEST_VOTES]
    return sorted(lines, key=lambda line: (line.flagged_at is None, -abs(line.points)))


def _line(key: str, ballot: Ballot, counts: PairCounts, fitted: Fit, people: dict[int, Contestant]) -> VoterLine:
    judged: list[Judged] = [(left, right, SCORES[choice]) for left, right, choice in ballot]
    found = _evidence(ballot, judged, counts)
    likeliest, target = found.likeliest
    moves = influence(fitted, judged)
    most = int(np.argmax(np.abs(moves)))
    return VoterLine(
        voter_key=key,
        votes=len(ballot),
        flagged_at=found.flagged_at,
        log_evidence=float(found.log_values.max()),
        looks_like=likeliest,
        target=people[target] if isinstance(target, int) else None,
        moved=people[int(str(fitted.models[most]))],
        points=float(moves[most]),
    )


def _evidence(ballot: Ballot, judged: list[Judged], counts: PairCounts) -> Evidence:
    """Against a board without the voter's own votes, where these could have shaped it."""
    others = counts
    if len(ballot) > SMALL_PART * counts.total:
        others = counts.without((left, right, *one_vote(choice)) for left, right, choice in ballot)
    return evidence(fit_davidson(others), judged)


def _counted(votes: Iterator[tuple[int, int, str]]) -> PairCounts:
    return PairCounts.from_rows((left, right, *one_vote(choice)) for left, right, choice in votes)


def _ballots() -> dict[str, Ballot]:
    """The rated votes by voter, oldest first."""
    scope = Scope.objects.filter(kind=Scope.Kind.OVERALL).first()
    if scope is None:
        return {}
    newest = rated_votes(scope).order_by("-verdict__vote_id")
    rows = newest.values_list("verdict__vote__battle_id", "verdict__vote__voter_key", "verdict__vote__choice")
    found = list(rows[:MOST_VOTES])[::-1]
    sides: dict[object, list[int]] = defaultdict(list)
    battles = Verdict.objects.filter(scopes=scope).values("vote__battle_id")
    for battle, contestant in (
        Side.objects.filter(battle__in=battles).order_by("label").values_list("battle_id", "contestant_id")
    ):
        sides[battle].append(contestant)
    ballots: dict[str, Ballot] = defaultdict(list)
    for battle, voter_key, choice in found:
        left, right = sides[battle]
        ballots[voter_key].append((left, right, choice))
    return ballots
