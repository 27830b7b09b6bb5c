"""Battles, votes and evaluation runs, on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.postgresql.other_tests import pass_on_it

pytestmark = pytest.mark.stack


def test_arena_and_evaluation_pass_on_postgresql(database_url: str) -> None:
    places = [f"arena/test_{name}.py" for name in ("battles", "voting", "any_operations")]
    places += [f"evaluation/test_{name}.py" for name in ("runs", "drivers_at_once", "guards", "question_sets")]
    pass_on_it(places, database_url)
