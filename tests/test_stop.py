"""Ctrl-C in the middle of an answer: quick, without a traceback, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack

pytestmark = pytest.mark.stack


def test_a_running_answer_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        stack.add_echo_model("slow", "words_per_second=4,words=32")
        asking = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "test_message", "--model", "slow", "--message", "a b"],
            env=stack.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert asking.stdout is not None
        assert asking.stdout.read(4) == "a b "
        began = time.monotonic()
        stack.stop(40)
        seconds = time.monotonic() - began
        stopped_log = stack.log
        assert stack.rows("SELECT attempt, status FROM inference_generation") in ([(1, "running")], [(2, "queued")])
        stack.start()
        # Not communicate(): it reads past what `asking.stdout` already holds.
        rest = asking.stdout.read()
        assert asking.wait(60) == 0
        assert rest.split() == ["a", "b"] * 15
        assert "Traceback" not in stopped_log
        for frightening in ("terminate", "shutdown", "undeliverable", "unacknowledged"):
            assert frightening not in stopped_log
        assert "Answers under way go on in the next worker." in stopped_log
        assert seconds < 8  # a worker that must be killed takes 5 of its own
