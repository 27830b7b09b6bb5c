"""Simulated blind battles of a slow and a fast model, and an observer who tries to tell which side is the slow one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from arena.frames import BlindFrames
from arena.pacing import FRAME_SECONDS, PATIENCE_SECONDS, CommonClock

Events = list[tuple[float, int]]  # (seconds since the question, characters)
Lengths = Callable[[Any], tuple[int, int]]
SENTENCE = "The air is measured at every hour of the day. "


@dataclass(frozen=True)
class Seen:
    """What went over the socket: when each frame came, its bytes, and the new characters of the two sides."""

    moments: Any
    sizes: Any
    left: Any
    right: Any


def written_by(chance: Any, rate: float, characters: int, first: float) -> Events:
    """Tokens of two to six characters at uneven times: the gaps' deviation is half of their mean."""
    events: Events = []
    moment, done = first, 0
    while done < characters:
        size = min(int(chance.integers(2, 7)), characters - done)
        events.append((moment, size))
        done += size
        moment += chance.gamma(4.0, size / rate / 4.0)
    return events


def watched(sides: dict[str, Events], usual: dict[str, float], phase: float) -> Seen:
    """The battle through the common clock and the frames, in simulated time."""
    clock, frames = CommonClock(usual, asked=0.0), BlindFrames("turn", "ab")
    texts = {label: SENTENCE * (sum(size for _, size in events) // 40 + 1) for label, events in sides.items()}
    waiting = {label: list(events) for label, events in sides.items()}
    fed = dict.fromkeys(sides, 0)
    shown = dict.fromkeys(sides, 0)
    rows, now, ended = [], phase, set()
    while not clock.is_all_shown:
        for label, events in waiting.items():
            while events and events[0][0] <= now:
                moment, size = events.pop(0)
                clock.feed(label, texts[label][fed[label] : fed[label] + size], moment)
                fed[label] += size
            if not events and label not in ended:
                ended.add(label)
                clock.end(label, now)
        if clock.is_complete and now > clock.complete_since + PATIENCE_SECONDS:
            rows.append((now, 0, *(fed[label] - shown[label] for label in "ab")))
            break
        if new := clock.next_frame(now):
            shown = {label: shown[label] + len(new[label]) for label in shown}
            rows.append((now, len(frames.grown(new).encode()), len(new["a"]), len(new["b"])))
        now += FRAME_SECONDS
    table = np.array(rows, dtype=float)
    return Seen(*table.T)


def unpaced(sides: dict[str, Events], usual: dict[str, float], phase: float) -> Seen:
    """The same battle without the clock: each side as it comes."""
    bins: dict[int, list[int]] = {}
    for number, label in enumerate("ab"):
        for moment, size in sides[label]:
            bins.setdefault(int((moment - phase) / FRAME_SECONDS), [0, 0])[number] += size
    rows = [
        (phase + key * FRAME_SECONDS, 80 + left + right, left, right) for key, (left, right) in sorted(bins.items())
    ]
    return Seen(*np.array(rows, dtype=float).T)


def traces(seen: Seen) -> Any:
    """Numbers that change sign when the sides are swapped: the rest cannot tell left from right."""
    longer = np.sign(seen.left.sum() - seen.right.sum()) or 1.0
    alone = (seen.left == 0) | (seen.right == 0)
    start = int(np.argmax(alone)) if alone.any() else len(alone) - 1
    both, rest = slice(0, max(start, 1)), slice(start, len(alone))
    total = seen.left + seen.right
    gaps = np.diff(seen.moments, prepend=seen.moments[0])
    pace = [float(total[part].sum() / max(np.ptp(seen.moments[part]), FRAME_SECONDS)) for part in (both, rest)]
    features = [
        *(1.0, seen.moments[0], seen.moments[-1], seen.moments[-1] - seen.moments[start], gaps[start], gaps[-1]),
        *(np.log(pace[1] / max(pace[0], 1.0)), gaps[both].std(), gaps[rest].std(), gaps[rest].max(), gaps[rest].mean()),
        *(np.log1p(total[-1]), total[rest].std(), seen.sizes.mean(), seen.sizes[rest].std()),
    ]
    begins = int(np.argmax(seen.left > 0)) - int(np.argmax(seen.right > 0))
    return np.array([*(longer * value for value in features), begins])


def battles(count: int, lengths: Lengths, watch: Callable[..., Seen], seed: int) -> tuple[Any, Any]:
    """(traces, is the left side the slow one) of so many battles; the slow model is four times slower."""
    chance = np.random.default_rng(seed)
    found, slow_left = [], np.arange(count) % 2
    for is_slow in slow_left:
        usual = {"a": 20.0, "b": 80.0} if is_slow else {"a": 80.0, "b": 20.0}
        sizes = dict(zip("ab", chance.permutation(lengths(chance)), strict=True))
        sides = {
            label: written_by(
                chance, rate * chance.uniform(0.8, 1.25), int(sizes[label]), chance.uniform(0.2, 0.6) * 100 / rate
            )
            for label, rate in usual.items()
        }
        found.append(traces(watch(sides, usual, chance.uniform(0, FRAME_SECONDS))))
    return np.array(found), slow_left


def area_under_curve(is_positive: Any, score: Any) -> float:
    """The chance that a positive one has the higher score; ties count half."""
    difference = score[is_positive == 1][:, None] - score[is_positive == 0][None, :]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def guessed(found: Any, truth: Any, seed: int, folds: int = 10) -> Any:
    """Scores of a logistic regression for battles that it was not fitted on."""
    spread = found.std(axis=0)
    scaled = found / np.where(spread > 1e-6, spread, 1.0)
    order, scores = np.random.default_rng(seed).permutation(len(truth)), np.zeros(len(truth))
    for fold in range(folds):
        left_out = order[fold::folds]
        rest = np.setdiff1d(order, left_out)
        scores[left_out] = scaled[left_out] @ fitted(scaled[rest], truth[rest])
    return scores


def fitted(found: Any, truth: Any) -> Any:
    weights = np.zeros(found.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(found @ weights, -30, 30)))
        curvature = (found.T * (chance * (1 - chance))) @ found + np.eye(len(weights))
        weights += np.linalg.solve(curvature, found.T @ (truth - chance) - weights)
    return weights
