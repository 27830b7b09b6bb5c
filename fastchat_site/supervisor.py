"""Keeps the programs of one installation running: starts, restarts with back-off, prefixes their logs, stops.

Every child has a process group of its own (Ctrl-C reaches only the supervisor, which then stops them in
order) and is told by the kernel when the supervisor dies (Linux), so that not even `kill -9` leaves orphans.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded here: between fork and exec it may deadlock
COLOURS = {"valkey": 35, "worker": 36, "web": 34}


@dataclass
class Child:
    """One program: how to start it, how to ask it to stop, how long to wait before it is killed."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    grace_seconds: float = 5.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    start_again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=_bind_to_parent,
        )
        self.started_at = time.monotonic()
        threading.Thread(target=self._pass_on_output, args=(self.process,), daemon=True).start()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_running(self) -> None:
        """Starts it again after an unexpected end; each end in a row doubles the pause."""
        if self.process is None or self.is_running:
            if self.is_running and time.monotonic() - self.started_at > LONGEST_PAUSE:
                self.pause = FIRST_PAUSE
            return
        if not self.start_again_at:
            say(f"{self.name} ended ({describe_exit(self.process.returncode)}); starting it again")
            self.start_again_at = time.monotonic() + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif time.monotonic() >= self.start_again_at:
            self.start_again_at = 0.0
            self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace_seconds)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # whatever it left behind in its group
        self.process.wait()

    def _pass_on_output(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        colour = COLOURS.get(self.name.split("-")[0], 33)
        prefix = f"\x1b[{colour}m{self.name:>8}\x1b[0m │ " if sys.stdout.isatty() else f"{self.name:>8} | "
        for line in process.stdout:
            say(prefix + line.decode(errors="replace").rstrip())


class Supervisor:
    """Children in starting order; they are stopped in the reverse order."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._stopping = threading.Event()

    def add(self, child: Child) -> Child:
        """Starts it and keeps it. Call from the main thread: the kernel's death notice is bound to the thread."""
        child.start()
        self.children.append(child)
        return child

    def ask_to_stop(self, *_: object) -> None:
        self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def watch(self) -> None:
        """Until asked to stop."""
        while not self._stopping.wait(0.3):
            for child in self.children:
                child.keep_running()

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()


def say(text: str) -> None:
    """Never raises: a terminal that is gone, or cannot show a character, must not stop what it tells of."""
    with suppress(OSError, ValueError):
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), flush=True)


def describe_exit(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _bind_to_parent() -> None:
    os.setpgid(0, 0)
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
