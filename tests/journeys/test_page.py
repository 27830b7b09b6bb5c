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


def test_the_window_is_named_after_the_conversation(site: Stack, page: Page, sign_up: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/")
    expect(page).to_have_title("FastChat")
    sign_up("titles")
    page.goto("/")
    expect(page).to_have_title("New chat · FastChat")
    page.locator("#model-button").click()
    page.wait_for_selector("#model-popup:popover-open")
    page.keyboard.press("Escape")
    page.goto("/chat/?model=quick")
    ask(page, "# Groundwater report")
    expect(page).to_have_title("Groundwater report · FastChat")
    row = page.locator("#history .row").first
    row.hover()
    row.get_by_role("button", name="Options").click()
    page.get_by_role("link", name="Rename").click()
    page.locator("#dialog input[name=title]").fill("Wells")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title("Wells · FastChat")
    expect(page.locator("#title")).to_have_text("Wells")
    assert complaints == []


def test_the_focus_goes_to_what_is_wrong(site: Stack, page: Page) -> None:
    site.rows("DELETE FROM accounts_throttle")
    page.goto("/accounts/signup/")
    page.fill("input[name=username]", "weak")
    page.fill("input[name=password1]", "password")
    page.fill("input[name=password2]", "password")
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator("#id_password1_error")).to_contain_text("too common")
    expect(page.locator("input[name=password1]")).to_be_focused()


@pytest.mark.parametrize("width", [320, 390])
def test_keys_on_a_phone(site: Stack, page: Page, sign_up: Any, width: int) -> None:
    sign_up(f"keys-phone-{width}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/accounts/api-keys/")
    page.fill("input[name=name]", "a program with a long name")
    page.get_by_role("button", name="Make a key").click()
    field = page.get_by_label("Your new key")
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-announce=state]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == field.input_value()
    sideways = "[...document.querySelectorAll('html, .board-pane, .scroll')].filter(e => e.scrollWidth > e.clientWidth)"
    assert page.evaluate(f"{sideways}.length") == 0, "something scrolls sideways"
    assert violations(page) == []
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("is revoked")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("sides", [2, 3, 4])
def test_votes_stand_in_order(site: Stack, page: Page, sign_up: Any, sides: int, width: int) -> None:
    sign_up(f"votes-{sides}-{width}")
    page.set_viewport_size({"width": width, "height": 844})
    models = ["quick", "demo-small", "demo-large", "air-quality-expert"]
    page.goto("/arena/side-by-side/?" + "&".join(f"model={slug}" for slug in models[:sides]))
    ask(page, "Hello?")
    expect(page.locator(".vote-buttons")).to_be_visible()
    places = page.locator(".vote-buttons button").evaluate_all(
        "all => all.map(b => [b, b.getBoundingClientRect()])"
        ".map(([b, r]) => [Math.round(r.top), r.left, r.width, b.value])"
    )
    rows: dict[int, list[Any]] = {}
    for top, left, button_width, value in sorted(places):
        rows.setdefault(top, []).append((left, button_width, value))
    shown = [[value for _left, _width, value in row] for row in rows.values()]
    if sides == 2 and width == 1280:
        assert shown == [["a", "tie", "both_bad", "b"]]
    else:
        letters = ["a", "b", "c", "d"][:sides]
        in_rows = [letters] if sides < 4 or width == 1280 else [letters[:2], letters[2:]]
        assert shown == [*in_rows, ["tie", "both_bad"]]
    for row in rows.values():  # all of a row equally wide, each row as wide as the others
        assert max(w for _l, w, _v in row) - min(w for _l, w, _v in row) < 2
    ends = [row[-1][0] + row[-1][1] for row in rows.values()]
    assert max(ends) - min(ends) < 2
