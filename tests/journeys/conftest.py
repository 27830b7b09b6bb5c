"""The site as a stranger starts it, and a real browser. Without Chromium the tests skip and say so; CI has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.stack import Stack

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "correct horse battery"

# Every websocket of the page can be cut by the test.
REMEMBER_SOCKETS = """
window.openSockets = [];
window.WebSocket = class extends window.WebSocket {
    constructor(...given) { super(...given); window.openSockets.push(this); }
};
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("site with spaces")) as stack:
        stack.add_echo_model("quick")
        stack.add_echo_model("slow", "words_per_second=12")
        yield stack


@pytest.fixture(scope="module")  # not longer: Playwright keeps an event loop, and asyncio tests cannot run beside it
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, site: Stack) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, locale="en-US")
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    context.add_init_script(REMEMBER_SOCKETS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def sign_up(page: Page, site: Stack) -> Any:
    """`sign_up("alice")` makes the account in the browser and ends on the chat."""

    def in_browser(name: str, target: Page = page) -> None:
        # All journeys together make more accounts from one address than an hour allows.
        site.rows("DELETE FROM accounts_throttle")
        target.goto("/accounts/signup/")
        target.fill("input[name=username]", name)
        target.fill("input[name=password1]", PASSWORD)
        target.fill("input[name=password2]", PASSWORD)
        target.get_by_role("button", name="Sign up").click()
        target.wait_for_selector("textarea[name=message]")

    return in_browser
