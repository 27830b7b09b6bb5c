"""The page that explains the API: in a real browser, with nothing from elsewhere, under the site's own policy."""

from __future__ import annotations

import os
import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

pytestmark = [pytest.mark.stack, pytest.mark.browser]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def test_the_docs_work_offline_and_a_request_can_be_tried(site: Any) -> None:
    if CHROMIUM is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    hosts: set[str] = set()
    complaints: list[str] = []
    with sync_playwright() as playwright:
        flags = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = page.goto(f"{site.stack.url}/v1/docs")
        assert answer and "default-src 'self'" in answer.headers["content-security-policy"]
        expect(page.get_by_text("/v1/chat/completions", exact=False).first).to_be_visible(timeout=30_000)

        page.get_by_role("button", name="Authorize").first.click()
        page.get_by_label("auth-bearer-value").fill(site.key)
        page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply credentials").click()
        page.locator(".auth-btn-wrapper").get_by_role("button", name="Close").click()
        page.get_by_text("/v1/models", exact=True).first.click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table").get_by_text('"quick"').first).to_be_visible(timeout=30_000)
        browser.close()
    assert {host for host in hosts if host} == {urlsplit(site.stack.url).netloc}
    assert not complaints
