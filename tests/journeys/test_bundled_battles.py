"""300 blind battles of the bundled models, judged by an exact checker, put the larger one first beyond doubt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from inference.demo.evaluate import held_out_items
from tests.stack import Stack

pytestmark = pytest.mark.stack
BATTLES = 300


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    limits = {"BATTLES_PER_MINUTE": "100000", "RATED_VOTES_PER_DAY": "100000", "MAX_ACTIVE_GENERATIONS": "1000"}
    with Stack(tmp_path_factory.mktemp("arena"), **limits) as stack:
        # Only the two models themselves: the experts would take battles away from them.
        disabled = stack.manage(
            "shell", "-c", "from inference.models import ModelEntry as M; M.objects.filter(backend='expert').delete()"
        )
        assert disabled.returncode == 0, disabled.stderr
        yield stack


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    """Held-out questions that need no earlier turn, each once."""
    items = [item for item in held_out_items(seed=300, count_per_domain=40) if len(item.messages) == 1]
    by_text = {item.messages[0]["content"]: list(item.answers) for item in items}
    chosen = list(by_text.items())[:: max(1, len(by_text) // BATTLES)][:BATTLES]
    assert len(chosen) == BATTLES
    return [{"question": question, "answers": answers} for question, answers in chosen]


def test_the_larger_is_ranked_first_with_separate_intervals(arena: Stack, questions: list[dict[str, Any]]) -> None:
    votes = arena.battle_all(questions)
    print({choice: votes.count(choice) for choice in sorted(set(votes))})
    printed = arena.manage("leaderboard", "--json")
    assert printed.returncode == 0, printed.stderr
    rows = {row["name"]: row for row in json.loads(printed.stdout)["rows"]}
    large, small = rows["demo-large"], rows["demo-small"]
    print({name: [row[key] for key in ("points", "lower", "upper", "votes")] for name, row in rows.items()})
    assert large["rank"] == 1
    assert large["lower"] > small["upper"]
    verified = arena.manage("verify_votes")
    assert verified.returncode == 0, verified.stdout + verified.stderr
