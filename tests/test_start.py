"""Starting where machines are as they are: a company proxy, odd folders, closed terminals, settings with mistakes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack

STRANGE = "50%41 off #1?"  # in a URL every one of these means something else


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.stack
def test_it_starts_behind_a_proxy_and_outlives_its_terminal(tmp_path: Path) -> None:
    stack = Stack(
        tmp_path / STRANGE,
        ALLOWED_HOSTS="chat.example.com",
        http_proxy="http://127.0.0.1:9",
        TZ=":/etc/localtime",
        LOG_LEVEL="INFO",
    )
    stack.folder.mkdir()
    process = stack.process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "up"],
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),  # as nohup does
    )
    try:
        assert process.stdout is not None
        said = ""
        while "ready" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert (stack.folder / "data" / "db.sqlite3").exists()
        process.stdout.close()  # as `./run | head` does, or a terminal that was closed
        process.send_signal(signal.SIGHUP)
        [worker] = stack.child_pids("manage.py worker")
        os.kill(worker, signal.SIGKILL)  # the supervisor has something to say now
        wait_for(lambda: stack.child_pids("manage.py worker") not in ([], [worker]))
        children = stack.child_pids("valkey-server") + stack.child_pids("manage.py worker")
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    finally:
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TZ", "CST-8", "must be a time zone"),
        ("DATABASE_URL", "nonsense", "must look like"),
        ("REDIS_URL", "nonsense", "must specify"),
        ("HOST", "192.0.2.1", "has no address 192.0.2.1"),
    ],
)
def test_a_setting_with_a_mistake_is_named_in_a_sentence(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    stack = Stack(tmp_path, **{name: value})
    result = stack.manage("up")
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    stack = Stack(tmp_path / "closed")
    command = [*as_a_user_like_any_other(), sys.executable, str(ROOT / "manage.py"), "up"]
    result = subprocess.run(command, env=stack.environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert f"The data folder {tmp_path}" in result.stderr and "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def as_a_user_like_any_other() -> list[str]:
    """Root may write everywhere, unless it lays that power down; as another user it might not reach this folder."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if os.environ.get("CI"):
            pytest.fail("setpriv is missing (Debian: apt-get install util-linux)")
        pytest.skip("root without setpriv may write everywhere")
    return [setpriv, "--bounding-set=-dac_override,-dac_read_search"]


def test_the_script_knows_its_folder_by_the_real_name_and_its_python_by_the_version(tmp_path: Path) -> None:
    """Else a call through a link, or an upgrade of the system, would break or throw away the environment."""
    project, link = tmp_path / "real place", tmp_path / "link"
    (project / ".venv" / "bin").mkdir(parents=True)
    link.symlink_to(project)
    (project / "run").write_text((ROOT / "run").read_text())
    (project / "requirements.txt").write_text("")
    (project / "manage.py").write_text("")
    python = project / ".venv" / "bin" / "python"

    def pretend(version: str) -> None:
        python.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}"\nexit 0\n')
        python.chmod(0o755)

    def start(folder: Path) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHON": "/nowhere", "CDPATH": str(tmp_path)}
        return subprocess.run(["sh", f"{folder}/run"], env=environment, cwd="/", capture_output=True, text=True)

    pretend("3.11.2")
    (project / ".venv" / "made-in").write_text(f"{project} with Python 3.11.2\n")
    marker = project / ".venv" / "marker"
    marker.touch()
    for folder in (project, link):
        assert start(folder).returncode == 0
        assert marker.exists()
    pretend("3.13.5")
    start(project)
    assert not marker.exists()
