"""A small set, a judge, and a stand-in for the workers that ends Generations by their real transitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from arena.evaluation.driving import advance
from arena.evaluation.models import QuestionSet, Run
from arena.evaluation.question_sets import create_set, import_questions
from inference.engine.types import Finish
from inference.models import Generation, ModelEntry

QUESTIONS: list[dict[str, Any]] = [
    {
        "question_id": 1,
        "category": "math",
        "turns": ["What is 6 x 7?", "And minus 2?"],
        "reference": ["42", "40"],
        "checkers": [{"name": "number", "value": 42}, None],
    },
    {"question_id": 2, "category": "writing", "turns": ["Write a line.", "Make it shorter."]},
    {
        "question_id": "q-3",
        "category": "環境",
        "turns": ["空氣品質是什麼？"],
        "required_temperature": 0.3,
        "note": "kept",
    },
]

Says = Callable[[Generation], str]


@pytest.fixture(autouse=True)
def broker(request: pytest.FixtureRequest) -> None:
    """Whoever touches the database may ask a model, and a task needs its queue; nobody answers it here."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("valkey")


@pytest.fixture
def judge(db: None) -> ModelEntry:
    return ModelEntry.objects.create(slug="judge", name="Judge", backend=ModelEntry.Backend.ECHO, position=9)


@pytest.fixture
def small_set(db: None) -> QuestionSet:
    """Three questions, five turns."""
    lines = "\n".join(json.dumps(question, ensure_ascii=False) for question in QUESTIONS)
    return import_questions(lines.encode(), into=create_set(name="Small set")).question_set


def end_all(says: Says) -> int:
    """Ends every Generation that waits, with what `says` makes of it; "!fail" fails it, "!fail CODE" with a code."""
    waiting = list(Generation.objects.filter(status="queued"))
    for generation in waiting:
        text = says(generation)
        assert generation.begin("a worker")
        if text.startswith("!fail"):
            assert generation.fail("It failed.", code=text.removeprefix("!fail").strip())
        else:
            assert generation.finish(text, Finish("stop", 10, 5, 0))
    return len(waiting)


def heard(generation: Generation) -> str:
    """The last message."""
    return str(generation.prompt[-1]["content"])


def verdict(generation: Generation, single: str = "[[7]]", pair: str = "[[A]]") -> str:
    """An answer for models, and a judgment for judges."""
    if generation.model.slug != "judge":
        return f"{generation.model.slug} answers: 42"
    return pair if "[[A]]" in generation.prompt[0]["content"] else single


def play(run: Run, says: Says = verdict, most: int = 50) -> Run:
    """Pushes the run on until it ends."""
    for _round in range(most):
        if advance(run).is_over:
            break
        end_all(says)
    run.refresh_from_db()
    return run


def counts(run: Run, **where: Any) -> int:
    return run.judgments.filter(**where).count()
