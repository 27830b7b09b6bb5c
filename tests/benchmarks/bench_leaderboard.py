"""How long a leaderboard takes, from stored pair counts and from votes, beside FastChat and arena-rank.

    .venv/bin/python tests/benchmarks/bench_leaderboard.py [--models 20,200] [--votes 10000,100000,1000000,5000000]

It needs NumPy only; a peer that Python can import is measured too (they do not fit beside our own packages: make an
environment with `numpy pandas scipy scikit-learn fschat arena-rank` and run this file with it). Each is given its data
in memory: ours the rows of the table of pair counts, or two columns of numbers and one of outcomes; the peers a
DataFrame of names. Times are the best of several, so that arena-rank's compilation is not counted.
`gap` is the largest distance from our ratings in points, both centred.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from arena.rating.bradley_terry import Fit, fit
from arena.rating.counts import FloatArray, IntArray, PairCounts, Row
from arena.rating.ranks import bands, rank_spread
from arena.rating.tables import average_win_rates, win_rates

Ratings = Mapping[str, float]
MOST_GIGABYTES = 3.0  # a peer that needs more for its design matrix is not run
OUTCOMES = np.array(["model_a", "model_b", "tie"])


class Data:
    """Simulated votes of Davidson's model with 22 % ties; models are met in proportion to rank^-½."""

    def __init__(self, models: int, votes: int) -> None:
        rng = np.random.default_rng(models)
        self.names = [f"model-{number:03}" for number in range(models)]
        self.votes = votes
        theta = rng.normal(0, 0.576, models)
        pairs = np.outer(*[np.arange(1, models + 1) ** -0.5] * 2)
        np.fill_diagonal(pairs, 0)
        battles = rng.multinomial(votes, (pairs / pairs.sum()).ravel())
        half = (theta[:, None] - theta).ravel() / 2
        weights = np.stack([np.exp(half), np.exp(-half), np.full(half.shape, 0.6)], axis=1)
        cells = rng.multinomial(battles, weights / weights.sum(axis=1, keepdims=True))
        order = rng.permutation(votes)
        cell, self.outcome = (column[order] for column in np.divmod(np.repeat(np.arange(cells.size), cells.ravel()), 3))
        self.left, self.right = np.divmod(cell, models)
        self.rows: list[Row] = []
        for pair in np.flatnonzero(battles).tolist():
            won, lost, tied = cells[pair].tolist()
            self.rows.append((self.names[pair // models], self.names[pair % models], won, lost, tied, 0))

    def frame(self) -> Any:
        pandas = importlib.import_module("pandas")
        names = np.array(self.names)
        columns = {"model_a": names[self.left], "model_b": names[self.right], "winner": OUTCOMES[self.outcome]}
        return pandas.DataFrame(columns)


# --- ours -------------------------------------------------------------------------------------------------------------


def board(counts: PairCounts) -> Fit:
    """All numbers of the page: ratings, intervals, ranks, bands, win rates."""
    fitted = fit(counts)
    fitted.intervals()
    rank_spread(fitted)
    bands(fitted)
    average_win_rates(win_rates(counts))
    return fitted


def named(fitted: Fit) -> Ratings:
    return {str(model): float(points) for model, points in zip(fitted.models, fitted.points, strict=True)}


def counted(left: IntArray, right: IntArray, outcome: IntArray, names: list[str]) -> PairCounts:
    size = len(names)
    cells = np.bincount((left * size + right) * 3 + outcome, minlength=3 * size * size).reshape(size, size, 3)
    won, lost, tied = (np.ascontiguousarray(cells[:, :, which]) for which in range(3))
    return PairCounts(tuple(names), won, lost, tied, np.zeros_like(won))


# --- the peers --------------------------------------------------------------------------------------------------------


def fastchat(data: Data) -> tuple[Callable[[], Ratings], Callable[[], Any]]:
    """FastChat's Bradley–Terry, and its intervals from 100 bootstraps: the newer source's, or the package's."""
    frame = data.frame()
    try:
        newer = importlib.import_module("fastchat.serve.monitor.rating_systems")
    except ModuleNotFoundError:
        older = importlib.import_module("fastchat.serve.monitor.elo_analysis")
        needed = 16 * data.votes * len(data.names) / 1e9
        if needed > MOST_GIGABYTES:
            raise MemoryError(f"its design matrix takes {needed:.1f} GB") from None
        single = older.compute_elo_mle_with_tie
        return lambda: dict(single(frame)), lambda: older.get_bootstrap_result(frame, single, 100)
    return lambda: dict(newer.compute_bt(frame)), lambda: newer.compute_bootstrap_bt(frame, 100)


def arena_rank(data: Data) -> Callable[[], Ratings]:
    """arena-rank's Bradley–Terry with its sandwich intervals, from the DataFrame on."""
    datasets = importlib.import_module("arena_rank.utils.data_utils")
    models = importlib.import_module("arena_rank.models.bradley_terry")
    frame = data.frame()

    def run() -> Ratings:
        dataset = datasets.PairDataset.from_pandas(frame)
        result = models.BradleyTerry(n_competitors=len(dataset.competitors)).compute_ratings_and_cis(dataset)
        return dict(zip(result["competitors"], np.asarray(result["ratings"]).tolist(), strict=True))

    return run


# --- measuring --------------------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    """The fastest of several runs, in seconds by the clock and of this process's processor time; the last result."""

    clock: float
    processor: float
    result: Any


def best_of(repeats: int, run: Callable[[], Any]) -> Measured:
    clock, processor, result = [], [], None
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        result = run()
        clock.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    return Measured(min(clock), min(processor), result)


def megabytes(run: Callable[[], Any]) -> float:
    """The most that a run holds at a time beside its input, as far as Python and NumPy allocate it."""
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def gap(ratings: Ratings, ours: Ratings) -> float:
    other: FloatArray = np.array([ratings[name] for name in ours])
    own = np.array(list(ours.values()))
    return float(np.abs(other - other.mean() - own + own.mean()).max())


def say(data: Data, what: str, measured: Measured, note: str = "") -> None:
    clock, processor = 1000 * measured.clock, 1000 * measured.processor
    print(f"{len(data.names):>6} {data.votes:>9,} {what:<34} {clock:>10.1f} {processor:>10.1f}  {note}", flush=True)


def measure(data: Data, repeats: int, with_bootstrap: bool) -> None:
    stored = best_of(5 * repeats, lambda: board(PairCounts.from_rows(data.rows)))
    ours = named(stored.result)
    memory = megabytes(lambda: board(PairCounts.from_rows(data.rows)))
    say(data, "ours, from the table of counts", stored, f"{len(data.rows):,} rows, {memory:.1f} MB")
    columns = (data.left, data.right, data.outcome)
    cast = best_of(repeats, lambda: board(counted(*columns, data.names)))
    say(data, "ours, from the votes", cast, f"gap {gap(named(cast.result), ours):.1e}")
    try:
        single, bootstrap = fastchat(data)
        theirs = best_of(repeats, single)
        say(data, "FastChat, ratings", theirs, f"gap {gap(theirs.result, ours):.1e}")
        if with_bootstrap:
            say(data, "FastChat, 100 bootstraps", best_of(1, bootstrap), "its processes' time is not counted")
    except ImportError as error:
        print(f"       FastChat: not installed ({error})")
    except MemoryError as error:
        print(f"       FastChat: not run, {error}")
    try:
        theirs = best_of(repeats, arena_rank(data))
        say(data, "arena-rank, ratings and intervals", theirs, f"gap {gap(theirs.result, ours):.1e}")
    except ImportError as error:
        print(f"       arena-rank: not installed ({error})")


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=numbers, default=[20, 200])
    parser.add_argument("--votes", type=numbers, default=[10_000, 100_000, 1_000_000, 5_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--bootstrap", action="store_true", help="measure FastChat's 100 bootstraps, too")
    arguments = parser.parse_args()
    print(f"{'models':>6} {'votes':>9} {'what':<34} {'clock ms':>10} {'CPU ms':>10}")
    for models in arguments.models:
        for votes in arguments.votes:
            measure(Data(models, votes), arguments.repeats, arguments.bootstrap)


if __name__ == "__main__":
    main()
