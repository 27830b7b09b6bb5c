"""Nothing of a follower is left behind, at whatever moment it goes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inference.hub import Hub


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.3])
async def test_a_follower_that_leaves_leaves_nothing(
    valkey: Any, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Even while it still waits for the subscription: a reload in the first moment of an answer."""
    hub = Hub()
    if seconds == 0.02:  # Valkey does not confirm
        monkeypatch.setattr(Hub, "_dispatch", lambda self, message: None)

    async def follow() -> None:
        async with hub.subscription("generation:x"):
            await asyncio.sleep(60)

    follower = asyncio.create_task(follow())
    await asyncio.sleep(seconds)
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)
    assert (hub._followers, hub._ready) == ({}, {})
    if hub._reader:
        hub._reader.cancel()


async def test_one_that_leaves_early_takes_nothing_from_the_others(valkey: Any) -> None:
    hub = Hub()
    async with hub.subscription("generation:x") as stays:
        assert await stays.take(5) is None  # a new connection
        async with hub.subscription("generation:x"):
            pass
        await hub.redis.publish("generation:x", "1-1 wire")
        assert await stays.take(5) == [((1, 1), "wire")]
    if hub._reader:
        hub._reader.cancel()
