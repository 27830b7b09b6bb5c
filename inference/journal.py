"""The worker's pen: events of all its running answers go to Redis in one pipelined flush every ~25 ms; an answer's
first words and its end go at once."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from redis import RedisError

from inference import valkey
from inference.events import Event, Failed, Finished, to_wire
from inference.hub import parse_id
from inference.stream import KEEP_ENDED_SECONDS, KEEP_SECONDS, key_of

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.025
RETRY_SECONDS = 0.3

# As one command for each journal: an entry that the stream refuses must not be published, and nothing behind it
# may be written, or followers would believe a silenced worker, or a later flush would leave a gap.
WRITE = """
for number = 4, #ARGV do
  local id = ARGV[1] .. "-" .. string.format("%d", ARGV[2] + number - 4)
  redis.call("XADD", KEYS[1], id, "e", ARGV[number])
  redis.call("PUBLISH", KEYS[1], id .. " " .. ARGV[number])
end
redis.call("EXPIRE", KEYS[1], ARGV[3])
"""


class Journal:
    """The events of one attempt. Everything is kept until the end, so that a flush can be repeated."""

    def __init__(self, writer: JournalWriter, generation_id: Any, attempt: int) -> None:
        self._writer = writer
        self.key = key_of(generation_id)
        self.attempt = attempt
        self.wires: list[str] = []
        self.written = 0  # so many entries are known to be in the stream
        self.unsure = False  # a flush broke off: ask the stream how far it got
        self.fenced = False  # a later attempt writes: this one must fall silent
        self.keep_seconds = KEEP_SECONDS

    def add(self, event: Event) -> None:
        if isinstance(event, Finished | Failed):
            self.keep_seconds = KEEP_ENDED_SECONDS
        self.wires.append(to_wire(event))
        self._writer.wake(self, at_once=isinstance(event, Finished | Failed) or bool(getattr(event, "began_at", 0)))

    @property
    def is_flushed(self) -> bool:
        return self.fenced or self.written == len(self.wires)


class JournalWriter:
    """One thread that flushes the journals of this process; it outlives any absence of Valkey."""

    def __init__(self) -> None:
        self._dirty: set[Journal] = set()
        self._lock = threading.Lock()
        self._wake, self._hurry = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name="journal", daemon=True).start()

    def open(self, generation_id: Any, attempt: int) -> Journal:
        return Journal(self, generation_id, attempt)

    def wake(self, journal: Journal, at_once: bool = False) -> None:
        with self._lock:
            self._dirty.add(journal)
        if at_once:
            self._hurry.set()
        self._wake.set()

    def wait_until_flushed(self, journal: Journal, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not journal.is_flushed and time.monotonic() < deadline:
            time.sleep(0.01)
        return journal.is_flushed

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self._hurry.clear()
            with self._lock:
                journals, self._dirty = self._dirty, set()
            done = False
            try:
                done = self._flush([journal for journal in journals if not journal.fenced])
            except Exception as error:  # without this thread every answer of the worker would stay unseen
                is_away = isinstance(error, RedisError | OSError)
                log.warning("the stream cannot be written, trying again: %s", error, exc_info=not is_away)
                for journal in journals:
                    journal.unsure = True
            if not done:
                for journal in journals:
                    if not journal.is_flushed:
                        self.wake(journal)
            if done:
                self._hurry.wait(FLUSH_SECONDS)
            else:
                time.sleep(RETRY_SECONDS)

    def _flush(self, journals: list[Journal]) -> bool:
        """Writes what is new; False if some of it must be tried again (Valkey refused: full, loading)."""
        redis = valkey.client()
        pipe = redis.pipeline(transaction=False)
        sent: list[tuple[Journal, int]] = []
        for journal in journals:
            if journal.unsure:
                self._ask_how_far(redis, journal)
            if journal.is_flushed:
                continue
            wires = journal.wires[journal.written :]
            pipe.eval(WRITE, 1, journal.key, journal.attempt, journal.written + 1, journal.keep_seconds, *wires)
            sent.append((journal, len(wires)))
        if not sent:
            return True
        for (journal, count), result in zip(sent, pipe.execute(raise_on_error=False), strict=True):
            if isinstance(result, RedisError):
                journal.unsure = True
            else:
                journal.written += count
        return not any(journal.unsure for journal, _count in sent)

    def _ask_how_far(self, redis: Any, journal: Journal) -> None:
        last = redis.xrevrange(journal.key, count=1)
        attempt, number = parse_id(last[0][0]) if last else (0, 0)
        if attempt > journal.attempt:
            journal.fenced = True
        else:
            journal.written = number if attempt == journal.attempt else 0
        journal.unsure = False
