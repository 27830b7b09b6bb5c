"""A database that is gone altogether: even who is asking cannot be read, and the answer is still a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError

from inference.models import ModelEntry


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("path", ["/", "/chat/", "/accounts/login/", "/nothing-here/"])
def test_it_is_told_before_anybody_is_known(
    alice: Any, as_user: Any, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
) -> None:
    client = as_user(alice)
    client.raise_request_exception = False

    def refuse(self: Any) -> None:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(SessionStore, "load", refuse)
    answer = client.get(path, headers=headers)
    assert answer.status_code == (422 if headers else 503)
    assert "unable to open database file" in answer.content.decode()
