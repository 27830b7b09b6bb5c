"""A short mixed load on the whole site; `tests/benchmarks/soak.py` is the long one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.benchmarks.mixed_load import PROCESSES, MixedLoad
from tests.stack import Stack

pytestmark = pytest.mark.stack


def test_nothing_is_lost_while_people_ask_stop_and_leave(tmp_path: Path) -> None:
    with Stack(tmp_path / "site") as stack:
        stack.add_echo_model("quick", "words_per_second=20,words=60")
        load = MixedLoad(stack, ["quick", "demo-small"], people=6)
        asyncio.run(load.run(30, sample_seconds=3))
        assert load.faults() == []
        assert min(load.done[deed] for deed in ("read", "stop", "leave", "again")) > 0, load.done
        assert all(load.memory[-1][name] for name in PROCESSES), load.memory[-1]
        asked = stack.manage("test_message", "--model", "quick", "--message", "are you still there")
        assert "are you still there" in asked.stdout
