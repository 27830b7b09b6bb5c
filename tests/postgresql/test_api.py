"""Keys, limits, usage and endpoints of the API, on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.postgresql.other_tests import pass_on_it

pytestmark = pytest.mark.stack


def test_the_api_passes_on_postgresql(database_url: str) -> None:
    places = [f"inference/api/test_{name}.py" for name in ("keys", "limits", "cost", "doors", "endpoints")]
    pass_on_it([*places, "inference/test_embedding_models.py"], database_url)
