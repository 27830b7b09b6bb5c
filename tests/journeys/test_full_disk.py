"""The disk is full in mid-answer: the page says so, and when there is room again the answer is there, whole."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_chat_journey import ask, choose_model, last_text, wait_until_finished
from tests.stack import Stack
from tests.valkey_server import ValkeyServer

pytestmark = [pytest.mark.browser, pytest.mark.stack]

QUESTION = " ".join(f"part{number}" for number in range(60))
SMALL = "size=48m"


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of its own, in memory and soon full; only root may have one made."""
    folder = tmp_path_factory.mktemp("full") / "disk"
    folder.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", str(folder)], capture_output=True, text=True
        )
    except OSError as error:
        pytest.skip(f"no small disk can be made here: {error}")
    if mounted.returncode:
        pytest.skip(f"no small disk can be made here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module", params=["everything on it", "Valkey elsewhere"])
def site(small_disk: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {"DATA_DIR": str(small_disk / request.param)}
    elsewhere = None
    if request.param == "Valkey elsewhere":
        elsewhere = ValkeyServer(tmp_path_factory.mktemp("elsewhere"))
        elsewhere.start()
        environment["REDIS_URL"] = elsewhere.url
    try:
        with Stack(tmp_path_factory.mktemp("outside"), **environment) as stack:
            stack.add_echo_model("slow", "words_per_second=8")
            yield stack
    finally:
        if elsewhere:
            elsewhere.stop()


def fill(disk: Path) -> Path:
    """To the last byte."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    room = os.statvfs(disk)
    assert room.f_bavail == 0
    return filler


def row_of_last(site: Stack) -> tuple[str, str]:
    status, text = site.rows("SELECT status, text FROM inference_generation ORDER BY created_at DESC LIMIT 1")[0]
    return status, " ".join(text.split())


def test_the_page_says_so_and_nothing_is_lost(
    site: Stack, small_disk: Path, page: Page, sign_up: Any, request: pytest.FixtureRequest
) -> None:
    is_elsewhere = "REDIS_URL" in site.environment
    sign_up("full-disk")
    choose_model(page, "slow")
    ask(page, QUESTION)
    expect(page.locator("article.reply .prose").last).to_contain_text("part3")
    workers = site.child_pids("manage.py worker")
    filler = fill(small_disk)
    try:
        sentence = "the database cannot save it yet" if is_elsewhere else "has no room left"
        expect(page.locator("article.reply .status")).to_contain_text(sentence)
        assert row_of_last(site) == ("running", "")
        other = page.context.new_page()
        other.goto("/chat/?model=slow")
        ask(other, "is anybody there?")
        expect(other.get_by_role("alert")).to_contain_text("cannot be used at present")
        expect(other.locator("#message")).to_have_value("is anybody there?")
    finally:
        filler.unlink()
    wait_until_finished(page)
    assert last_text(page) == QUESTION
    assert row_of_last(site) == ("finished", QUESTION)
    other.press("#message", "Enter")  # and life goes on, without a restart
    wait_until_finished(other)
    assert last_text(other) == "is anybody there?"
    assert site.child_pids("manage.py worker") == workers
