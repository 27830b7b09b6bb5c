"""Accounts, chat, ownership and the answers themselves, on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.postgresql.other_tests import pass_on_it

pytestmark = pytest.mark.stack


def test_accounts_chat_and_inference_pass_on_postgresql(database_url: str) -> None:
    places = ["accounts", "chat", "test_ownership.py"]
    pass_on_it([*places, "inference/test_run.py", "inference/test_stream.py"], database_url)
