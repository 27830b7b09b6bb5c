"""A battle in a real browser on the real stack: ask two models, vote by key, see the names, find it again, go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

BATTLE = re.compile(r"/arena/battle/[0-9a-f-]{36}/")
QUESTION = " ".join(f"word{number}" for number in range(40))
SECRETS = ("Quick", "Slow", "quick", "slow")


@pytest.fixture(scope="module", autouse=True)
def two_models(site: Stack) -> Iterator[None]:
    """Only the two echo models of different speed can be drawn."""
    others = site.rows("SELECT id FROM inference_modelentry WHERE is_enabled AND slug NOT IN ('quick', 'slow')")
    for (key,) in others:
        site.rows("UPDATE inference_modelentry SET is_enabled = 0 WHERE id = ?", key)
    yield
    for (key,) in others:
        site.rows("UPDATE inference_modelentry SET is_enabled = 1 WHERE id = ?", key)


def ask(page: Page, text: str) -> None:
    page.fill("textarea[name=message]", text)
    page.press("textarea[name=message]", "Enter")


def wait_for_the_vote(page: Page) -> None:
    expect(page.get_by_role("group", name="Vote")).to_be_visible(timeout=60_000)


def texts_of(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".side .prose").all_inner_texts()]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def test_from_the_question_to_the_winner(site: Stack, page: Page, sign_up: Any) -> None:
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    sign_up("judge")
    page.get_by_role("link", name="Battle", exact=True).first.click()
    ask(page, QUESTION)
    expect(page).to_have_url(BATTLE)
    sides = page.locator(".side .prose")
    expect(sides.nth(0)).to_contain_text("word3")
    expect(sides.nth(1)).to_contain_text("word3")
    assert "word39" not in texts_of(page)[0] + texts_of(page)[1], "both grow at the pace of the slower"
    early = [len(text) for text in texts_of(page)]
    wait_for_the_vote(page)
    assert min(len(text) for text in texts_of(page)) > min(early)
    assert texts_of(page) == [QUESTION, QUESTION]
    assert len(heard) > 5
    for what in (*heard, page.content()):
        assert not [secret for secret in SECRETS if secret in what]

    page.fill("textarea[name=message]", "1")
    page.press("textarea[name=message]", "2")
    page.fill("textarea[name=message]", "")
    assert site.rows("SELECT count(*) FROM arena_vote") == [(0,)], "keys that are typed do not vote"
    page.locator("#messages").focus()
    page.wait_for_timeout(600)
    page.keyboard.press("4")
    heading = page.get_by_role("heading", name=re.compile("You found B better"))
    expect(heading).to_be_focused()
    names = page.locator(".side .byline .name").all_inner_texts()
    assert sorted(names) == ["Quick", "Slow"]
    expect(page.locator("textarea[name=message]")).to_be_disabled()
    assert site.rows("SELECT choice FROM arena_vote") == [("b",)]

    address = page.url
    again = page.evaluate(
        """address => fetch(address + "vote/", {method: "POST", body: new URLSearchParams({vote: "a"}),
            headers: {"X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]}})
            .then(answer => answer.status)""",
        address,
    )
    assert again == 409
    assert site.rows("SELECT choice FROM arena_vote") == [("b",)]

    page.goto("/chat/")
    page.fill("input[name=q]", "word37")
    row = page.locator("#history").get_by_role("link", name=re.compile("^word0 word1"))
    expect(row).to_have_count(1)
    row.click()
    expect(page).to_have_url(address)
    page.get_by_role("button", name=f"Go on with {names[1]}").click()
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
    expect(page.locator("#model-button .name")).to_have_text(names[1])
    ask(page, "and one more")
    expect(page.locator("article.reply")).to_have_count(2)
    expect(page.locator("article.reply").last).not_to_have_class(re.compile("is-active"), timeout=30_000)


def test_keys_vote_however_fast_the_answers_came(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("hasty")
    page.goto("/arena/battle/")
    ask(page, "hi")
    wait_for_the_vote(page)
    page.wait_for_timeout(1200)  # a key that was meant for the text does not vote
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name=re.compile("You found A better"))).to_be_focused()


def test_the_leaderboard_of_another_window_follows_the_votes(
    site: Stack, page: Page, context: BrowserContext, sign_up: Any
) -> None:
    """Votes on questions in Japanese, because no other test votes there: Quick wins once, then Slow three times."""
    sign_up("board-watcher")
    names = context.new_page()
    for number, winner in enumerate(("quick", "slow", "slow", "slow"), start=1):
        page.goto("/arena/battle/")
        ask(page, f"これは{number}番目の質問です")
        wait_for_the_vote(page)
        battle = BATTLE.search(page.url)[0].split("/")[3].replace("-", "")  # type: ignore[index]
        [(side,)] = site.rows(
            "SELECT label FROM arena_side s JOIN arena_contestant c ON c.id = s.contestant_id"
            " JOIN inference_modelentry m ON m.id = c.model_id WHERE s.battle_id = ? AND m.slug = ?",
            battle,
            winner,
        )
        page.get_by_role("button", name=f"{side.upper()} is better").click()
        expect(page.get_by_role("heading", name=re.compile(f"You found {side.upper()} better"))).to_be_focused()
        if number == 1:
            names.goto("/arena/leaderboard/?scope=language:ja")
            rows = names.locator(".ranking tbody tr")
            expect(rows).to_have_count(2)
            expect(rows.nth(0).locator(".name")).to_have_text("Quick")
            expect(rows.nth(0)).to_contain_text(re.compile(r"\b1\b"))
    expect(rows.nth(0).locator(".name")).to_have_text("Slow")  # without a reload
    expect(rows.nth(1).locator(".name")).to_have_text("Quick")
    names.reload()
    expect(rows.nth(0).locator(".name")).to_have_text("Slow")


def test_a_reload_in_the_middle_loses_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("reloader")
    page.goto("/arena/battle/")
    ask(page, QUESTION)
    expect(page.locator(".side .prose").nth(1)).to_contain_text("word2")
    page.reload()
    page.evaluate("window.openSockets.forEach(socket => socket.close())")
    wait_for_the_vote(page)
    assert texts_of(page) == [QUESTION, QUESTION]


def test_a_battle_is_complete_without_websockets(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("battle-by-polling")
    page.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked by a proxy'); } }")
    page.goto("/arena/battle/")
    ask(page, "does it arrive by polling")
    wait_for_the_vote(page)
    assert texts_of(page) == ["does it arrive by polling"] * 2
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_role("heading", name=re.compile("You called it a tie"))).to_be_focused()


def test_a_battle_works_without_javascript(site: Stack, page: Page, context: BrowserContext, sign_up: Any) -> None:
    sign_up("no-script")
    plain = page.context.browser.new_context(  # type: ignore[union-attr]
        base_url=site.url, java_script_enabled=False, storage_state=context.storage_state(), locale="en-US"
    )
    still = plain.new_page()
    still.goto("/arena/battle/")
    still.fill("textarea[name=message]", "no scripts here")
    still.get_by_role("button", name="Send").click()
    expect(still.get_by_role("group", name="Vote")).to_be_visible(timeout=60_000)  # the page refreshes itself
    still.get_by_role("button", name="Both are bad").click()
    expect(still.get_by_role("heading", name=re.compile("You found both bad"))).to_be_visible()
    plain.close()


def test_side_by_side_with_names(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("comparer")
    page.goto("/arena/side-by-side/")
    page.get_by_label("Model A", exact=True).select_option("slow")
    page.get_by_label("Model B", exact=True).select_option("quick")
    ask(page, QUESTION)
    expect(page).to_have_url(BATTLE)
    assert page.locator(".side .byline .name").all_inner_texts() == ["Slow", "Quick"]
    expect(page.locator(".side").nth(1).locator(".prose")).to_contain_text("word39")
    assert "word39" not in texts_of(page)[0], "the quick one waits for nobody"
    wait_for_the_vote(page)
    page.get_by_role("button", name="Again").click()
    expect(page.locator(".turn")).to_have_class(re.compile("is-active"))
    expect(page.get_by_role("group", name="Vote")).to_have_count(0)
    wait_for_the_vote(page)
    assert texts_of(page) == [QUESTION, QUESTION]
    page.get_by_role("button", name="A is better").click()
    expect(page.get_by_role("heading", name=re.compile("You found A better"))).to_be_focused()
    ask(page, "second question")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last).not_to_have_class(re.compile("is-active"), timeout=30_000)
    assert texts_of(page)[2:] == ["second question"] * 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_to_complain_about(site: Stack, page: Page, sign_up: Any, theme: Any, width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    sign_up(f"battle-axe-{theme}-{width}")
    for address in ("/arena/side-by-side/", "/arena/battle/"):
        page.goto(address)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    ask(page, "!markdown")
    wait_for_the_vote(page)
    assert violations(page) == []
    page.get_by_role("button", name="B is better").click()
    expect(page.get_by_role("heading", name=re.compile("You found B better"))).to_be_focused()
    page.wait_for_timeout(600)  # the names slide in: while they are faint their contrast is too
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
