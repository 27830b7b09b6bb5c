"""Votes are append-only in the test database, too, except at the moment when Django empties it after a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from arena import append_only


@pytest.fixture(autouse=True)
def append_only_votes(request: pytest.FixtureRequest) -> Iterator[None]:
    """A transactional test's rows are deleted at its end, which the triggers refuse: then they are lifted, and every
    test that uses the database puts them back first."""
    mark = request.node.get_closest_marker("django_db")
    if mark is None and not {"db", "transactional_db"} & set(request.fixturenames):
        yield
        return
    is_transactional = "transactional_db" in request.fixturenames or bool(mark and mark.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if is_transactional else "db")
    append_only.install(connection)
    yield
    if is_transactional:
        append_only.remove(connection)
