"""How far a judge agrees with people: the share of equal verdicts, and Cohen's kappa, which takes chance away. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from arena.evaluation.statistics import Decision, Scored

Item = tuple[Hashable, ...]  # (question, turn, left, right): what both had to decide
Verdicts = Mapping[Item, Sequence[str]]  # each "left", "right" or "tie"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `n` verdicts on the same two answers. kappa is None where chance alone would always agree.

    kappa: J. Cohen, "A coefficient of agreement for nominal scales", 1960, with its large-sample standard error."""

    n: int
    raw: float
    kappa: float | None
    error: float | None

    @property
    def lower(self) -> float | None:
        return None if self.kappa is None or self.error is None else max(-1.0, self.kappa - 1.96 * self.error)

    @property
    def upper(self) -> float | None:
        return None if self.kappa is None or self.error is None else min(1.0, self.kappa + 1.96 * self.error)


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement | None:
    """None without any pair of verdicts."""
    n = len(pairs)
    if not n:
        return None
    raw = sum(left == right for left, right in pairs) / n
    lefts, rights = Counter(left for left, _right in pairs), Counter(right for _left, right in pairs)
    chance = sum(lefts[label] * rights[label] for label in lefts) / (n * n)
    if chance > 1 - 1e-12:
        return Agreement(n, raw, None, None)
    return Agreement(n, raw, (raw - chance) / (1 - chance), math.sqrt(raw * (1 - raw) / n) / (1 - chance))


@dataclass(frozen=True, slots=True)
class BothAgreements:
    """With ties as a third verdict; and only where neither called it a tie."""

    with_ties: Agreement | None
    without_ties: Agreement | None


def compare_verdicts(left: Verdicts, right: Verdicts) -> BothAgreements:
    """Every verdict of the one with every verdict of the other on the same answers."""
    pairs = [(mine, yours) for item in left for mine in left[item] for yours in right.get(item, ())]
    return BothAgreements(agreement(pairs), agreement([pair for pair in pairs if "tie" not in pair]))


def verdicts_of_decisions(found: Iterable[Decision]) -> dict[Item, list[str]]:
    verdicts: dict[Item, list[str]] = defaultdict(list)
    for decision in found:
        verdicts[decision.question_id, decision.turn, decision.left, decision.right].append(decision.winner)
    return dict(verdicts)


def verdicts_of_scores(rows: Iterable[Scored]) -> dict[Item, list[str]]:
    """Whoever gives one answer more points than another prefers it."""
    scores: dict[tuple[int, int, int | None], dict[int, float]] = defaultdict(dict)
    for row in rows:
        scores[row.question_id, row.turn, row.judge_id][row.entry_id] = row.score
    verdicts: dict[Item, list[str]] = defaultdict(list)
    for (question, turn, _judge), by_entry in scores.items():
        entries = sorted(by_entry)
        for place, left in enumerate(entries):
            for right in entries[place + 1 :]:
                difference = by_entry[left] - by_entry[right]
                winner = "tie" if abs(difference) < 1e-9 else "left" if difference > 0 else "right"
                verdicts[question, turn, left, right].append(winner)
    return dict(verdicts)


def merged(*several: Verdicts) -> dict[Item, list[str]]:
    found: dict[Item, list[str]] = defaultdict(list)
    for verdicts in several:
        for item, given in verdicts.items():
            found[item].extend(given)
    return dict(found)


def order_agreement(mine: Mapping[int, float], yours: Mapping[int, float]) -> tuple[int, int]:
    """(pairs of models that both put in the same order, pairs that both put in an order at all)."""
    both = sorted(set(mine) & set(yours))
    same = total = 0
    for place, left in enumerate(both):
        for right in both[place + 1 :]:
            product = (mine[left] - mine[right]) * (yours[left] - yours[right])
            same, total = same + (product > 0), total + (product != 0)
    return same, total
