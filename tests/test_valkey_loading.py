"""A Valkey with much data takes its time to start: that is waited for, and said once."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management.base import CommandError

from fastchat_site import embedded_valkey
from fastchat_site.management.commands import up
from fastchat_site.supervisor import Supervisor

pytestmark = pytest.mark.stack

KEYS = 60_000
# Slowly, as if there were gigabytes: so many microseconds for each key.
SLOWLY = ["--key-load-delay", "40"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """Command line and address of a server that has something to load."""
    folder = tmp_path_factory.mktemp("loading") / "valkey"
    command, url = embedded_valkey.prepare(folder, folder / "url")
    process = subprocess.Popen(command)
    try:
        up.wait_for_redis(url, "no server", Supervisor())
        with redis.Redis.from_url(url) as client:
            pipe = client.pipeline(transaction=False)
            for number in range(KEYS):
                pipe.set(f"key{number}", "x" * 100)
            pipe.execute()
    finally:
        process.terminate()
        process.wait()
    return command, url


@pytest.fixture
def loading(filled: tuple[list[str], str]) -> Iterator[str]:
    """The address of a server that loads for some seconds."""
    command, url = filled
    process = subprocess.Popen([*command, *SLOWLY])
    yield url
    process.kill()
    process.wait()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(up, "say", lines.append)
    return lines


def is_loading(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, retry=up.Retry(up.NoBackoff(), 0)) as client:
            return not client.ping()
    except redis.BusyLoadingError:
        return True
    except redis.ConnectionError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_loading_server_is_waited_for(loading: str, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wait_until(lambda: is_loading(loading))
    monkeypatch.setattr(up, "ANSWER_SECONDS", 3.0)  # less than it loads
    up.wait_for_redis(loading, "no server", Supervisor())
    with redis.Redis.from_url(loading) as client:
        size: Any = client.dbsize()
    assert size == KEYS
    assert len(said) == 1 and "reads its data" in said[0]


def test_the_wait_ends_when_the_site_is_told_to_stop(loading: str, said: list[str]) -> None:
    wait_until(lambda: is_loading(loading))
    supervisor = Supervisor()
    supervisor.ask_to_stop()
    up.wait_for_redis(loading, "no server", supervisor)
    assert is_loading(loading), "it should not have waited"


def test_a_server_that_never_answers_is_not_waited_for(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "ANSWER_SECONDS", 0.2)
    url = f"redis://127.0.0.1:{embedded_valkey.free_port()}/0"
    with pytest.raises(CommandError, match="no server"):
        up.wait_for_redis(url, "no server", Supervisor())
    assert not said
