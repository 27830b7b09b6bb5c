"""A message typed while an answer runs: it waits in sight, is sent once when the answer is complete, or taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.test_chat_journey import ask, choose_model, wait_until_finished
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

QUESTION = " ".join(f"part{number}" for number in range(90))  # some eight seconds
ENTER_OF_AN_INPUT_METHOD = """box => {
    box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
    box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, isComposing: true}));
}"""


def begin(page: Page, sign_up: Any, name: str, question: str = QUESTION) -> None:
    sign_up(name)
    choose_model(page, "slow")
    ask(page, question)
    expect(page.locator("article.reply.is-active .prose")).to_contain_text("part2")


def expect_waiting(page: Page, text: str) -> None:
    expect(page.locator("#queued")).to_be_visible()
    expect(page.locator("#message")).to_have_value(text)
    expect(page.locator("#message")).not_to_be_editable()
    expect(page.get_by_role("alert")).to_have_count(0)


def expect_in_hand_again(page: Page, text: str) -> None:
    expect(page.locator("#queued")).to_be_hidden()
    expect(page.locator("#message")).to_have_value(text)
    expect(page.locator("#message")).to_be_editable()


def questions(site: Stack, name: str) -> list[str]:
    found = site.rows(
        "SELECT m.content FROM chat_message m JOIN chat_conversation c ON c.id = m.conversation_id "
        "JOIN accounts_user u ON u.id = c.owner_id WHERE u.username = ? AND m.role = 'user' ORDER BY m.created_at",
        name,
    )
    return [content for (content,) in found]


def test_it_is_sent_once_when_the_answer_is_complete(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue")
    ask(page, "and then?")
    expect_waiting(page, "and then?")
    page.press("#message", "Enter")  # again, with impatience
    assert page.locator("article.reply").count() == 1
    expect(page.locator("article.reply")).to_have_count(2)
    wait_until_finished(page)
    expect(page.locator("article.reply .prose").last).to_have_text("and then?")
    expect_in_hand_again(page, "")
    assert questions(site, "queue") == [QUESTION, "and then?"]
    page.wait_for_timeout(700)  # several looks later
    assert questions(site, "queue") == [QUESTION, "and then?"]


def test_it_can_be_taken_back(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-back")
    ask(page, "never mind")
    expect_waiting(page, "never mind")
    page.press("#message", "Escape")
    expect_in_hand_again(page, "never mind")
    expect(page.locator("article.reply.is-active")).to_have_count(1)  # that Escape was not for the answer
    page.get_by_role("button", name="Send").click()  # on a phone there is no other way
    expect_waiting(page, "never mind")
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect_in_hand_again(page, "never mind")
    expect(page.locator("#message")).to_be_focused()
    wait_until_finished(page)
    page.wait_for_timeout(700)
    expect_in_hand_again(page, "never mind")
    assert questions(site, "queue-back") == [QUESTION]


def test_it_outlives_a_reload(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-reload")
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
    ask(page, "still here?")
    expect_waiting(page, "still here?")
    page.reload()
    expect_waiting(page, "still here?")
    expect(page.locator("article.reply")).to_have_count(2)
    wait_until_finished(page)
    assert questions(site, "queue-reload") == [QUESTION, "still here?"]


def test_it_outlives_the_closed_page_and_is_sent_once(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-closed")
    ask(page, "are you there?")
    expect_waiting(page, "are you there?")
    address = page.url
    second = page.context.new_page()
    second.goto(address)
    expect_waiting(second, "are you there?")
    expect(page.locator("#queued")).to_be_hidden()  # the window opened last has it
    page.close()
    third = second.context.new_page()
    second.close()
    third.goto(address)
    expect_waiting(third, "are you there?")
    expect(third.locator("article.reply")).to_have_count(2)
    wait_until_finished(third)
    assert questions(site, "queue-closed") == [QUESTION, "are you there?"]
    third.reload()
    expect_in_hand_again(third, "")


def test_after_the_answer_it_is_found_in_the_box_with_a_note(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-late")
    ask(page, "one more thing")
    expect_waiting(page, "one more thing")
    address = page.url
    context = page.context
    page.close()
    later = context.new_page()
    later.goto("/chat/")
    later.wait_for_timeout(9000)
    later.goto(address)
    wait_until_finished(later)
    expect(later.locator("#unsent")).to_contain_text("has not been sent")
    expect_in_hand_again(later, "one more thing")
    assert questions(site, "queue-late") == [QUESTION]
    later.press("#message", "Enter")
    expect(later.locator("article.reply")).to_have_count(2)
    expect(later.locator("#unsent")).to_be_hidden()
    wait_until_finished(later)
    later.reload()
    expect(later.locator("#unsent")).to_be_hidden()
    expect_in_hand_again(later, "")


def test_a_draft_is_kept_for_its_own_account_alone(site: Stack, page: Page, sign_up: Any) -> None:
    sign_up("draft-mine")
    page.fill("#message", "a secret thought")
    page.get_by_role("button", name="draft-mine").click()
    page.get_by_role("button", name="Log out").click()
    sign_up("draft-other")
    page.goto("/chat/")
    expect(page.locator("#message")).to_have_value("")
    page.get_by_role("button", name="draft-other").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/accounts/login/")
    page.fill("input[name=username]", "draft-mine")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main").get_by_role("button", name="Log in").click()
    expect(page.locator("#message")).to_have_value("a secret thought")


def test_what_was_typed_before_the_scripts_came_is_a_draft_too(page: Page, sign_up: Any) -> None:
    sign_up("draft-early")
    held: list[Route] = []
    page.route("**/js/composer*.js", lambda route: held.append(route))  # it wants a Python function
    page.goto("/chat/", wait_until="commit")
    while not held:  # the script has been asked for, and does not come
        page.wait_for_timeout(20)
    page.fill("#message", "an early thought")
    held[0].continue_()
    page.wait_for_load_state("load")
    page.unroute("**/js/composer*.js")
    page.reload()
    expect(page.locator("#message")).to_have_value("an early thought")


def test_stopping_the_answer_sends_it(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-stop")
    ask(page, "something else")
    expect_waiting(page, "something else")
    page.locator("[data-stop]").click()
    expect(page.locator("article.reply")).to_have_count(2)
    wait_until_finished(page)
    assert questions(site, "queue-stop") == [QUESTION, "something else"]


def test_after_a_failure_it_stays_in_the_box(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-failure", f"!fail after 60 {QUESTION}")
    ask(page, "why so?")
    expect_waiting(page, "why so?")
    expect(page.locator("article.reply .failure")).to_be_visible()
    expect_in_hand_again(page, "why so?")
    assert len(questions(site, "queue-failure")) == 1


def test_the_enter_of_an_input_method_queues_nothing(site: Stack, page: Page, sign_up: Any) -> None:
    begin(page, sign_up, "queue-ime")
    page.fill("#message", "你好")
    page.locator("#message").evaluate(ENTER_OF_AN_INPUT_METHOD)
    expect_in_hand_again(page, "你好")
