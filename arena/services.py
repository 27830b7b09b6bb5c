"""The verbs of a battle: begin it, say something to all sides, ask again, stop, go on with one side.

A battle is conversations that hear the same words; sending, stopping and keeping answers is the chat's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.categories import categories_of, language_of
from arena.drawing import contestant_of, draw
from arena.integrity import prompt_hash, voter_key_of
from arena.models import Battle, Contestant, Side, Turn
from chat.models import Conversation, Message
from chat.owners import Owner
from chat.services import cleaned, fork_conversation, open_conversation, regenerate, send_message, stop_reply
from inference.models import Generation, ModelEntry
from inference.services import RequestRefused, TooManyRequests


class BattleClosed(RequestRefused):
    """Nothing can be said in this battle any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side said in one turn; `reply` is None when the texts were deleted."""

    side: Side
    reply: Message | None

    @property
    def generation(self) -> Generation | None:
        return self.reply.generation if self.reply else None


def start_battle(*, owner: Owner, text: str, entries: Sequence[ModelEntry] = ()) -> Turn:
    """A blind battle of two drawn models, or, with two to four `entries`, these side by side.

    Raises RequestRefused with a sentence; nothing is kept then.
    """
    text = cleaned(text)
    voter_key = voter_key_of(owner)
    _check_pace(voter_key)
    if entries:
        _check_entries(entries)
    with transaction.atomic():
        if entries:
            contestants, probability = [contestant_of(entry) for entry in entries], None
        else:
            contestants, probability = draw()
        battle = Battle.objects.create(
            mode=Battle.Mode.SIDE_BY_SIDE if entries else Battle.Mode.BLIND,
            user=owner.user,
            voter_key=voter_key,
            probability=probability,
        )
        _take_sides(battle, contestants, owner)
        return _ask_all(battle, owner, text)


def say(*, battle: Battle, owner: Owner, text: str) -> Turn:
    """The next question to all sides."""
    text = cleaned(text)
    with transaction.atomic():
        battle = _locked(battle)
        if battle.turns.filter(ready_at=None).exists():
            settle(battle)
        return _ask_all(battle, owner, text)


def ask_again(*, battle: Battle, owner: Owner) -> Turn:
    """All sides answer the last question once more; before the vote only."""
    with transaction.atomic():
        battle = _locked(battle, is_again=True)
        turn = battle.turns.order_by("-position")[0]
        for answer in answers_of(battle, turn):
            if answer.reply is None:
                raise BattleClosed(_("The texts of this battle were deleted."))
            regenerate(message=answer.reply, owner=owner)
        turn.attempt += 1
        turn.ready_at = None
        turn.save(update_fields=["attempt", "ready_at"])
        Battle.objects.filter(pk=battle.pk, state=Battle.State.VOID).update(state=Battle.State.OPEN)
        return turn


def stop_all(battle: Battle) -> None:
    """Both at once: who stopped first would tell the sides apart."""
    turn = battle.turns.order_by("-position").first()
    for answer in answers_of(battle, turn) if turn else []:
        if answer.reply is not None and answer.reply.is_active:
            stop_reply(answer.reply)


def continue_with(side: Side, owner: Owner) -> Conversation:
    """An ordinary conversation with this side's model, which remembers what was said. Not before the vote."""
    if side.battle.hides_names:
        raise BattleClosed(_("Please vote first: going on with one side would tell who it is."))
    if side.conversation is None:
        raise BattleClosed(_("The texts of this battle were deleted."))
    return fork_conversation(side.conversation, owner)


# --- what was said ----------------------------------------------------------------------------------------------------


def answers_of(battle: Battle, turn: Turn) -> list[Answer]:
    """One for each side, from left to right."""
    return [answers[turn.position] for answers in all_answers(battle)]


def all_answers(battle: Battle) -> list[list[Answer]]:
    """For each side its answers, one for each turn."""
    turns = battle.turns.count()
    found = []
    for side in battle.sides.select_related("contestant__model", "conversation").order_by("label"):
        replies = [message for message in side.conversation.thread() if message.is_reply] if side.conversation else []
        replies += [None] * (turns - len(replies))  # type: ignore[list-item]
        found.append([Answer(side, reply) for reply in replies])
    return found


def settle(battle: Battle, answers: Sequence[Answer] | None = None) -> bool:
    """Notes that the last turn is answered. A blind battle in which a side failed is void. True when it is answered.

    `answers` are those of the last turn, where the caller has them.
    """
    turn = battle.turns.order_by("-position").first()
    if turn is None:
        return False
    if turn.ready_at is not None:
        return True
    generations = [answer.generation for answer in answers or answers_of(battle, turn)]
    if any(generation is not None and generation.is_active for generation in generations):
        return False
    Turn.objects.filter(pk=turn.pk, ready_at=None).update(ready_at=timezone.now())
    failed = any(
        generation is None or generation.status == Generation.Status.FAILED or not generation.text
        for generation in generations
    )
    if failed and battle.is_blind and battle.state == Battle.State.OPEN:
        Battle.objects.filter(pk=battle.pk, state=Battle.State.OPEN).update(state=Battle.State.VOID)
        battle.refresh_from_db(fields=["state"])
    return True


# --- steps ------------------------------------------------------------------------------------------------------------


def _check_pace(voter_key: str) -> None:
    lately = Battle.objects.filter(voter_key=voter_key, created_at__gt=timezone.now() - timedelta(minutes=1)).count()
    if lately >= settings.BATTLES_PER_MINUTE:
        raise TooManyRequests(_("That were many battles within one minute; please take a short break."))


def _check_entries(entries: Sequence[ModelEntry]) -> None:
    if not 2 <= len(entries) <= len(Side.LABELS):
        raise RequestRefused(_("Please choose two to four models."))
    if len({entry.pk for entry in entries}) < len(entries):
        raise RequestRefused(_("Please choose different models: one cannot be compared with itself."))


def _take_sides(battle: Battle, contestants: Sequence[Contestant], owner: Owner) -> None:
    first: Conversation | None = None
    longest = _common_limit(contestants) if battle.is_blind else None
    for label, contestant in zip(Side.LABELS, contestants, strict=False):
        assert contestant.model is not None, "only models of this site are drawn or chosen"
        conversation = open_conversation(
            owner=owner,
            model=contestant.model,
            page=battle.get_absolute_url(),
            listed_under=first,
            params={"max_tokens": longest} if longest else {},
        )
        Side.objects.create(battle=battle, label=label, contestant=contestant, conversation=conversation)
        first = first or conversation


def _common_limit(contestants: Sequence[Contestant]) -> int | None:
    """The smallest of the models' own limits: where an answer is cut must not tell whose it is."""
    limits = [contestant.model.sampling().max_tokens for contestant in contestants if contestant.model]
    return min((limit for limit in limits if limit), default=None)


def _ask_all(battle: Battle, owner: Owner, text: str) -> Turn:
    for side in battle.sides.select_related("conversation").order_by("label"):
        if side.conversation is None:
            raise BattleClosed(_("The texts of this battle were deleted."))
        send_message(conversation=side.conversation, owner=owner, text=text)
    position = battle.turns.aggregate(count=Count("id"))["count"]
    turn = Turn.objects.create(battle=battle, position=position, prompt_hash=prompt_hash(text))
    if position == 0:
        battle.language, battle.categories = language_of(text), categories_of(text)
        battle.save(update_fields=["language", "categories"])
    return turn


def _locked(battle: Battle, is_again: bool = False) -> Battle:
    """The row, held to the end of the transaction, if something may still be said in it."""
    found = Battle.objects.select_for_update().get(pk=battle.pk)
    if found.is_blind and found.state == Battle.State.VOTED:
        raise BattleClosed(_("You have voted: begin a new round, or go on with the side you liked."))
    if found.state == Battle.State.VOID and not is_again:
        raise BattleClosed(_("One of the two could not answer; please begin a new round."))
    if is_again and found.state == Battle.State.VOTED:
        raise BattleClosed(_("You have voted: begin a new round, or go on with the side you liked."))
    return found
