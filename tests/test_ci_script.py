"""`.ci/run` stops at the first thing that is wrong, and shows it; what `./run` makes of the words behind it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stack import ROOT

PROGRAMS_OF_THE_MACHINE = ("chromium", "initdb", "gcc", "msgfmt")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in which everything is right: its tools do nothing, and say where they were called."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    script(tmp_path / "run", "echo run $*")
    for name in ("ruff", "mypy", "python"):
        script(tmp_path / ".venv" / "bin" / name, f"echo {name} $*")
    for name in PROGRAMS_OF_THE_MACHINE:
        script(tmp_path / "machine" / name, "exit 0")
    return tmp_path


def script(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def run_in(project: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{project / 'machine'}:/usr/bin:/bin"}
    return subprocess.run(["sh", ".ci/run"], cwd=project, env=environment, capture_output=True, text=True, timeout=30)


def test_when_all_is_well_the_first_collection_is_not_shown(project: Path) -> None:
    result = run_in(project)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == "ruff check ."
    assert result.stdout.splitlines()[-1] == "run test"


def test_when_the_collection_fails_its_words_are_shown(project: Path) -> None:
    script(project / "run", "echo an import is broken; echo a warning >&2; exit 2")
    result = run_in(project)
    assert result.returncode == 1
    assert result.stdout.splitlines() == ["an import is broken", "a warning"]


@pytest.mark.parametrize("tool", ["ruff", "mypy", "python"])
def test_what_a_tool_finds_ends_it(project: Path, tool: str) -> None:
    script(project / ".venv" / "bin" / tool, f"echo {tool} complains; exit 1")
    result = run_in(project)
    assert result.returncode != 0
    assert result.stdout.splitlines()[-1] == f"{tool} complains"


def passed_on_by_run(folder: Path, *words: str) -> list[str]:
    """What `./run` at last calls Python with, where all packages are installed."""
    for name in ("run", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder / name)
    program = 'case "$1 $3" in "-V "*) echo Python 3.11 ;; "-m install") ;; *) printf "%s|" "$@" ;; esac'
    script(folder / ".venv" / "bin" / "python", program)
    (folder / ".venv" / "made-in").write_text(f"{folder.resolve()} with Python 3.11")
    result = subprocess.run(["sh", "run", *words], cwd=folder, capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1].split("|")[:-1]


@pytest.mark.parametrize(
    ("asked", "is_whole"),
    [
        ([], True),
        (["-q"], True),
        (["-x", "-m", "not browser"], True),
        (["tests/chat", "-x"], False),
        (["-q", "./tests/test_docs.py"], False),
        (["-n", "1"], False),
        (["--numprocesses=1"], False),
        (["--collect-only", "-q"], False),
    ],
)
def test_the_whole_list_runs_in_several_processes(asked: list[str], is_whole: bool, tmp_path: Path) -> None:
    given = passed_on_by_run(tmp_path, "test", *asked)
    assert given[:2] == ["-m", "pytest"]
    assert ("--dist" in given) is is_whole
    assert given[-len(asked) :] == asked if asked else is_whole


@pytest.mark.parametrize(
    ("typed", "passed_on"),
    [
        ([], "up"),
        (["--port", "8123"], "up --port 8123"),
        (["--help"], "--help"),
        (["--version"], "--version"),
        (["models", "--help"], "models --help"),
    ],
)
def test_options_alone_are_those_of_starting_the_site(tmp_path: Path, typed: list[str], passed_on: str) -> None:
    assert passed_on_by_run(tmp_path, *typed) == ["manage.py", *passed_on.split()]
