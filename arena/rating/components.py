"""Which models can be compared at all: the strongly connected components of "has scored against"."""

from __future__ import annotations

import numpy as np

from arena.rating.counts import BoolArray, FloatArray


def reachable(edges: BoolArray, start: int) -> BoolArray:
    """The nodes that a walk along `edges[from, to]` can reach from `start`, itself included."""
    seen = np.zeros(len(edges), dtype=np.bool_)
    seen[start] = True
    newest = seen
    while newest.any():
        newest = edges[newest].any(axis=0) & ~seen
        seen = seen | newest
    return seen


def strong_components(edges: BoolArray) -> list[BoolArray]:
    """The strongly connected components as masks: what is reached from a node both along and against the edges.

    The forward–backward method (Fleischer, Hendrickson, Pınar 2000). It finds the same components as Tarjan's
    algorithm, but in whole rows at a time: the usual board is one component, found in two or three matrix operations.
    """
    components = []
    left = np.ones(len(edges), dtype=np.bool_)
    while left.any():
        start = int(np.argmax(left))
        among = edges & left & left[:, None]
        component = reachable(among, start) & reachable(among.T, start)
        components.append(component)
        left = left & ~component
    return components


def comparable(score: FloatArray) -> BoolArray:
    """The largest set of models with a finite maximum of the likelihood; empty if no two models have one.

    Ford (1957): the maximum exists if and only if, however the models are split in two groups, somebody in the first
    has scored against somebody in the second. That is one strongly connected component of `score[i, j] > 0`. Of
    components with equally many models the one with more battles counts, then the one whose first model comes first.
    """
    sets = [component for component in strong_components(score > 0) if component.sum() > 1]
    if not sets:
        return np.zeros(len(score), dtype=np.bool_)
    return max(sets, key=lambda component: (component.sum(), score[np.ix_(component, component)].sum()))
