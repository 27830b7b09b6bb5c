"""Everything that breaks: the page says what happened in a sentence, and nothing is lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from inference.models import BUNDLED_MODELS
from tests.journeys.test_chat_journey import ask, choose_model, last_text, row_of_last_answer, wait_until_finished
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

QUESTION = " ".join(f"part{number}" for number in range(40))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A site of its own: these tests kill its parts."""
    with Stack(tmp_path_factory.mktemp("faults")) as stack:
        stack.add_echo_model("slow", "words_per_second=8")
        yield stack


def begin_long_answer(page: Page) -> None:
    choose_model(page, "slow")
    ask(page, QUESTION)
    expect(page.locator("article.reply .prose").last).to_contain_text("part3")


def expect_whole_answer(site: Stack, page: Page) -> None:
    wait_until_finished(page)
    assert last_text(page) == QUESTION
    assert row_of_last_answer(site) == ("finished", QUESTION)


def test_a_killed_worker_loses_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("worker-dies")
    begin_long_answer(page)
    workers = site.child_pids("manage.py worker")
    assert len(workers) == 1
    os.kill(workers[0], signal.SIGKILL)
    expect_whole_answer(site, page)
    assert site.rows("SELECT attempt FROM inference_generation ORDER BY created_at DESC LIMIT 1") == [(2,)]


def test_a_killed_valkey_loses_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("valkey-dies")
    begin_long_answer(page)
    [server] = site.child_pids("valkey-server")
    os.kill(server, signal.SIGTERM)
    expect_whole_answer(site, page)


def test_a_killed_web_process_loses_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("web-dies")
    begin_long_answer(page)
    [web] = site.child_pids("daphne")
    os.kill(web, signal.SIGKILL)
    expect_whole_answer(site, page)


def test_a_restart_in_the_middle_of_an_answer_loses_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("restart")
    begin_long_answer(page)
    parts = [pid for word in ("manage.py worker", "daphne", "valkey-server") for pid in site.child_pids(word)]
    assert len(parts) == 3
    site.stop()
    assert not [pid for pid in parts if Path(f"/proc/{pid}").exists()]
    site.start()
    expect_whole_answer(site, page)


def test_nothing_is_left_after_the_supervisor_is_killed(site: Stack) -> None:
    pids = [pid for word in ("manage.py worker", "daphne", "valkey-server") for pid in site.child_pids(word)]
    assert len(pids) == 3
    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait()
    deadline = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    site.start()


def test_a_second_start_on_the_same_data_is_refused(site: Stack) -> None:
    result = site.manage("up")
    assert result.returncode == 1
    assert "already running" in result.stderr


def test_a_taken_port_is_named(site: Stack, tmp_path: Path) -> None:
    other = Stack(tmp_path / "other", PORT=str(site.port))
    result = other.manage("up")
    assert result.returncode == 1
    assert f"Port {site.port} on 127.0.0.1 is taken" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = Stack(tmp_path, DATA_DIR=str(tmp_path / "file" / "data")).manage("up")
    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("   ", "Please type a message first"),
        ("\x00\x07\x1b", "Please type a message first"),
        ("x" * 1_000_000, "at most 100,000"),
    ],
)
def test_bad_messages_get_a_sentence_and_send_nothing(
    site: Stack, page: Page, context: BrowserContext, sign_up: Any, text: str, sentence: str
) -> None:
    name = f"bad{abs(hash(text)) % 10_000_000}"
    sign_up(name)
    before = site.rows("SELECT count(*) FROM chat_message")
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    answer = context.request.post(
        f"{site.url}/chat/", form={"message": text, "model": "slow"}, headers={"X-CSRFToken": token}
    )
    assert answer.status == 422
    assert sentence in answer.text()
    assert site.rows("SELECT count(*) FROM chat_message") == before


def test_control_characters_are_dropped_and_the_rest_is_kept(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("control")
    choose_model(page, "slow")
    page.evaluate("document.querySelector('textarea').value = 'be\\u0007fore\\u0000 環評 👨‍👩‍👧'")
    page.press("textarea[name=message]", "Enter")
    page.wait_for_selector("article.reply")
    wait_until_finished(page)
    assert last_text(page) == "before 環評 👨‍👩‍👧"


def test_unknown_and_disabled_models_are_named(site: Stack, page: Page, context: BrowserContext, sign_up: Any) -> None:
    sign_up("models")
    add_result = site.manage("addmodel", "", "--backend", "echo", "--slug", "off", "--name", "Off", "--disabled")
    assert add_result.returncode == 0, add_result.stderr
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    for slug in ("off", "never-heard-of"):
        answer = context.request.post(
            f"{site.url}/chat/", form={"message": "hello", "model": slug}, headers={"X-CSRFToken": token}
        )
        assert answer.status == 422
        assert "not offered" in answer.text()


def test_a_broken_and_a_missing_model_folder_say_what_is_wrong(
    site: Stack, page: Page, sign_up: Any, tmp_path: Path
) -> None:
    sign_up("broken-model")
    refused = site.manage("addmodel", str(tmp_path / "nothing-here"))
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    folder = tmp_path / "vanishes"
    shutil.copytree(BUNDLED_MODELS / "small", folder)
    added = site.manage("addmodel", str(folder), "--slug", "broken", "--name", "Broken")
    assert added.returncode == 0, added.stderr
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.truncate(100_000)
    time.sleep(3)  # until the worker has noticed the new model
    for expected in ("safetensors|weights", "[Tt]here is no|missing|not found|does not exist"):
        choose_model(page, "broken")
        ask(page, "hello?")
        page.wait_for_selector("article.reply")
        wait_until_finished(page)
        expect(page.locator("article.reply .failure").last).to_contain_text(re.compile(expected))
        shutil.rmtree(folder, ignore_errors=True)
