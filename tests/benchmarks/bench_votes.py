"""How long casting a vote takes, with its checks, its verdict and the counts of every board.

    python -m tests.benchmarks.bench_votes [--votes 1000]

Uses a database of its own: SQLite in a temporary folder, or the one that DATABASE_URL names. Prints median and 95th
percentile in milliseconds, of the whole and of its transaction (in which other votes wait), wall and processor time (on
a busy machine only the latter says something), and how many questions one vote asks the database.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from typing import Any

import numpy as np


def set_up() -> None:
    os.environ.update(DATA_DIR=tempfile.mkdtemp(prefix="bench-votes-"), DJANGO_SETTINGS_MODULE="fastchat_site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


class Clock:
    """Wall and processor milliseconds since it was started last."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float]] = []
        self.start()

    def start(self) -> None:
        self.began = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        wall, processor = self.began
        self.times.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)))


def measure(votes: int) -> tuple[Clock, Clock, int]:
    """The whole and the transaction of each vote, and the questions that the last one asked."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from arena.voting import cast_vote
    from chat.owners import Owner
    from tests.arena.ready_battles import Ready, contestants_named, ready_battles

    chance = random.Random(7)
    people = contestants_named("ant", "bee", "cat", "dog", "elk")
    wanted = [
        Ready(
            Owner(guest_key=f"guest {number % 97}"),
            chance.sample(people, 2),
            question=f"question {number}",
            answers=("A sentence of an ordinary answer. " * 30, "Another one, a little shorter. " * 20),
            categories=("air", "water"),
        )
        for number in range(votes + 1)
    ]
    battles = [battle for start in range(0, len(wanted), 200) for battle in ready_battles(wanted[start : start + 200])]
    whole, held = Clock(), Clock()

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if "arena_votechain" in sql and sql.startswith("SELECT"):
            held.start()
            transaction.on_commit(held.stop)
        return execute(sql, *rest)

    for battle, ready in zip(battles[:-1], wanted, strict=False):
        whole.start()
        with connection.execute_wrapper(watch):
            cast_vote(battle=battle, owner=ready.owner, choice=chance.choice(["a", "b", "tie", "both_bad"]))
        whole.stop()
    with CaptureQueriesContext(connection) as asked:
        cast_vote(battle=battles[-1], owner=wanted[-1].owner, choice="tie")
    return whole, held, len(asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=1000)
    options = parser.parse_args()
    set_up()
    from django.db import connection

    whole, held, questions = measure(options.votes)
    print(f"{options.votes} votes on {connection.vendor}, {questions} questions each")
    print("| | median ms | 95 % ms |\n|---|---|---|")
    for name, clock in (("whole", whole), ("transaction", held)):
        for column, kind in enumerate(("wall", "processor")):
            times = [each[column] for each in clock.times]
            print(f"| {name}, {kind} | {np.median(times):.2f} | {np.percentile(times, 95):.2f} |")


if __name__ == "__main__":
    main()
