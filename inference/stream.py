"""The stream of a generation: written by one worker, followed by anyone, from the beginning or in the middle.

Every event is an entry of the Redis stream `generation:<id>` under the id `<attempt>-<sequence>`. The id is
the fence: once a second attempt has written `2-1`, Redis refuses `1-7` of a worker that was thought dead.
The same entry is also published, so that one subscription per web process serves all its followers.
The row in the database is the truth, the stream is the draft; a follower that finds the stream gone
(expired, Valkey emptied) ends with what the row says.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from channels.db import database_sync_to_async
from redis import RedisError

from inference import valkey
from inference.events import Delta, Event, Failed, Finished, Status, from_wire, to_wire
from inference.hub import EntryId, Hub, hub_of_this_loop, parse_id
from inference.models import Generation

log = logging.getLogger(__name__)

KEEP_SECONDS = 24 * 3600  # since the last event; the row lives for ever
KEEP_ENDED_SECONDS = 600  # then followers find all in the row; memory is limited, and deleted texts go soon
SILENCE_SECONDS = 5.0  # after this long without an event a follower asks the row
TROUBLE_SECONDS = 1.0  # the same while Valkey is away or full
STOP_CHANNEL = "stop-generation"


def key_of(generation_id: Any) -> str:
    return f"generation:{generation_id}"


# --- for the worker and for those who stop ----------------------------------------------------------------------------


class Shown(NamedTuple):
    """What earlier attempts have already shown: the text, every token behind it, and when its first words came."""

    text: str
    token_ids: tuple[int, ...] = ()
    first_token_at: datetime | None = None


def read_shown(generation_id: Any) -> Shown:
    text: list[str] = []
    token_ids: list[int] = []
    began_at = 0.0
    entries: Any = valkey.client().xrange(key_of(generation_id))
    for _id, fields in entries:
        event = from_wire(fields[b"e"])
        if isinstance(event, Delta):
            text.append(event.text)
            token_ids.extend(event.token_ids)
            began_at = began_at or event.began_at
    return Shown("".join(text), tuple(token_ids), datetime.fromtimestamp(began_at, UTC) if began_at else None)


def publish_end(generation_id: Any, event: Event) -> None:
    """An end that no worker writes (stopped while waiting, given up). A lost one is found in the row."""
    key, wire, entry_id = key_of(generation_id), to_wire(event), "1000000-1"
    try:
        pipe = valkey.client().pipeline(transaction=False)
        pipe.xadd(key, {"e": wire}, id=entry_id)
        pipe.publish(key, f"{entry_id} {wire}")
        pipe.expire(key, KEEP_ENDED_SECONDS)
        pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("generation %s: its end stays unannounced (%s)", generation_id, error)


def ask_to_stop(generation_id: Any) -> None:
    """Tells the worker that answers, whichever it is. The key is for one that is not listening just now.

    Raises RedisError or OSError when the message broker cannot take it.
    """
    pipe = valkey.client().pipeline(transaction=False)
    pipe.set(f"stop:{generation_id}", 1, ex=KEEP_SECONDS)
    pipe.publish(STOP_CHANNEL, str(generation_id))
    pipe.execute()


def stop_was_asked(generation_id: Any) -> bool:
    return bool(valkey.client().exists(f"stop:{generation_id}"))


# --- for everyone who watches -----------------------------------------------------------------------------------------


async def follow(generation_id: Any) -> AsyncIterator[tuple[EntryId, Event]]:
    """Every event from the first to the last, each once and in order; ends after Finished or Failed.

    Replays what is there, then goes on live. Survives a Valkey restart, a missed message and a worker's
    death. While Valkey is away it yields Status("offline") once, while its disk or memory is full Status("full"),
    and keeps asking the row; when that is over, Status("online").
    """
    hub = hub_of_this_loop()
    follower = _Follower(generation_id, hub)
    async with hub.subscription(key_of(generation_id)) as subscription:
        while True:
            for entry_id, event in await follower.replay():
                yield entry_id, event
                if isinstance(event, Finished | Failed):
                    return
            while True:
                # The first look after an absence may still meet a dead connection: the next one comes soon.
                entries = await subscription.take(TROUBLE_SECONDS if follower.trouble else SILENCE_SECONDS)
                fresh, complete = follower.accept(entries)
                for entry_id, event in fresh:
                    yield entry_id, event
                    if isinstance(event, Finished | Failed):
                        return
                if not complete or not entries:
                    break  # a gap, a new connection, or silence: look into the stream and the row again


class _Follower:
    """How far one follower has come."""

    def __init__(self, generation_id: Any, hub: Hub) -> None:
        self.generation_id = generation_id
        self.hub = hub
        self.cursor: EntryId = (0, 0)
        self.characters = 0
        self.trouble = ""  # the state that was told last: "offline", "full", or "" when all is well

    async def replay(self) -> list[tuple[EntryId, Event]]:
        """What the stream holds behind the cursor; if it holds nothing new, what the row says."""
        key = key_of(self.generation_id)
        try:
            raw: Any = await self.hub.redis.xrange(key, f"({self.cursor[0]}-{self.cursor[1]}", "+")
            if not raw:  # silence: perhaps because nobody can write
                await self.hub.redis.set("room", 1)
        except valkey.Away:
            return await self._wait_out("offline")
        except RedisError:
            return await self._wait_out("full")
        back: list[tuple[EntryId, Event]] = [(self.cursor, Status("online"))] if self.trouble else []
        self.trouble = ""
        if not raw and (ended := await self._end_by_row()):
            # The row knows the text alone. What was written into the stream between the two looks knows more.
            with contextlib.suppress(RedisError, OSError):
                raw = await self.hub.redis.xrange(key, f"({self.cursor[0]}-{self.cursor[1]}", "+")
            if not raw:
                return [*back, *ended]
        return [*back, *(self._seen(parse_id(entry_id), from_wire(fields[b"e"])) for entry_id, fields in raw)]

    def accept(self, entries: list[tuple[EntryId, str]] | None) -> tuple[list[tuple[EntryId, Event]], bool]:
        """The live entries that follow on without a gap, and whether that was all of them."""
        fresh: list[tuple[EntryId, Event]] = []
        for entry_id, wire in entries or []:
            if entry_id <= self.cursor:
                continue
            attempt, sequence = self.cursor
            if entry_id != (attempt, sequence + 1):
                return fresh, False
            fresh.append(self._seen(entry_id, from_wire(wire)))
        return fresh, entries is not None

    def _seen(self, entry_id: EntryId, event: Event) -> tuple[EntryId, Event]:
        self.cursor = entry_id
        if isinstance(event, Delta):
            self.characters += len(event.text)
        return entry_id, event

    async def _wait_out(self, trouble: str) -> list[tuple[EntryId, Event]]:
        """The end if there is one in the row; else the trouble, if it is news."""
        if ended := await self._end_by_row():
            return ended
        await asyncio.sleep(0.5)
        if self.trouble == trouble:
            return []
        self.trouble = trouble
        return [(self.cursor, Status(trouble))]

    async def _end_by_row(self) -> list[tuple[EntryId, Event]]:
        row = await _row(self.generation_id)
        if row is None:
            return [(self.cursor, Failed("This answer was deleted."))]
        if row.is_active:
            return []
        rest: list[tuple[EntryId, Event]] = []
        if len(row.text) > self.characters:
            rest.append((self.cursor, Delta(row.text[self.characters :])))
        return [*rest, (self.cursor, end_of(row))]


def end_of(generation: Generation) -> Event:
    """The last event of an ended generation, from its row."""
    if generation.status == Generation.Status.FAILED:
        return Failed(generation.error, generation.error_code)
    return Finished(
        generation.finish_reason or "cancelled",
        generation.prompt_tokens,
        generation.completion_tokens,
        generation.dropped_messages,
    )


@database_sync_to_async
def _row(generation_id: Any) -> Generation | None:
    return Generation.objects.filter(pk=generation_id).first()
