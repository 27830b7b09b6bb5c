"""What a vote is about: who sat where and what was said, read from the rows in a few light questions.

Votes wait for each other while one is stored, so nothing is read here that the vote does not need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from arena.models import Battle, Side, Turn
from chat.models import Message
from inference.models import Generation, ModelEntry


@dataclass(frozen=True, slots=True)
class Said:
    """One answer; `status` is None and `text` empty where a question has no answer."""

    prompt: str
    text: str
    status: str | None


@dataclass(frozen=True, slots=True)
class BallotSide:
    label: str
    contestant: int
    name: str
    is_expert_or_imported: bool
    said: tuple[Said, ...]  # one for each turn; none when the texts were deleted


@dataclass(frozen=True, slots=True)
class Ballot:
    """A battle as its vote sees it, sides from left to right, turns from first to last."""

    sides: tuple[BallotSide, ...]
    turns: tuple[Turn, ...]

    @property
    def places(self) -> list[tuple[str, int]]:
        """(label, contestant) of each side."""
        return [(side.label, side.contestant) for side in self.sides]

    @property
    def is_of_experts(self) -> bool:
        return all(side.is_expert_or_imported for side in self.sides)

    @property
    def answers(self) -> list[Said]:
        return [said for side in self.sides for said in side.said]

    @property
    def prompts(self) -> list[str]:
        return [said.prompt for said in self.sides[0].said]

    @property
    def is_answering(self) -> bool:
        return any(said.status in Generation.ACTIVE for said in self.answers)

    @property
    def is_complete(self) -> bool:
        """Every side has said something in every turn."""
        return all(len(side.said) == len(self.turns) and all(said.text for said in side.said) for side in self.sides)


def read_ballot(battle: Battle) -> Ballot:
    turns = tuple(Turn.objects.filter(battle=battle).order_by("position"))
    rows = list(
        Side.objects.filter(battle=battle)
        .order_by("label")
        .values_list(
            "label",
            "contestant_id",
            "contestant__name",
            "contestant__model__backend",
            "conversation_id",
            "conversation__leaf_id",
        )
    )
    messages = _messages([conversation for *_, conversation, _leaf in rows if conversation])
    return Ballot(
        sides=tuple(
            BallotSide(label, contestant, name, backend in (None, ModelEntry.Backend.EXPERT), _said(messages, leaf))
            for label, contestant, name, backend, _conversation, leaf in rows
        ),
        turns=turns,
    )


def _messages(conversations: list[Any]) -> dict[Any, tuple[Any, ...]]:
    """Parent, role, content, status and text of the answer, for each message."""
    rows = Message.objects.filter(conversation_id__in=conversations).values_list(
        "id", "parent_id", "role", "content", "generation__status", "generation__text"
    )
    return {key: row for key, *row in rows}  # type: ignore[misc]


def _said(messages: dict[Any, tuple[Any, ...]], leaf: Any) -> tuple[Said, ...]:
    """Along the shown branch, from its newest message back to the first question."""
    said: list[Said] = []
    while leaf in messages:
        parent, role, _content, status, text = messages[leaf]
        if role == Message.Role.ASSISTANT:
            prompt = messages[parent][2] if parent in messages else ""
            said.append(Said(prompt, text or "", status))
        leaf = parent
    return tuple(reversed(said))
