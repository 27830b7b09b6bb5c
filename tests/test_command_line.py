"""What `./run` says of itself: its commands, a mistyped one, and a log without lines that frighten for nothing."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastchat_site.accounts.first_admin import has_administrator
from fastchat_site.calm_log import Calm
from fastchat_site.command_help import own_commands

ROOT = Path(__file__).resolve().parent.parent


def manage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATA_DIR": str(folder)}
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_help_lists_our_commands_a_line_each_and_in_order(tmp_path: Path) -> None:
    said = manage(tmp_path, "help")
    assert said.returncode == 0 and said.stdout == manage(tmp_path, "--help").stdout
    names = [line.split()[0] for line in said.stdout.splitlines() if line.startswith("  ")]
    assert names == sorted(names)
    assert {"up", "worker", "addmodel", "models", "doctor", "evaluate", "leaderboard", "test"} <= set(names)
    assert "dbshell" not in said.stdout and "./run help --commands" in said.stdout
    assert "dbshell" in manage(tmp_path, "help", "--commands").stdout


def test_the_help_of_one_command_is_its_own(tmp_path: Path) -> None:
    assert "usage: run models" in manage(tmp_path, "help", "models").stdout


def test_a_mistyped_command_is_told_of_run(tmp_path: Path) -> None:
    said = manage(tmp_path, "docter")
    assert said.returncode == 1 and "Did you mean doctor?" in said.stderr and "./run help" in said.stderr


def test_every_command_says_in_one_short_sentence_what_it_does() -> None:
    commands = own_commands()
    assert len(commands) > 12
    assert not {name: help for name, help in commands.items() if not 10 < len(help) < 96 or help[-1] != "."}


@pytest.mark.parametrize(
    ("name", "message", "is_shown"),
    [
        ("kombu.transport.virtual.base", "Requeuing undeliverable message for queue 'x': No consumers.", False),
        ("kombu.transport.virtual.base", "Cannot redeclare exchange", True),
        ("daphne.server", "<WebRequest uri=/healthz clientproto=HTTP/1.1> took too long to shut down", False),
        ("daphne.server", "<WebRequest uri=/chat/ clientproto=HTTP/1.1> took too long to shut down", True),
        ("inference.run", "took too long to shut down uri=/healthz ", True),
    ],
)  # fmt: skip
def test_only_lines_without_a_meaning_are_kept_out_of_the_log(name: str, message: str, is_shown: bool) -> None:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, None, None)
    assert Calm().filter(record) is is_shown


def test_whether_there_is_an_administrator(alice: object, django_user_model: object) -> None:
    assert not has_administrator()
    type(alice).objects.filter(pk=alice.pk).update(is_superuser=True)  # type: ignore[attr-defined]
    assert has_administrator()
