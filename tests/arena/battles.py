"""What the tests of battles share: models that are online without a worker, and answers that end when told to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from arena.drawing import contestant_of
from arena.models import Battle, Side, Turn
from chat.owners import Owner
from chat.services import open_conversation
from inference.models import Generation, ModelEntry
from inference.services import ModelState

HTMX = {"HX-Request": "true"}


def be_online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every offered model can answer, as if a worker were there."""

    def ready() -> list[ModelState]:
        return [ModelState(entry, "ready") for entry in ModelEntry.objects.offered()]

    monkeypatch.setattr("arena.drawing.offered_models", ready)
    monkeypatch.setattr("arena.page.offered_models", ready)
    monkeypatch.setattr("inference.services.enqueue", lambda generation: True)


def generation_of(battle: Battle, label: str) -> Generation:
    """The newest answer of one side."""
    side = battle.sides.get(label=label)
    found = Generation.objects.filter(messages__conversation=side.conversation_id).order_by("-created_at").first()
    assert found is not None
    return found


def answer(battle: Battle, label: str, text: str, *, seconds_ago: float = 60.0, **fields: Any) -> None:
    """One side's answer is complete, and was so long ago."""
    ended = timezone.now() - timedelta(seconds=seconds_ago)
    values = {
        "status": "finished",
        "finish_reason": "stop",
        "text": text,
        "started_at": ended - timedelta(seconds=2),
        "first_token_at": ended - timedelta(seconds=1),
        "ended_at": ended,
    }
    Generation.objects.filter(pk=generation_of(battle, label).pk).update(**{**values, **fields})


def answer_all(battle: Battle, **texts: str) -> None:
    for label, text in texts.items():
        answer(battle, label, text)


def answered_battle(model: ModelEntry, **owner: Any) -> Battle:
    """Side by side, one question, both answers complete, with a second model that it makes; `owner` as an Owner."""
    other, _is_new = ModelEntry.objects.get_or_create(slug=f"{model.slug}-two", name="Two", backend=model.backend)
    battle = Battle.objects.create(mode="side_by_side", voter_key="x", user=owner.get("user"))
    Turn.objects.create(battle=battle, position=0, prompt_hash="x")
    listed = None
    for label, entry in zip("ab", (model, other), strict=True):
        conversation = open_conversation(
            owner=Owner(**owner), model=entry, page=battle.get_absolute_url(), listed_under=listed
        )
        listed = listed or conversation
        Side.objects.create(battle=battle, label=label, contestant=contestant_of(entry), conversation=conversation)
        question = conversation.messages.create(role="user", content="a battle's question")
        generation = Generation.objects.create(model=entry, requester="somebody", prompt=[])
        conversation.leaf = conversation.messages.create(role="assistant", generation=generation, parent=question)
        conversation.save()
        answer(battle, label, f"answer of {label}")
    return battle
