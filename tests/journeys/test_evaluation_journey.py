"""An evaluation in a real browser: import our own set, run it on two models, watch, read the results, grade."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

RUN = re.compile(r"/arena/evaluation/runs/\d+/$")
MAKE_STAFF = (
    "from django.contrib.auth import get_user_model as u; u().objects.filter(username='{}').update(is_staff=True)"
)
AsExaminer = Callable[[str], None]


@pytest.fixture(scope="module")
def second(site: Stack) -> Iterator[str]:
    site.add_echo_model("second")
    yield "second"


@pytest.fixture
def as_examiner(site: Stack, sign_up: Any, second: str) -> AsExaminer:
    def signed_up(name: str) -> None:
        sign_up(name)
        assert site.manage("shell", "-c", MAKE_STAFF.format(name)).returncode == 0

    return signed_up


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


def import_own_set(page: Page) -> None:
    page.goto("/arena/evaluation/")
    page.get_by_role("button", name="Import our own set").click()
    expect(page.get_by_role("heading", name="Forty questions of this site")).to_be_visible()
    expect(page.get_by_text("40 questions")).to_be_visible()


def start_run(page: Page) -> None:
    page.get_by_role("link", name="New run").click()
    page.get_by_role("group", name="Models").get_by_role("checkbox", name="Quick", exact=True).check()
    page.get_by_role("group", name="Models").get_by_role("checkbox", name="Second", exact=True).check()
    expect(page.locator("#estimate")).to_contain_text("160 requests")
    page.get_by_role("button", name="Start the run").click()
    expect(page).to_have_url(RUN)


def test_from_questions_to_results_and_ones_own_grades(page: Page, as_examiner: AsExaminer) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    as_examiner("examiner")
    import_own_set(page)
    start_run(page)
    # Nobody reloads: the page itself sees the end and fetches what was found.
    page.evaluate("window.isTheSamePage = true")
    expect(page.locator(".state-badge.is-finished")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", name="Exact checks")).to_be_visible()
    assert page.evaluate("window.isTheSamePage")
    expect(page.locator(".counts")).to_contain_text("160 / 160")
    expect(page.get_by_role("table").get_by_role("rowheader", name="Quick")).to_be_visible()
    # An echo is right nowhere: no question of ours holds its own answer.
    expect(page.locator("td.total").first).to_contain_text(re.compile(r"^\s*0\b"))

    page.get_by_role("link", name="Read and grade the answers").click()
    seven = page.get_by_role("group", name="Your points for Quick").get_by_role("button", name="7", exact=True)
    seven.click()
    expect(seven).to_have_attribute("aria-pressed", "true")
    expect(seven).to_be_focused()
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_role("button", name="Tie")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(seven).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Next question").click()
    expect(page.locator(".place-bar")).to_contain_text("2 / 40")
    page.get_by_label("Left answer").select_option("Second")
    expect(page.locator(".answer-name").first).to_contain_text("Second")
    page.get_by_role("link", name="Hide the names and judges").click()
    expect(page.locator(".answer-name").first).to_contain_text("Model A")
    assert errors == []


def test_without_javascript_it_works_too(site: Stack, browser: Any, page: Page, as_examiner: AsExaminer) -> None:
    as_examiner("plain-examiner")
    import_own_set(page)
    context: BrowserContext = browser.new_context(base_url=site.url, java_script_enabled=False, locale="en-US")
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto("/arena/evaluation/")
    plain.get_by_role("link", name="Forty questions of this site").first.click()
    plain.get_by_role("link", name="New run").click()
    plain.get_by_role("group", name="Models").get_by_role("checkbox", name="Quick", exact=True).check()
    plain.get_by_role("button", name="What would it take?").click()
    expect(plain.locator("#estimate")).to_contain_text("80 requests")
    expect(plain.get_by_role("group", name="Models").get_by_role("checkbox", name="Quick", exact=True)).to_be_checked()
    plain.get_by_role("button", name="Start the run").click()
    expect(plain).to_have_url(RUN)
    plain.get_by_role("button", name="Cancel the run").click()
    expect(plain.locator(".state-badge.is-cancelled")).to_be_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_to_complain_about(page: Page, as_examiner: AsExaminer, theme: Any, width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    as_examiner(f"axe-{theme}-{width}")
    import_own_set(page)
    assert violations(page) == []
    own = page.url
    start_run(page)
    run = page.url
    assert violations(page) == []
    expect(page.locator(".state-badge.is-finished")).to_be_visible(timeout=120_000)
    places = ["/arena/evaluation/", own, f"{own}new/", "/arena/evaluation/sets/new/", "/arena/evaluation/runs/new/"]
    for place in [*places, run, f"{run}answers/", f"{run}compare/"]:
        page.goto(place)
        assert violations(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} scrolls sideways"
        pane = "document.querySelector('.board-pane')"
        assert page.evaluate(f"{pane}.scrollWidth <= {pane}.clientWidth"), f"{place} scrolls sideways"
