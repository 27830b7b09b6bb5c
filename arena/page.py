"""Everything a battle's page shows, and nothing that it must not show yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from redis import RedisError

from arena.frames import key_of
from arena.integrity import Reason
from arena.models import Battle, Side, Turn, Vote
from arena.services import Answer, all_answers, settle, stop_all
from arena.timing import is_broken, is_shown, shown_text
from chat.markdown import MarkdownStream
from chat.models import Message
from chat.suggestions import suggestions
from inference.models import Generation, ModelEntry
from inference.services import offered_models
from inference.stream import read_shown


@dataclass(frozen=True, slots=True)
class Panel:
    """One side's answer in one turn. While the names are hidden, `generation` is None: it would tell too much."""

    key: str
    label: str
    name: str
    text: str = ""
    is_active: bool = False
    is_winner: bool = False
    is_named: bool = False
    generation: Generation | None = None
    closed: SafeString = field(default_factory=SafeString)
    open: SafeString = field(default_factory=SafeString)


@dataclass(frozen=True, slots=True)
class TurnView:
    """A question and all its answers; state: "answering", "done", "void" (nobody can judge it)."""

    turn: Turn
    question: str
    panels: list[Panel]
    state: str

    @property
    def is_answering(self) -> bool:
        return self.state == "answering"


@dataclass(frozen=True, slots=True)
class Button:
    """One way to vote, with the key that presses it."""

    value: str
    label: str
    key: int


def battle_page(battle: Battle, *, text: str = "", error: str = "", **more: Any) -> dict[str, Any]:
    """The context of arena/battle.html."""
    turns = turn_views(battle)
    first = battle.sides.order_by("label").first()
    return {
        **standing(battle, turns[-1]),
        "turns": turns,
        "conversation": first.conversation if first else None,
        "current": str(first.conversation_id) if first else "",
        "text": text,
        "error": error,
        **more,
    }


def standing(battle: Battle, last: TurnView) -> dict[str, Any]:
    """What stands below the answers: the vote, its result, or why there is none; and whether one may go on talking."""
    vote = Vote.objects.filter(battle=battle).first()
    is_void = last.state == "void" and battle.is_blind
    return {
        "battle": battle,
        "last": last,
        "is_answering": last.is_answering,
        "is_void": is_void,
        "can_say": not is_void and not (battle.is_blind and vote),
        "buttons": [] if vote or last.state != "done" else vote_buttons(battle),
        "vote": vote,
        "choice": choice_label(vote, len(last.panels)) if vote else "",
        "effects": effects_of(vote) if vote else [],
    }


def empty_page(*, is_blind: bool, text: str = "", error: str = "", chosen: Sequence[str] = ()) -> dict[str, Any]:
    """The page before the first question; `chosen` are short names of models."""
    return {
        "is_blind": is_blind,
        "pickers": [] if is_blind else pickers(chosen),
        "suggestions": suggestions(),
        "can_say": True,
        "text": text,
        "error": error,
    }


# --- turns ------------------------------------------------------------------------------------------------------------


def turn_views(battle: Battle) -> list[TurnView]:
    """Oldest first. Also notes in the database that the last one is answered, if it is."""
    answers = all_answers(battle)
    turns = list(battle.turns.order_by("position"))
    end_if_due(battle, [side[-1] for side in answers])
    questions = _questions(answers[0])
    return [
        _turn_view(battle, turn, questions[turn.position], [side[turn.position] for side in answers]) for turn in turns
    ]


def turn_page(battle: Battle, turn: Turn) -> dict[str, Any]:
    """The context of arena/_answered.html: one turn, and what can be done with the whole battle."""
    views = turn_views(battle)
    return {"view": next(view for view in views if view.turn.pk == turn.pk), **standing(battle, views[-1])}


def end_if_due(battle: Battle, answers: Sequence[Answer]) -> bool:
    """Notes that the last turn is answered; true if it is. Where one blind side cannot, the other one is stopped."""
    if battle.is_blind and is_broken(answers) and any(answer.reply and answer.reply.is_active for answer in answers):
        stop_all(battle)
        return settle(battle)
    return settle(battle, answers)


def is_ready(battle: Battle) -> bool:
    """The last turn is complete for everyone who looks: the battle can be voted on, or asked something more."""
    answers = [side[-1] for side in all_answers(battle)]
    end_if_due(battle, answers)
    if battle.hides_names:
        return is_shown(answers)
    return not any(answer.reply and answer.reply.is_active for answer in answers)


def _turn_view(battle: Battle, turn: Turn, question: str, answers: Sequence[Answer]) -> TurnView:
    if battle.hides_names:
        return _blind_view(battle, turn, question, answers)
    vote = Vote.objects.filter(battle=battle).first()
    panels = [_named_panel(turn, answer, vote.choice if vote else "") for answer in answers]
    is_answering = any(panel.is_active for panel in panels)
    return TurnView(turn, question, panels, "answering" if is_answering else "done")


def _blind_view(battle: Battle, turn: Turn, question: str, answers: Sequence[Answer]) -> TurnView:
    state = "void" if is_broken(answers) else "done" if is_shown(answers) else "answering"
    panels = [
        Panel(
            key=key_of(turn.pk, answer.side.label),
            label=answer.side.label,
            name=anonymous_name(answer.side.label),
            text=shown_text(answer, answers) if state == "done" else "",
            is_active=state == "answering",
        )
        for answer in answers
    ]
    return TurnView(turn, question, panels, state)


def _named_panel(turn: Turn, answer: Answer, choice: str) -> Panel:
    generation, closed, open_block = answer.generation, SafeString(), SafeString()
    is_active = generation is not None and generation.is_active
    if generation is not None and is_active:
        growing = MarkdownStream()
        with suppress(RedisError, OSError):  # then the page shows it later
            growing.feed(read_shown(generation.pk).text)
        closed, open_block = growing.take_closed(), growing.open()
    return Panel(
        key=key_of(turn.pk, answer.side.label),
        label=answer.side.label,
        name=answer.side.contestant.label,
        text=generation.text if generation else "",
        is_active=is_active,
        is_winner=choice == answer.side.label,
        is_named=True,
        generation=generation,
        closed=closed,
        open=open_block,
    )


def _questions(answers: Sequence[Answer]) -> list[str]:
    parents = {answer.reply.parent_id for answer in answers if answer.reply}
    found = Message.objects.in_bulk([parent for parent in parents if parent])
    return [found[answer.reply.parent_id].content if answer.reply else "" for answer in answers]


# --- words ------------------------------------------------------------------------------------------------------------


def anonymous_name(label: str) -> str:
    return _("Model %(letter)s") % {"letter": label.upper()}


def vote_buttons(battle: Battle) -> list[Button]:
    """From left to right; of two sides the undecided votes stand between them, so that keys and places agree."""
    labels = [side.label for side in battle.sides.order_by("label")]
    better = _("%(letter)s is better") if len(labels) == 2 else _("%(letter)s is best")
    sides = [(label, better % {"letter": label.upper()}) for label in labels]
    bad = _("Both are bad") if len(labels) == 2 else _("All are bad")
    undecided = [(Vote.Choice.TIE.value, _("Tie")), (Vote.Choice.BOTH_BAD.value, bad)]
    ordered = [sides[0], *undecided, sides[1]] if len(labels) == 2 else sides + undecided
    return [Button(value, label, key) for key, (value, label) in enumerate(ordered, 1)]


def choice_label(vote: Vote, sides: int) -> str:
    letter = {"letter": vote.choice.upper()}
    match vote.choice:
        case Vote.Choice.TIE:
            return _("You called it a tie")
        case Vote.Choice.BOTH_BAD:
            return _("You found both bad") if sides == 2 else _("You found all of them bad")
    return _("You found %(letter)s better") % letter if sides == 2 else _("You found %(letter)s best") % letter


def effects_of(vote: Vote) -> list[str]:
    """Why the vote is kept but not rated; empty if it is."""
    last = vote.verdicts.order_by("-id").first()
    if last is None or last.is_rated:
        return []
    return [str(Reason(reason).label) for reason in last.reasons if reason in Reason.values]


# --- choosing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picker:
    """One of the four places for a model on the empty side-by-side page."""

    label: str
    groups: list[tuple[str, list[ModelEntry]]]
    chosen: str
    is_required: bool


def pickers(chosen: Sequence[str]) -> list[Picker]:
    """As many as a battle has sides; the first two begin with two models that can answer."""
    states = offered_models()
    able = [state.entry.slug for state in states if state.state != "offline"]
    preset = list(chosen) if len(chosen) > 1 else [*chosen, *(slug for slug in able if slug not in chosen)][:2]
    preset += [""] * (len(Side.LABELS) - len(preset))
    entries = [state.entry for state in states]
    experts = [entry for entry in entries if entry.backend == ModelEntry.Backend.EXPERT]
    models = [entry for entry in entries if entry.backend != ModelEntry.Backend.EXPERT]
    groups = [group for group in ((_("Models"), models), (_("Experts"), experts)) if group[1]]
    return [
        Picker(anonymous_name(label), groups, preset[number], number < 2) for number, label in enumerate(Side.LABELS)
    ]
