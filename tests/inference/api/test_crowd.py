"""Two hundred programs at once, some of which leave in the middle: the others get every word, nothing is left over."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx2
import pytest
import redis

pytestmark = pytest.mark.stack

CLIENTS = 200
LEAVE = 20  # every tenth
WORDS = 40


async def ask(client: httpx2.AsyncClient, number: int) -> str | None:
    """The text up to [DONE], or None for a client that leaves after some words."""
    leaves = number % (CLIENTS // LEAVE) == 0
    model = "slow" if leaves else "crowd"  # slow enough to be under way when its client leaves
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": f"client {number} says"}]}
    text = ""
    async with client.stream("POST", "/chat/completions", json=body) as response:
        assert response.status_code == 200, await response.aread()
        pieces = 0
        async for line in response.aiter_lines():
            if line == "data: [DONE]":
                return text
            if not line.startswith("data: "):
                continue
            (choice,) = json.loads(line.removeprefix("data: "))["choices"]
            text += choice["delta"].get("content", "")
            pieces += 1
            if leaves and pieces == 6:
                return None
    raise AssertionError(f"client {number}: the stream ended without saying so, after {text!r}")


async def test_a_crowd(site: Any) -> None:
    site.stack.add_echo_model("crowd", f"words_per_second=25,words={WORDS}")
    headers = {"Authorization": f"Bearer {site.key}"}
    limits = httpx2.Limits(max_connections=CLIENTS)
    async with httpx2.AsyncClient(
        base_url=f"{site.stack.url}/v1", headers=headers, timeout=240, limits=limits, trust_env=False
    ) as client:
        texts = await asyncio.gather(*(ask(client, number) for number in range(CLIENTS)))

    for number, text in enumerate(texts):
        said = ["client", str(number), "says"]
        expected = " ".join(said[place % 3] for place in range(WORDS))
        assert text == (None if number % (CLIENTS // LEAVE) == 0 else expected)

    states = (
        "SELECT status, count(*) FROM inference_generation WHERE prompt LIKE '%client % says%' GROUP BY 1 ORDER BY 1"
    )
    expected_states = [("finished", CLIENTS - LEAVE), ("stopped", LEAVE)]
    deadline = time.monotonic() + 30
    while site.stack.rows(states) != expected_states:
        assert time.monotonic() < deadline, site.stack.rows(states)
        time.sleep(0.2)

    url = (site.stack.folder / "data" / "valkey" / "url").read_text().strip()
    with redis.Redis.from_url(url) as valkey:
        while valkey.pubsub_channels("generation:*"):  # a follower that nobody reads any more
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert "Traceback" not in site.stack.log
