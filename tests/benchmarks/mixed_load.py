"""Many people who ask, read, stop, ask again and leave, all at once, and what must be true of the site afterwards."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.browser_socket import Browser, ReplySocket, text_of
from tests.benchmarks.memory import held
from tests.stack import Stack

QUESTIONS = [
    "What is BOD?",
    "What is 17 + 25?",
    "什麼是環境影響評估?",
    "The capital of Japan?",
    "How do I start a battle?",
    "Write a poem about rivers and dams, as long as you can.",
    "hello " * 300,
]
DEEDS = {"read": 6, "stop": 2, "leave": 1, "again": 1}  # and how often
PROCESSES = {
    "web": "daphne",
    "worker": "manage.py worker",
    "engines": "inference.engine.serve",
    "valkey": "valkey-server",
}


@dataclass
class MixedLoad:
    """`people` browsers that go on until the time is over; `done` counts what they did, `wrong` what went wrong."""

    stack: Stack
    models: list[str]
    people: int
    seed: int = 7
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[dict[str, int]] = field(default_factory=list)

    async def run(self, seconds: float, sample_seconds: float = 15.0) -> None:
        """Samples the memory of all processes meanwhile; returns when everybody's last answer has ended."""
        ends_at = time.monotonic() + seconds
        watching = asyncio.create_task(self._watch(ends_at, sample_seconds))
        results = await asyncio.gather(
            *(self._person(number, ends_at) for number in range(self.people)), return_exceptions=True
        )
        self.wrong += [repr(result) for result in results if isinstance(result, BaseException)]
        await watching

    async def _person(self, number: int, ends_at: float) -> None:
        chance = random.Random(f"{self.seed} {number}")
        browser = Browser(self.stack.port)
        await browser.sign_up(f"person-{self.seed}-{number}")
        deeds = [list(DEEDS)[number % len(DEEDS)]]  # each comes at least once, however short the time
        while time.monotonic() < ends_at:
            deed = deeds.pop() if deeds else chance.choices(list(DEEDS), weights=list(DEEDS.values()))[0]
            socket = await browser.ask(chance.choice(self.models), chance.choice(QUESTIONS))
            self.done["asked"] += 1
            await getattr(self, f"_{deed}")(browser, socket)
            self.done[deed] += 1
            await asyncio.sleep(chance.expovariate(1.0))

    async def _read(self, browser: Browser, socket: ReplySocket) -> None:
        await asyncio.wait_for(asyncio.shield(socket.closed), 300)
        if socket.was_cut:
            self.wrong.append(f"{socket.reply_id}: the socket ended before the answer did")

    async def _stop(self, browser: Browser, socket: ReplySocket) -> None:
        await self._first_frame(socket)
        answer = await browser.request("POST", f"/chat/messages/{socket.reply_id}/stop/", {}, htmx=True)
        if answer.status not in (200, 204):
            self.wrong.append(f"{socket.reply_id}: stopping was answered with {answer.status}")
        await self._read(browser, socket)

    async def _leave(self, browser: Browser, socket: ReplySocket) -> None:
        await self._first_frame(socket)
        socket.transport.abort()

    async def _again(self, browser: Browser, socket: ReplySocket) -> None:
        await self._read(browser, socket)
        answer = await browser.request("POST", f"/chat/messages/{socket.reply_id}/regenerate/", {}, htmx=True)
        if answer.status != 200:
            self.wrong.append(f"{socket.reply_id}: asking again was answered with {answer.status}")
        else:
            self.done["asked"] += 1

    async def _first_frame(self, socket: ReplySocket) -> None:
        while not socket.frames and not socket.closed.done():
            await asyncio.sleep(0.05)

    async def _watch(self, ends_at: float, sample_seconds: float) -> None:
        while time.monotonic() < ends_at:
            self.memory.append({name: held(self.stack.child_pids(word)) for name, word in PROCESSES.items()})
            await asyncio.sleep(sample_seconds)

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def faults(self, seconds: float = 60) -> list[str]:
        """Everything that is not as it should be once nobody asks any more; empty is good."""
        deadline = time.monotonic() + seconds
        while (states := self._states()) and any(status in ("queued", "running") for _pk, status, _text in states):
            if time.monotonic() > deadline:
                break
            time.sleep(0.5)
        found = list(self.wrong)
        if len(states) != self.done["asked"]:
            found.append(f"{self.done['asked']} were asked, {len(states)} are in the database")
        found += [f"{pk} is {status}" for pk, status, _text in states if status not in ("finished", "stopped")]
        found += [f"{pk} is empty" for pk, status, text in states if status == "finished" and not text_of(text)]
        return found

    def _states(self) -> list[tuple[Any, ...]]:
        return self.stack.rows(
            "SELECT g.id, g.status, g.text FROM inference_generation g JOIN accounts_user u ON u.id = g.user_id "
            "WHERE u.username LIKE ?",
            f"person-{self.seed}-%",
        )

    def growth(self) -> dict[str, float]:
        """Memory in the last quarter of the time over that in the second quarter (the first one still loads)."""
        quarter = len(self.memory) // 4
        early, late = self.memory[quarter : 2 * quarter], self.memory[3 * quarter :]
        return {name: _middle(late, name) / _middle(early, name) for name in PROCESSES}


def _middle(samples: list[dict[str, int]], name: str) -> float:
    values = sorted(sample[name] for sample in samples)
    return max(1.0, float(values[len(values) // 2]))
