"""Whose turn it is: requesters take turns, and what one of them asked keeps its order.

Knows nothing of what waits in it. Not thread-safe: one thread owns it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Round robin over requesters, first in first out within one: who asks much makes nobody else wait for it."""

    def __init__(self) -> None:
        self._lanes: OrderedDict[str, OrderedDict[Hashable, Item]] = OrderedDict()  # whose turn is next comes first

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def put(self, requester: str, key: Hashable, item: Item) -> None:
        self._lanes.setdefault(requester, OrderedDict())[key] = item

    def put_back(self, requester: str, key: Hashable, item: Item) -> None:
        """In front of all others: it had its turn already."""
        self.put(requester, key, item)
        self._lanes[requester].move_to_end(key, last=False)
        self._lanes.move_to_end(requester, last=False)

    def peek(self) -> tuple[Hashable, Item] | None:
        """Who is next, or None when nobody waits."""
        for lane in self._lanes.values():
            return next(iter(lane.items()))
        return None

    def pop(self) -> tuple[Hashable, Item]:
        """Raises KeyError when nobody waits."""
        requester, lane = self._lanes.popitem(last=False)
        first = lane.popitem(last=False)
        if lane:
            self._lanes[requester] = lane  # at the end: now the others have a turn
        return first

    def remove(self, key: Hashable) -> Item | None:
        """Takes one out wherever it stands; None if it does not wait here."""
        for requester, lane in self._lanes.items():
            if key in lane:
                item = lane.pop(key)
                if not lane:
                    del self._lanes[requester]
                return item
        return None

    def order(self) -> list[Hashable]:
        """The keys as they would leave if nobody else came."""
        lanes = [list(lane) for lane in self._lanes.values()]
        longest = max(map(len, lanes), default=0)
        return [lane[turn] for turn in range(longest) for lane in lanes if turn < len(lane)]
