"""Many sockets that follow answers at the same time: is every word shown exactly once, how late, at what cost?"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.browser_socket import Browser, ReplySocket
from tests.stack import ROOT, Stack

TICKS = os.sysconf("SC_CLK_TCK")
CROWD_RATE = 10  # words per second and answer


def rows_of(stack: Stack, sockets: list[ReplySocket]) -> dict[str, dict[str, Any]]:
    names = ("text", "completion_tokens", "first_token_at", "status")
    rows = stack.rows(
        f"SELECT m.id, {', '.join(f'g.{name}' for name in names)} FROM chat_message m "
        "JOIN inference_generation g ON g.id = m.generation_id"
    )
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
    return {socket.reply_id: found[socket.reply_id.replace("-", "")] for socket in sockets}


async def measure_crowd(
    stack: Stack,
    browser: Browser,
    model: str,
    answers: int,
    sockets_each: int,
    words: int,
    more_workers: list[int] | None = None,
) -> None:
    """The first word comes so late that all sockets are open by then; prints what they saw."""
    processes = {
        "web": stack.child_pids("daphne"),
        "worker": [*stack.child_pids("manage.py worker"), *(more_workers or [])],
        "valkey": stack.child_pids("valkey-server"),
    }
    began = time.time()
    sockets = await open_sockets(browser, model, answers, sockets_each, paragraphs(words))
    asked_seconds = time.time() - began
    open_at_once = sum(not socket.closed.done() for socket in sockets)
    before, own_before, watched_from = cpu_of(processes), time.process_time(), time.time()
    await asyncio.wait([socket.closed for socket in sockets], timeout=300)
    watched, own, after = time.time() - watched_from, time.process_time() - own_before, cpu_of(processes)
    used = ", ".join(f"{name} {after[name] - before[name]:.1f}" for name in processes)
    print(
        f"\n{answers} answers x {sockets_each} sockets, {words} words each at {CROWD_RATE}/s: "
        f"{open_at_once} sockets open at once (asked within {asked_seconds:.1f} s), load {os.getloadavg()[0]:.1f}"
    )
    print_faults_and_lateness(sockets, rows_of(stack, sockets), words)
    print(f"  CPU seconds in {watched:.1f} s: {used}, this client {own:.1f}", flush=True)


def paragraphs(words: int) -> str:
    """Numbered words, 60 to a paragraph: a closed paragraph is never sent again."""
    return "".join(
        f"{(chr(10) * 2 if number % 60 == 0 else ' ') if number else ''}w{number}" for number in range(words)
    )


async def open_sockets(
    browser: Browser, model: str, answers: int, sockets_each: int, question: str
) -> list[ReplySocket]:
    gate = asyncio.Semaphore(4)  # asking is not what is measured here

    async def ask() -> list[ReplySocket]:
        async with gate:
            socket = await browser.ask(model, question)
            return [socket, *[await browser.open(socket.address, socket.reply_id) for _ in range(sockets_each - 1)]]

    return [socket for group in await asyncio.gather(*(ask() for _ in range(answers))) for socket in group]


def print_faults_and_lateness(sockets: list[ReplySocket], rows: dict[str, dict[str, Any]], words: int) -> None:
    """A word was said, to within the worker's own delay, at the row's first_token_at and then at the fixed rate."""
    lost = doubled = torn = unfinished = 0
    late: list[float] = []
    late_when_busy: list[float] = []
    starts = {reply_id: moment_of(row["first_token_at"]) for reply_id, row in rows.items()}
    busy_from, busy_until = max(starts.values()), min(starts.values()) + words / CROWD_RATE
    for socket in sockets:
        expected = rows[socket.reply_id]["text"].split()
        unfinished += rows[socket.reply_id]["status"] != "finished" or len(expected) != words
        shown: list[str] = []
        for moment, text in socket.shown():
            known, shown = len(shown), text.split()
            torn += shown != expected[: len(shown)] or len(shown) < known
            for number in range(known, len(shown)):
                said = starts[socket.reply_id] + number / CROWD_RATE
                if said > socket.opened_at:
                    late.append(moment - said)
                    if busy_from <= said <= busy_until:
                        late_when_busy.append(moment - said)
        lost += len(set(expected) - set(shown))
        doubled += len(shown) - len(set(shown))
    cut = sum(socket.was_cut for socket in sockets)
    print(
        f"  {sum(len(socket.frames) for socket in sockets)} frames for {len(sockets) * words} words; lost {lost}, "
        f"doubled {doubled}, frames that are no beginning of the row {torn}, "
        f"sockets cut before the end {cut}, answers not as asked {unfinished}"
    )
    print(f"  word to frame: {percentiles(late)}")
    print(f"  in the {busy_until - busy_from:.0f} s when every answer was being said: {percentiles(late_when_busy)}")


def percentiles(seconds: list[float]) -> str:
    if len(seconds) < 100:
        return "too few words"
    ordered = sorted(seconds)
    at = {share: ordered[int(len(ordered) * share / 100)] * 1000 for share in (50, 95, 99)}
    return (
        ", ".join(f"p{share} {value:.0f} ms" for share, value in at.items()) + f", longest {ordered[-1] * 1000:.0f} ms"
    )


def cpu_of(processes: dict[str, list[int]]) -> dict[str, float]:
    return {name: cpu_seconds(pids) for name, pids in processes.items()}


def cpu_seconds(pids: list[int]) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS


def moment_of(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


@contextmanager
def one_more_worker(stack: Stack, model: str) -> Iterator[int]:
    """`manage.py up` allows 64 answers at once; one more worker takes the rest."""
    command = [sys.executable, str(ROOT / "manage.py"), "worker", "--models", model, "--concurrency", "500"]
    process = subprocess.Popen(command, env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        time.sleep(8)  # until it has taken up its queue
        yield process.pid
    finally:
        process.kill()
        process.wait()
