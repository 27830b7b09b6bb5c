"""One subscription connection for each event loop, however many followers: it hands published entries on.

It knows nothing of generations or events: a message is "<attempt>-<sequence> <wire>".
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from redis import RedisError

from inference import valkey

log = logging.getLogger(__name__)

EntryId = tuple[int, int]  # (attempt, sequence)
Entry = tuple[EntryId, str]
READY_SECONDS = 2.0


def parse_id(raw: bytes | str) -> EntryId:
    text = raw.decode() if isinstance(raw, bytes) else raw
    attempt, sequence = text.split("-")
    return int(attempt), int(sequence)


class Subscription:
    """What has arrived for one follower since it last looked."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._wake = asyncio.Event()
        self._broken = False

    def put(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._wake.set()

    def mark_broken(self) -> None:
        """The connection was lost or is new: messages may be missing, so the follower must replay."""
        self._broken = True
        self._wake.set()

    async def take(self, seconds: float) -> list[Entry] | None:
        """Everything that arrived, after waiting at most so long; [] for silence, None when some may be missing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # wait_for would make a task for every word
                await self._wake.wait()
        self._wake.clear()
        entries, self._entries = self._entries, []
        broken, self._broken = self._broken, False
        return None if broken else entries


class Hub:
    """Subscribes to each channel once and passes messages to all its followers."""

    def __init__(self) -> None:
        self.redis = valkey.async_client()
        self._pubsub_client = valkey.async_client(socket_timeout=None)
        self._followers: dict[str, set[Subscription]] = {}
        self._ready: dict[str, asyncio.Event] = {}
        self._pubsub: Any = None
        self._reader: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        # A subscription that is always there keeps the connection in subscribed state between followers.
        self._anchor = f"anchor:{uuid.uuid4().hex}"

    @asynccontextmanager
    async def subscription(self, channel: str) -> AsyncIterator[Subscription]:
        """While open, everything published on the channel arrives; the caller replays only after entering."""
        subscription = Subscription()
        try:
            await self._add(channel, subscription)  # may wait, and whoever waits may leave
            yield subscription
        finally:
            await self._remove(channel, subscription)

    async def _add(self, channel: str, subscription: Subscription) -> None:
        async with self._lock:
            if self._reader is None or self._reader.done():
                self._reader = asyncio.create_task(self._read_for_ever())
            first = channel not in self._followers
            self._followers.setdefault(channel, set()).add(subscription)
            ready = self._ready.setdefault(channel, asyncio.Event())
            if first and self._pubsub is not None:
                with suppress(RedisError, OSError):  # the reader notices and subscribes again
                    await self._pubsub.subscribe(channel)
        # Until Redis has confirmed, an entry could slip between the replay and the subscription.
        with suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), READY_SECONDS)

    async def _remove(self, channel: str, subscription: Subscription) -> None:
        async with self._lock:
            followers = self._followers.get(channel, set())
            followers.discard(subscription)
            if followers:
                return
            self._followers.pop(channel, None)
            self._ready.pop(channel, None)
            if self._pubsub is not None:
                with suppress(RedisError, OSError):
                    await self._pubsub.unsubscribe(channel)

    async def _read_for_ever(self) -> None:
        while True:
            try:
                await self._connect()
                async for message in self._pubsub.listen():
                    self._dispatch(message)
            except (RedisError, OSError) as error:
                log.info("subscription lost, connecting again: %s", error)
            await self._disconnect()
            await asyncio.sleep(0.3)

    async def _connect(self) -> None:
        async with self._lock:
            pubsub = self._pubsub_client.pubsub()
            await pubsub.subscribe(self._anchor, *self._followers)
            self._pubsub = pubsub
        for followers in self._followers.values():
            for subscription in followers:
                subscription.mark_broken()

    async def _disconnect(self) -> None:
        async with self._lock:
            pubsub, self._pubsub = self._pubsub, None
            if pubsub is not None:
                with suppress(RedisError, OSError):
                    await pubsub.aclose()
            for ready in self._ready.values():
                ready.clear()

    def _dispatch(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        if message["type"] == "subscribe" and channel in self._ready:
            self._ready[channel].set()
        elif message["type"] == "message":
            entry_id, wire = message["data"].decode().split(" ", 1)
            for subscription in self._followers.get(channel, ()):
                subscription.put((parse_id(entry_id), wire))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_of_this_loop() -> Hub:
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
