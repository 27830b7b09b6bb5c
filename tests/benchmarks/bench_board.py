"""How long reading a leaderboard takes through Django, from the counts and from the snapshot, for few and many votes.

    python -m tests.benchmarks.bench_board [--models 200] [--runs 9]

Uses a database of its own in a temporary folder. Prints the median and the best of the runs, in milliseconds, wall and
processor time: on a busy machine only the latter says something. Then the same of a vote's news request.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

VOTES = (10_000, 100_000, 1_000_000, 5_000_000)


def set_up() -> None:
    os.environ.update(DATA_DIR=tempfile.mkdtemp(prefix="bench-board-"), DJANGO_SETTINGS_MODULE="fastchat_site.settings")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def simulated(models: int, votes: int) -> np.ndarray:
    """[outcome, left, right]: strengths N(0, 100 points), frequencies like rank^-1/2, 22 % ties (Davidson, ν = 0.6)."""
    random = np.random.default_rng(7)
    strength = random.normal(0, 100, models) / 173.72
    weight = np.arange(1, models + 1) ** -0.5
    chance = np.outer(weight, weight)
    np.fill_diagonal(chance, 0)
    battles = random.multinomial(votes, (chance / chance.sum()).ravel()).reshape(models, models)
    half = (strength[:, None] - strength) / 2
    outcomes = np.stack([np.exp(half), np.exp(-half), np.full_like(half, 0.3), np.full_like(half, 0.3)], axis=-1)
    outcomes /= outcomes.sum(axis=-1, keepdims=True)
    return np.moveaxis(random.multinomial(battles, outcomes), -1, 0)


def fill(models: int, votes: int) -> Any:
    from arena.models import Contestant, PairCount, Scope

    people = [Contestant.objects.get_or_create(name=f"model-{number}")[0] for number in range(models)]
    scope = Scope.objects.create(kind=Scope.Kind.GROUP, key=str(votes))
    counts = simulated(models, votes)
    rows = [
        PairCount(
            scope=scope,
            left=people[i],
            right=people[j],
            **dict(zip(("left_wins", "right_wins", "ties", "both_bad"), map(int, counts[:, i, j]), strict=True)),
        )
        for i, j in np.argwhere(counts.sum(axis=0))
    ]
    PairCount.objects.bulk_create(rows, batch_size=2000)
    return scope, len(rows)


def measured(work: Callable[[], Any], runs: int) -> str:
    wall, processor = [], []
    for _ in range(runs):
        began, began_processor = time.perf_counter(), time.process_time()
        work()
        wall.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - began_processor))
    return f"{statistics.median(wall):8.1f} {min(wall):8.1f} {statistics.median(processor):8.1f} {min(processor):8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    set_up()
    from arena.board import board_of
    from arena.models import Scope

    def computed(scope: Any) -> None:
        Scope.objects.filter(pk=scope.pk).update(revision=scope.revision + 1)
        scope.refresh_from_db()
        board_of(scope)

    def news(scope: Any) -> None:
        Scope.objects.filter(kind=scope.kind, key=scope.key).first()

    print(f"{options.models} models, median and best of {options.runs} runs; ms wall, then ms processor")
    for votes in VOTES:
        scope, rows = fill(options.models, votes)
        print(f"{votes:>9,} votes in {rows:>6,} rows  computed {measured(lambda s=scope: computed(s), options.runs)}")
        print(f"{'':>31}  snapshot {measured(lambda s=scope: board_of(s), options.runs)}")
    print(f"{'':>31}  no news  {measured(lambda s=scope: news(s), options.runs)}")


if __name__ == "__main__":
    main()
