"""Who may run: as many answers as fit into the memory for keys and values; the others wait, and requesters take turns.

Knows lengths and places (the memory of one token), no tensors. What ended answers left behind goes first when memory
is short, then the answer that was begun last goes back to the queue and is read again later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

from inference.engine.fair_queue import FairQueue
from inference.engine.sequences import Key, Sequence
from inference.engine.types import Queued

if TYPE_CHECKING:
    from inference.engine.forward import Forward


class Admission:
    """`running` holds the sequences that the next step moves on, in the order in which they were let in."""

    def __init__(self, forward: Forward, places: int, most_kept: int) -> None:
        """Any one sequence must fit into `places` alone. most_kept: how many of them ended answers may hold."""
        self.running: dict[Key, Sequence] = {}
        self._forward = forward
        self._places = places
        self._most_kept = most_kept
        self._waiting: FairQueue[Sequence] = FairQueue()
        self._told: dict[Key, int] = {}  # how many each waiting one was told to be ahead of it

    @property
    def has_work(self) -> bool:
        return bool(self.running or len(self._waiting))

    def add(self, sequence: Sequence) -> None:
        self._waiting.put(sequence.requester, sequence.key, sequence)

    def begin_step(self) -> list[tuple[Key, Queued]]:
        """Sends back what does not fit any more, lets in what fits, and says who waits behind how many."""
        while len(self.running) > 1 and not self._fits(self.running.values()):
            self._send_back(next(reversed(self.running)))
        while following := self._waiting.peek():
            sequence = following[1]
            # Looked for first, so that it is the last that making room would throw away.
            prefix, length = self._forward.kept.longest(sequence.token_ids)
            if self.running and not self._fits([*self.running.values(), sequence]):
                break
            self._waiting.pop()
            self._told.pop(sequence.key, None)
            self.running[sequence.key] = sequence
            if prefix:
                self._forward.begin(sequence.key, prefix, length)
                sequence.computed = length
        self._fits(self.running.values())
        reading = sum(sequence.places for sequence in self.running.values() if not sequence.is_decoding)
        self._forward.most_places = max(0, self._places - self._forward.kept.places - reading)
        return list(self._news())

    def end(self, key: Key, keep: bool) -> None:
        """The sequence has ended; what it has read may serve the next question of its conversation."""
        room = min(self._most_kept, self._places - self._forward.places_held())
        sequence = self.running.pop(key)
        self._forward.release(key, sequence.token_ids[: sequence.computed] if keep else (), max(0, room))

    def withdraw(self, key: Key) -> Sequence | None:
        """Takes one out of the queue; None if it does not wait."""
        self._told.pop(key, None)
        return self._waiting.remove(key)

    def _fits(self, sequences: Iterable[Sequence]) -> bool:
        free = self._places - self._needed(sequences)
        if free >= 0:
            self._forward.kept.keep_at_most(free)
        return free >= 0

    def _needed(self, sequences: Iterable[Sequence]) -> int:
        return self._forward.places([sequence.places for sequence in sequences])

    def _send_back(self, key: Key) -> None:
        sequence = self.running.pop(key)
        self._forward.release(key)
        sequence.computed = 0
        self._waiting.put_back(sequence.requester, key, sequence)

    def _news(self) -> Iterable[tuple[Key, Queued]]:
        for ahead, key in enumerate(self._waiting.order()):
            if self._told.get(key) != ahead:
                self._told[key] = ahead
                yield key, Queued(ahead)


def longest_that_fits(forward: Forward, places: int, context_length: int) -> int:
    """How long a conversation may be, at most `context_length`, so that alone it fits into so many places."""
    lengths = range(1, context_length + 1)
    return bisect_right(lengths, places, key=lambda length: forward.places([length + 1]))
