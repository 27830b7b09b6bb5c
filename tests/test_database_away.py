"""A database that is locked, full or gone: a sentence for the person, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from inference.models import ModelEntry


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("chat.views.start_conversation", refuse)


def test_the_page_gets_the_sentence_beside_the_box(locked: None, alice: Any, as_user: Any, echo_a: ModelEntry) -> None:
    form = {"message": "keep me", "model": echo_a.slug}
    answer = as_user(alice).post("/chat/", form, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#composer-error"
    reason = "database is locked" if connection.vendor == "sqlite" else "OperationalError"
    assert reason in answer.content.decode()
    assert "please try again" in answer.content.decode()


def test_without_htmx_it_is_a_503(locked: None, alice: Any, as_user: Any, echo_a: ModelEntry) -> None:
    answer = as_user(alice).post("/chat/", {"message": "keep me", "model": echo_a.slug})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
