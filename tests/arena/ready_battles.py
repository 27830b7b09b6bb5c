"""Battles whose sides have all answered, made in a few statements: what the tests of votes begin with."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from arena.integrity import prompt_hash, voter_key_of
from arena.models import Battle, Contestant, Side, Turn
from chat.models import Conversation, Message
from chat.owners import Owner
from inference.models import Generation, ModelEntry


@dataclass(frozen=True)
class Ready:
    """One battle; the contestants sit from left to right."""

    owner: Owner
    contestants: Sequence[Contestant]
    question: str = "What is BOD?"
    answers: Sequence[str] = ("the left words", "the right words", "third words", "fourth words")
    mode: str = Battle.Mode.BLIND
    language: str = "en"
    categories: tuple[str, ...] = ()
    status: str = Generation.Status.FINISHED


def ready_battle(owner: Owner, contestants: Sequence[Contestant], **changes: object) -> Battle:
    return ready_battles([Ready(owner, contestants, **changes)])[0]  # type: ignore[arg-type]


def ready_battles(wanted: Sequence[Ready]) -> list[Battle]:
    now = timezone.now()
    battles, conversations, messages, generations, sides, turns = [], [], [], [], [], []
    leaves: list[tuple[Conversation, uuid.UUID]] = []
    for ready in wanted:
        is_blind = ready.mode == Battle.Mode.BLIND
        battle = Battle(
            mode=ready.mode,
            user=ready.owner.user,
            voter_key=voter_key_of(ready.owner),
            probability=0.1 if is_blind else None,
            language=ready.language,
            categories=list(ready.categories),
        )
        battles.append(battle)
        turns.append(Turn(battle=battle, position=0, prompt_hash=prompt_hash(ready.question), ready_at=now))
        for label, contestant, answer in zip(Side.LABELS, ready.contestants, ready.answers, strict=False):
            talk = Conversation(**ready.owner.fields, model=contestant.model, page=battle.get_absolute_url())
            question = Message(conversation=talk, role="user", content=ready.question)
            generation = Generation(
                model=contestant.model,
                user=ready.owner.user,
                requester=ready.owner.requester,
                prompt=[],
                status=ready.status,
                text=answer,
                completion_tokens=11,
                first_token_at=now - timezone.timedelta(seconds=2),
                ended_at=now - timezone.timedelta(seconds=1),
            )
            reply = Message(conversation=talk, role="assistant", generation=generation, parent=question)
            conversations.append(talk)
            messages += [question, reply]
            generations.append(generation)
            leaves.append((talk, reply.pk))
            sides.append(Side(battle=battle, label=label, contestant=contestant, conversation=talk))
    for model, rows in ((Conversation, conversations), (Generation, generations), (Message, messages)):
        model.objects.bulk_create(rows, batch_size=100)  # type: ignore[attr-defined]
    for talk, leaf in leaves:
        talk.leaf_id = leaf
    Conversation.objects.bulk_update(conversations, ["leaf"], batch_size=100)
    for model, rows in ((Battle, battles), (Side, sides), (Turn, turns)):
        model.objects.bulk_create(rows, batch_size=100)  # type: ignore[attr-defined]
    return battles


def contestants_named(*slugs: str) -> list[Contestant]:
    found = []
    for slug in slugs:
        entry = ModelEntry.objects.create(slug=slug, name=slug.capitalize(), backend=ModelEntry.Backend.ECHO)
        found.append(Contestant.objects.create(name=slug, model=entry))
    return found
