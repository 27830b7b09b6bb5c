"""Requesters take turns, whatever each of them asks."""

from __future__ import annotations

import random

from inference.engine.fair_queue import FairQueue


def filled(*keys: str) -> FairQueue[str]:
    """Each key is its requester's letter and a number."""
    queue: FairQueue[str] = FairQueue()
    for key in keys:
        queue.put(key[0], key, key.upper())
    return queue


def emptied(queue: FairQueue[str]) -> list[object]:
    return [queue.pop()[0] for _ in range(len(queue))]


def test_requesters_take_turns_and_each_keeps_its_order() -> None:
    queue = filled("a1", "a2", "a3", "a4", "b1", "c1", "c2")
    assert queue.peek() == ("a1", "A1")
    assert emptied(queue) == ["a1", "b1", "c1", "a2", "c2", "a3", "a4"]
    assert queue.peek() is None


def test_who_had_a_turn_stands_behind_those_who_had_none() -> None:
    queue = filled("a1", "a2")
    assert queue.pop() == ("a1", "A1")
    queue.put("b", "b1", "")
    assert queue.order() == ["a2", "b1"]
    queue.pop()
    queue.put("a", "a3", "")
    assert emptied(queue) == ["b1", "a3"]


def test_who_is_put_back_is_next_and_before_its_own() -> None:
    queue = filled("a1", "b1", "b2")
    assert queue.pop()[0] == "a1"
    assert queue.pop()[0] == "b1"
    queue.put_back("b", "b1", "")
    queue.put_back("a", "a1", "")
    assert emptied(queue) == ["a1", "b1", "b2"]


def test_one_is_taken_out_wherever_it_stands() -> None:
    queue = filled("a1", "a2", "b1", "b2")
    assert queue.remove("a2") == "A2"
    assert queue.remove("b1") == "B1"
    assert queue.remove("b1") is None and queue.remove("never") is None
    assert queue.order() == ["a1", "b2"]
    assert queue.remove("a1") and queue.remove("b2")
    assert len(queue) == 0 and queue.order() == [] and queue.peek() is None


def test_the_order_told_is_the_order_that_comes() -> None:
    chance = random.Random(3)
    queue: FairQueue[int] = FairQueue()
    for number in range(300):
        queue.put(chance.choice("abcde"), number, number)
        if chance.random() < 0.4:
            queue.pop()
        if chance.random() < 0.2:
            queue.put_back(chance.choice("abcde"), -number - 1, number)
        if chance.random() < 0.2:
            queue.remove(chance.randrange(number + 1))
    assert queue.order() == emptied(queue)
