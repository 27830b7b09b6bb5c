"""The page as people meet it: with a keyboard, an input method, a phone, a screen reader."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

CONVERSATION = re.compile(r"/chat/[0-9a-f-]{36}/")
MARKDOWN = (
    "## Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n$$\nx^2\n$$\n\n- [link](https://a.example)"
)
# What browsers send while a Chinese input method is open; the first Enter only chooses a word.
COMPOSE = """box => {
    const press = more => box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, ...more}));
    box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
    press({isComposing: true});
    box.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
    press({});
}"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def ask(page: Page, text: str) -> None:
    page.fill("textarea[name=message]", text)
    page.press("textarea[name=message]", "Enter")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_to_complain_about(
    browser: Browser, site: Stack, page: Page, sign_up: Any, theme: Any, width: int
) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    assert violations(page) == []
    sign_up(f"page-{theme}-{width}")
    assert violations(page) == []
    page.goto("/chat/?model=quick")
    ask(page, MARKDOWN)
    expect(page).to_have_url(CONVERSATION)
    expect(page.locator("article.reply")).not_to_have_class(re.compile("is-active"))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    page.locator("#model-button").click()
    page.wait_for_selector("#model-popup:popover-open")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#settings-button").click()
    assert violations(page) == []


def test_an_input_method_does_not_send(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("composer")
    page.goto("/chat/?model=quick")
    page.fill("textarea[name=message]", "你好")
    page.locator("textarea[name=message]").evaluate(COMPOSE)
    page.wait_for_timeout(300)
    assert not CONVERSATION.search(page.url)
    page.press("textarea[name=message]", "Shift+Enter")
    page.keyboard.type("again")
    page.keyboard.press("Enter")
    expect(page).to_have_url(CONVERSATION)
    expect(page.locator(".bubble")).to_have_text("你好\nagain", use_inner_text=True)
    expect(page.locator("textarea[name=message]")).to_have_value("")


def test_text_survives_a_lost_connection_and_a_reload(
    site: Stack, page: Page, context: BrowserContext, sign_up: Any
) -> None:
    sign_up("offline")
    page.goto("/chat/?model=quick")
    context.set_offline(True)
    ask(page, "do not lose me")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.locator("textarea[name=message]")).to_have_value("do not lose me")
    context.set_offline(False)
    page.reload()
    expect(page.locator("textarea[name=message]")).to_have_value("do not lose me")
    page.press("textarea[name=message]", "Enter")
    expect(page).to_have_url(CONVERSATION)
    page.goto("/chat/")
    expect(page.locator("textarea[name=message]")).to_have_value("")


def test_without_javascript(browser: Browser, site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("plain")
    cookies: Any = page.context.cookies()
    context = browser.new_context(base_url=site.url, java_script_enabled=False, locale="en-US")
    context.add_cookies(cookies)
    plain = context.new_page()
    plain.goto("/chat/?model=quick")
    plain.fill("textarea[name=message]", "plain words")
    plain.get_by_role("button", name="Send").click()
    expect(plain.locator("article.reply .prose")).to_have_text("plain words")
    context.close()


def test_the_keyboard_alone_is_enough(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("keys")
    page.goto("/chat/?model=slow")
    page.keyboard.press("Control+Shift+M")
    page.wait_for_selector("#model-list [aria-current]:focus")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#model-button .name")).not_to_have_text("Slow")
    expect(page.locator("textarea[name=message]")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+O")
    expect(page).to_have_url(re.compile("/chat/$"))


def test_the_sidebar_of_a_phone_keeps_the_focus(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("phone")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/chat/")
    page.get_by_role("button", name="Open the sidebar").click()
    expect(page.get_by_role("button", name="Close the sidebar")).to_be_focused()
    assert page.locator("#main").evaluate("main => main.inert")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Open the sidebar")).to_be_focused()
