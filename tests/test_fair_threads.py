"""One model's waiting answers leave threads to the others: its queue is closed in time, and opened again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.thread_pool import AnswerPool
from tests.stack import ROOT, Stack

SERVED = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("held", "queue", "may_hold"),
    [
        ({}, "a", 32),
        ({"a": 32}, "a", 32),  # what it holds itself does not count
        ({"a": 32}, "b", 16),
        ({"a": 32, "b": 16}, "c", 8),
        ({"a": 32, "b": 31}, "c", 1),  # never none
        ({"a": 40, "chores": 30}, "c", 1),
    ],
)
def test_a_model_may_hold_half_of_what_the_others_leave(held: dict[str, int], queue: str, may_hold: int) -> None:
    pool = AnswerPool(limit=64)
    pool._held.update(held)
    assert pool.allowance(queue, SERVED) == may_hold
    assert pool.allowance(queue, [queue]) == 64  # nobody else to leave anything to


def wait_for(condition: Callable[[], bool], log: Callable[[], str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, log()
        time.sleep(0.1)


@pytest.mark.stack
def test_a_model_that_keeps_everybody_waiting_does_not_keep_the_others(tmp_path: Path) -> None:
    with Stack(tmp_path, "--concurrency", "4") as stack:
        stack.add_echo_model("patient", "first_token_ms=600000")
        stack.add_echo_model("quick")

        def count(status: str) -> int:
            [[number]] = stack.rows(
                "SELECT count(*) FROM inference_generation g JOIN inference_modelentry m ON m.id = g.model_id "
                "WHERE m.slug = 'patient' AND g.status = ?",
                status,
            )
            return int(number)

        def log() -> str:
            return stack.log[-3000:]

        workers = stack.child_pids("manage.py worker")
        asking = asked_in_background(stack, "patient", 6)
        try:
            wait_for(lambda: count("running") == 2 and count("queued") == 4, log)
            [answer] = stack.ask_all("quick", [[{"role": "user", "content": "hello there"}]], seconds=60)
            assert answer["text"] == "hello there"
            assert (count("running"), count("queued")) == (2, 4), "the others had no chance to be in the way"
            [server] = stack.child_pids("valkey-server")
            os.kill(server, signal.SIGTERM)  # what is closed stays closed when Celery has connected again
            [answer] = stack.ask_all("quick", [[{"role": "user", "content": "back again"}]], seconds=60)
            assert answer["text"] == "back again"
            assert (count("running"), count("queued")) == (2, 4)
            stop_all_running(stack)
            wait_for(lambda: (count("running"), count("queued"), count("stopped")) == (2, 2, 2), log)
            assert "Unrecoverable" not in stack.log
            assert stack.child_pids("manage.py worker") == workers
        finally:
            asking.kill()
            asking.wait()


def asked_in_background(stack: Stack, slug: str, number: int) -> subprocess.Popen[str]:
    asking: Any = subprocess.Popen(
        [sys.executable, "-m", "tests.ask_through_stack", slug],
        env=stack.environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    asking.stdin.write(json.dumps([[{"role": "user", "content": "wait"}]] * number))
    asking.stdin.close()
    return asking


def stop_all_running(stack: Stack) -> None:
    program = (
        "from inference.models import Generation; from inference.services import stop_generation\n"
        "for generation in Generation.objects.filter(status='running'): stop_generation(generation)"
    )
    result = stack.manage("shell", "-c", program)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("option", "number"), [("--concurrency", "0"), ("--workers", "some")])
def test_a_number_of_nothing_is_refused(tmp_path: Path, option: str, number: str) -> None:
    result = Stack(tmp_path).manage("up", option, number)
    assert result.returncode == 2
    assert "is not a whole number" in result.stderr
