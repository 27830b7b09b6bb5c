"""What scores and comparisons say: means, win rates, the bias of a position, two runs beside each other. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from arena.evaluation.intervals import Estimate, mean_interval, share_interval, sign_test


class Judged(Protocol):
    """What is known of every judgment; judge_id is None for an exact check and for a person."""

    @property
    def question_id(self) -> int: ...
    @property
    def category(self) -> str: ...
    @property
    def turn(self) -> int: ...
    @property
    def judge_id(self) -> int | None: ...


class Scored(Judged, Protocol):
    """One score of one answer, by a judge, a person or an exact check."""

    @property
    def entry_id(self) -> int: ...
    @property
    def score(self) -> float: ...


class Compared(Judged, Protocol):
    """One comparison of two answers, as they were shown; winner: "first", "second" or "tie"."""

    @property
    def first_id(self) -> int: ...
    @property
    def second_id(self) -> int: ...
    @property
    def winner(self) -> str: ...


# --- means ------------------------------------------------------------------------------------------------------------

Place = tuple[int, str | None, int | None]  # (entry, category or None for all, turn or None for all)


def means(rows: Iterable[Scored], *, shares: bool = False, low: float = 1, high: float = 10) -> dict[Place, Estimate]:
    """For each entry, in all and by category and turn. `shares`: the scores are 1 (right) and 0."""
    values: dict[Place, tuple[list[float], list[Hashable]]] = defaultdict(lambda: ([], []))
    for row in rows:
        for category in (None, row.category):
            for turn in (None, row.turn):
                scores, questions = values[row.entry_id, category, turn]
                scores.append(row.score)
                questions.append(row.question_id)
    found = {
        place: share_interval(*lists) if shares else mean_interval(*lists, low=low, high=high)
        for place, lists in values.items()
    }
    return {place: estimate for place, estimate in found.items() if estimate}


# --- win rates --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """One judge on one pair of answers, from both orders; `left` is the entry with the smaller id.

    winner: the same one in both orders, else "tie" (as FastChat's show_result counts)."""

    question_id: int
    category: str
    turn: int
    left: int
    right: int
    judge_id: int | None
    winner: str  # "left", "right" or "tie"
    first_wins: int  # in how many of the two orders the answer that was shown first won
    second_wins: int

    @property
    def is_consistent(self) -> bool:
        return self.first_wins == self.second_wins


def decisions(rows: Iterable[Compared], *, both_orders: bool = True) -> list[Decision]:
    """Pairs of which only one order could be read decide nothing. `both_orders` False takes every row for itself:
    people see a pair once."""
    seen: dict[tuple[int, int, int | None, int, int], list[Compared]] = defaultdict(list)
    for row in rows:
        left, right = sorted((row.first_id, row.second_id))
        seen[row.question_id, row.turn, row.judge_id, left, right].append(row)
    found = []
    for (_question, _turn, _judge, left, right), orders in seen.items():
        if both_orders and {row.first_id for row in orders} != {left, right}:
            continue
        winners = {_winner(row) for row in orders}
        first = orders[0]
        found.append(
            Decision(
                first.question_id,
                first.category,
                first.turn,
                left,
                right,
                first.judge_id,
                winners.pop() if len(winners) == 1 else "tie",
                sum(row.winner == "first" for row in orders),
                sum(row.winner == "second" for row in orders),
            )
        )
    return found


def _winner(row: Compared) -> str:
    if row.winner == "tie":
        return "tie"
    winner = row.first_id if row.winner == "first" else row.second_id
    return "left" if winner == min(row.first_id, row.second_id) else "right"


@dataclass(frozen=True, slots=True)
class WinRate:
    """`rate` counts a tie as half a win."""

    entry_id: int
    wins: int
    ties: int
    losses: int
    rate: Estimate


def win_rates(found: Iterable[Decision], entry_id: int, opponent_id: int | None = None) -> WinRate | None:
    """Of one entry against one opponent or against all. None where they never met."""
    values, questions = [], []
    for decision in found:
        sides = {decision.left: "left", decision.right: "right"}
        if entry_id not in sides or (opponent_id is not None and opponent_id not in sides):
            continue
        values.append(0.5 if decision.winner == "tie" else float(decision.winner == sides[entry_id]))
        questions.append(decision.question_id)
    rate = share_interval(values, questions)
    if rate is None:
        return None
    return WinRate(entry_id, values.count(1.0), values.count(0.5), values.count(0.0), rate)


# --- the bias of a position -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PositionBias:
    """`first`, `second`, `ties` count single comparisons; `p_value` is of the exact sign test over the pairs that
    were judged in both orders: those in which the first place won more often against those in which the second did.
    A judge without bias, however good the models, has as many of the one as of the other."""

    first: int
    second: int
    ties: int
    pairs: int
    consistent: int
    for_first: int
    for_second: int
    p_value: float

    @property
    def share_of_first(self) -> float | None:
        decided = self.first + self.second
        return self.first / decided if decided else None

    @property
    def is_biased(self) -> bool:
        return self.p_value < 0.05


def position_bias(rows: Sequence[Compared]) -> PositionBias:
    pairs = decisions(rows)
    for_first = sum(pair.first_wins > pair.second_wins for pair in pairs)
    for_second = sum(pair.first_wins < pair.second_wins for pair in pairs)
    return PositionBias(
        sum(row.winner == "first" for row in rows),
        sum(row.winner == "second" for row in rows),
        sum(row.winner == "tie" for row in rows),
        len(pairs),
        sum(pair.is_consistent for pair in pairs),
        for_first,
        for_second,
        sign_test(for_first, for_second),
    )


# --- two runs beside each other ---------------------------------------------------------------------------------------

Turn = tuple[Hashable, int]  # (question as both runs name it, turn)


@dataclass(frozen=True, slots=True)
class Change:
    question: Hashable
    turn: int
    before: float
    after: float

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def direction(self) -> str:
        """Judges' means of a panel may differ by a rounding error."""
        return "same" if abs(self.difference) < 1e-9 else "better" if self.difference > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    changes: list[Change]
    mean: Estimate | None  # of the difference, after minus before

    def count(self, direction: str) -> int:
        return sum(change.direction == direction for change in self.changes)

    @property
    def better(self) -> int:
        return self.count("better")

    @property
    def worse(self) -> int:
        return self.count("worse")

    @property
    def same(self) -> int:
        return self.count("same")

    @property
    def is_certain(self) -> bool:
        """The interval of the difference does not contain 0."""
        mean = self.mean
        return bool(mean and mean.lower is not None and mean.upper is not None and (mean.lower > 0 or mean.upper < 0))


def compare(before: Mapping[Turn, float], after: Mapping[Turn, float]) -> Comparison:
    """Turn by turn, of what both runs have a score for."""
    changes = [
        Change(question, turn, score, after[question, turn])
        for (question, turn), score in before.items()
        if (question, turn) in after
    ]
    mean = mean_interval([change.difference for change in changes], [change.question for change in changes])
    return Comparison(changes, mean)


def score_by_turn(rows: Iterable[Scored], entry_id: int, names: Mapping[int, Hashable]) -> dict[Turn, float]:
    """One entry's mean over the judges, for each turn; `names`: question id → its name in both runs."""
    scores: dict[Turn, list[float]] = defaultdict(list)
    for row in rows:
        if row.entry_id == entry_id and row.question_id in names:
            scores[names[row.question_id], row.turn].append(row.score)
    return {turn: sum(values) / len(values) for turn, values in scores.items()}
