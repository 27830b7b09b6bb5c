"""How much memory processes hold."""

from __future__ import annotations

import asyncio
from pathlib import Path


def with_children(roots: tuple[int, ...]) -> list[int]:
    """These processes and all that they started, directly or not."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The command's name stands in brackets and may hold anything; the state and the parent follow.
            parent = int(status.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found = list(roots)
    for pid in found:
        found += children.get(pid, [])
    return found


def proportional(pids: list[int]) -> int:
    """Bytes, what several share counted once (PSS)."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total


def held(pids: list[int]) -> int:
    """Bytes that these processes hold for themselves. Mapped files do not count, such as a database that grows:
    the system takes that memory back whenever it wants it."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:  # it has ended meanwhile
            continue
        total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
    return total


class Peak:
    """`async with Peak(roots) as peak:` looks every two seconds; `peak.bytes` is the most that was seen."""

    def __init__(self, roots: tuple[int, ...], every: float = 2.0) -> None:
        self.bytes = 0
        self._roots, self._every = roots, every

    async def __aenter__(self) -> Peak:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()

    async def _watch(self) -> None:
        while True:
            self.bytes = max(self.bytes, await asyncio.to_thread(lambda: proportional(with_children(self._roots))))
            await asyncio.sleep(self._every)
