"""A person's first day: sign up, ask, watch, reload, leave, come back, go on. In a real browser, on the real stack."""

from __future__ import annotations

import random
import re
import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.journeys.conftest import PASSWORD
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

LONG_QUESTION = " ".join(f"word{number}" for number in range(30))
DISTURBANCES = 50


def ask(page: Page, text: str) -> None:
    page.fill("textarea[name=message]", text)
    page.press("textarea[name=message]", "Enter")


def last_text(page: Page) -> str:
    text = page.locator("article.reply").last.locator(".prose").inner_text()
    return " ".join(text.split())


def wait_until_finished(page: Page) -> None:
    expect(page.locator("article.reply").last).not_to_have_class(re.compile("is-active"), timeout=30_000)


def row_of_last_answer(site: Stack) -> tuple[str, str]:
    status, text = site.rows("SELECT status, text FROM inference_generation ORDER BY created_at DESC LIMIT 1")[0]
    return status, " ".join(text.split())


def choose_model(page: Page, slug: str) -> None:
    page.goto(f"/chat/?model={slug}")


def reload_at_once(page: Page) -> None:
    """Even while the page before it is still being exchanged, when Chromium has for a moment none that could reload."""
    try:
        page.reload(wait_until="commit")
    except Error as error:
        if "Not attached to an active page" not in error.message:
            raise
        time.sleep(0.1)
        page.reload(wait_until="commit")


def test_the_first_day(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("first-day")
    choose_model(page, "slow")
    ask(page, LONG_QUESTION)
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
    expect(page.locator("article.reply .prose").last).to_contain_text("word3")
    early = last_text(page).split()
    assert len(early) < len(LONG_QUESTION.split()), "the whole text came at once"
    expect(page.locator("article.reply .prose").last).to_contain_text(f"word{len(early) + 4}")  # it grows

    page.reload()
    assert "is-active" in (page.locator("article.reply").last.get_attribute("class") or ""), "reloaded too late"
    wait_until_finished(page)
    assert last_text(page) == LONG_QUESTION
    assert row_of_last_answer(site) == ("finished", LONG_QUESTION)

    page.get_by_role("button", name="first-day").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/accounts/login/")
    page.fill("input[name=username]", "first-day")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=re.compile("^word0 word1")).first.click()
    expect(page.locator("article.reply")).to_have_count(1)
    ask(page, "and now something else")
    expect(page.locator("article.reply")).to_have_count(2)
    wait_until_finished(page)
    assert last_text(page) == "and now something else"


def test_reloads_and_cut_sockets_lose_and_double_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("disturbed")
    choose_model(page, "slow")
    chance = random.Random(20)
    disturbed = 0
    while disturbed < DISTURBANCES:
        question = " ".join(f"w{chance.randrange(10_000)}" for _ in range(16))
        page.goto("/chat/?model=slow")
        ask(page, question)
        page.wait_for_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
        for _ in range(5):
            time.sleep(chance.uniform(0.0, 0.2))
            if chance.random() < 0.5:
                reload_at_once(page)
            else:
                page.evaluate("window.openSockets?.forEach(socket => socket.close())")
            disturbed += 1
        page.wait_for_selector("article.reply")
        wait_until_finished(page)
        assert last_text(page) == question
        assert row_of_last_answer(site) == ("finished", question)


def test_two_tabs_see_the_same_answer_grow(site: Stack, page: Page, context: BrowserContext, sign_up: Any) -> None:
    sign_up("two-tabs")
    choose_model(page, "slow")
    ask(page, LONG_QUESTION)
    page.wait_for_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
    second = context.new_page()
    second.goto(page.url)
    for tab in (page, second):
        wait_until_finished(tab)
        assert last_text(tab) == LONG_QUESTION


def test_stop_keeps_what_was_written(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("stopper")
    choose_model(page, "slow")
    ask(page, LONG_QUESTION)
    expect(page.locator("article.reply .prose").last).to_contain_text("word4")
    page.keyboard.press("Escape")
    wait_until_finished(page)
    status, text = row_of_last_answer(site)
    assert status == "stopped"
    assert text == last_text(page)
    assert LONG_QUESTION.startswith(text)
    assert "word29" not in text


def test_an_answer_is_complete_without_websockets(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("no-sockets")
    page.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked by a proxy'); } }")
    choose_model(page, "quick")
    ask(page, "does it arrive by polling")
    wait_until_finished(page)
    assert last_text(page) == "does it arrive by polling"


def test_regenerate_makes_a_version_and_overwrites_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("again")
    choose_model(page, "quick")
    ask(page, "say this twice")
    wait_until_finished(page)
    page.locator("article.reply").last.get_by_role("button", name=re.compile("again|Regenerate", re.I)).first.click()
    expect(page.locator("article.reply").last).to_contain_text("2/2")
    wait_until_finished(page)
    count = site.rows(
        "SELECT count(*) FROM chat_message WHERE role = 'assistant' AND parent_id IN "
        "(SELECT id FROM chat_message WHERE content = 'say this twice')"
    )
    assert count == [(2,)]
