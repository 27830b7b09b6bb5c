"""Pair counts are sums of votes: nothing is lost, nothing is invented, sides are kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rating.counts import PairCounts

Rows = list[tuple[str, str, int, int, int, int]]
some_rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), *[st.integers(0, 9)] * 4).filter(lambda r: r[0] != r[1])
)


def test_sides_are_kept_and_the_unordered_table_forgets_them() -> None:
    counts = PairCounts.from_rows([("x", "y", 3, 1, 2, 4), ("y", "x", 10, 20, 30, 40), ("x", "y", 1, 0, 0, 0)])
    assert counts.models == ("x", "y")
    assert (counts.left_wins[0, 1], counts.right_wins[0, 1], counts.ties[0, 1], counts.both_bad[0, 1]) == (4, 1, 2, 4)
    assert (counts.left_wins[1, 0], counts.right_wins[1, 0], counts.ties[1, 0], counts.both_bad[1, 0]) == (
        10,
        20,
        30,
        40,
    )
    table = counts.unordered()
    assert table.wins.tolist() == [[0, 24], [11, 0]]
    assert table.ties.tolist() == [[0, 76], [76, 0]]
    assert table.score.tolist() == [[0, 62], [49, 0]]
    assert table.battles.tolist() == [[0, 111], [111, 0]]


@settings(deadline=None)
@given(some_rows)
def test_every_vote_is_counted_once(rows: Rows) -> None:
    counts = PairCounts.from_rows(rows)
    assert counts.total == sum(sum(row[2:]) for row in rows)
    table = counts.unordered()
    assert table.battles.sum() == 2 * counts.total
    assert (table.score + table.score.T == table.battles).all()
    for position, model in enumerate(counts.models):
        assert counts.battles(position) == sum(sum(row[2:]) for row in rows if model in row[:2])


@settings(deadline=None)
@given(some_rows, some_rows)
def test_taking_a_voter_out_undoes_putting_it_in(others: Rows, own: Rows) -> None:
    models = "abcd"
    without = PairCounts.from_rows(others + own, models).without(own)
    for matrix, expected in zip(without.matrices, PairCounts.from_rows(others, models).matrices, strict=True):
        assert (matrix == expected).all()


def test_only_keeps_the_battles_among_the_chosen_in_their_order() -> None:
    counts = PairCounts.from_rows([("a", "b", 1, 2, 3, 4), ("b", "c", 5, 6, 7, 8), ("c", "a", 9, 10, 11, 12)])
    chosen = counts.only(["c", "new", "a"])
    assert chosen.models == ("c", "new", "a")
    assert [int(matrix[0, 2]) for matrix in chosen.matrices] == [9, 10, 11, 12]
    assert chosen.total == 42


def test_no_votes_are_counts_too() -> None:
    assert PairCounts.from_rows([]).models == ()
    assert PairCounts.from_rows([], models=["a"]).total == 0


def test_what_cannot_be_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="met itself"):
        PairCounts.from_rows([("a", "a", 1, 0, 0, 0)])
    with pytest.raises(ValueError, match="negative"):
        PairCounts.from_rows([("a", "b", -1, 0, 0, 0)])
    with pytest.raises(ValueError, match="twice"):
        PairCounts.from_rows([], models=["a", "a"])
    with pytest.raises(ValueError, match="need 1 × 1"):
        PairCounts(("a",), *np.zeros((4, 2, 2), dtype=np.int64))
    with pytest.raises(ValueError, match="negative"):
        PairCounts.from_rows([("a", "b", 1, 0, 0, 0)]).without([("a", "b", 0, 1, 0, 0)])
    with pytest.raises(KeyError):
        PairCounts.from_rows([("a", "b", 1, 0, 0, 0)], models=["a"])
    with pytest.raises(ValueError, match="read-only"):
        PairCounts.from_rows([("a", "b", 1, 0, 0, 0)]).left_wins[0, 1] = 5
