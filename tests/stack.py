"""The whole site as a stranger starts it, on free ports and in a folder of its own, for tests and benchmarks."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from fastchat_site.embedded_valkey import free_port

ROOT = Path(__file__).resolve().parent.parent

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """The kernel sends SIGTERM to this process when the one that started it ends (Linux)."""
    if LIBC is not None:
        LIBC.prctl(1, signal.SIGTERM)


class Stack:
    """`manage.py up` as a child process; `rows()` looks into its database, `log` holds what it printed."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.arguments = arguments  # of `manage.py up`
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = folder / "up.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }

    def __enter__(self) -> Stack:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, seconds: float = 90) -> None:
        """Returns when the page and a worker answer; raises with the log if they do not."""
        log = self.log_path.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", *self.arguments],
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,  # a killed test run must not leave a site behind
        )
        self.wait_until_ready(seconds)

    def wait_until_ready(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the site ended while starting:\n{self.log}")
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the site was not ready within {seconds} s:\n{self.log}")

    def stop(self, seconds: float = 20) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                raise RuntimeError(f"the site did not stop within {seconds} s:\n{self.log}") from None

    def manage(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs a management command against this installation."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            **options,
        )

    def add_echo_model(self, slug: str, source: str = "") -> None:
        """An echo model under this short name; returns when a worker serves it."""
        added = self.manage("addmodel", source, "--backend", "echo", "--slug", slug, "--name", slug.capitalize())
        assert added.returncode == 0, added.stderr
        deadline = time.monotonic() + 60
        while self.state_of(slug) == "offline":
            assert time.monotonic() < deadline, self.log
            time.sleep(0.3)

    def state_of(self, slug: str) -> str:
        """As `manage.py models` tells it: ready, idle, loading, failed or offline."""
        models = json.loads(self.manage("models", "--json").stdout)["models"]
        return str(next(model["state"] for model in models if model["slug"] == slug))

    def ask_all(self, slug: str, conversations: list[Any], seconds: float = 600) -> list[dict[str, Any]]:
        """The answers of one model to many conversations, through the whole stack."""
        return self._told_by(["tests.ask_through_stack", slug], conversations, seconds)

    def battle_all(self, questions: list[dict[str, Any]], seconds: float = 900) -> list[str]:
        """One blind battle for each question, judged by an exact checker; returns the votes."""
        return self._told_by(["tests.battle_through_stack"], questions, seconds)

    def _told_by(self, module: list[str], questions: list[Any], seconds: float) -> list[Any]:
        """What a program in this site's environment prints as JSON about the questions it is given."""
        result = subprocess.run(
            [sys.executable, "-m", *module],
            env=self.environment,
            cwd=ROOT,
            input=json.dumps(questions),
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert result.returncode == 0, result.stderr[-3000:] + self.log[-2000:]
        told: list[Any] = json.loads(result.stdout)
        return told

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with sqlite3.connect(Path(self.environment["DATA_DIR"]) / "db.sqlite3", timeout=20) as database:
            return database.execute(query, parameters).fetchall()

    def child_pids(self, word: str) -> list[int]:
        """Process ids below the supervisor whose command line contains the word."""
        command = ["ps", "-ww", "-eo", "pid,ppid,args"]
        listing = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[1:]
        parents = {int(line.split(None, 2)[0]): int(line.split(None, 2)[1]) for line in listing}
        return [
            int(line.split(None, 2)[0])
            for line in listing
            if word in line.split(None, 2)[2] and self._is_below(int(line.split(None, 2)[0]), parents)
        ]

    def _is_below(self, pid: int, parents: dict[int, int]) -> bool:
        while pid in parents:
            if pid == self.process.pid:
                return True
            pid = parents[pid]
        return False

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
