"""Casting the one vote of a battle, and deciding later whether it counts."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from arena import integrity
from arena.counting import give_verdict
from arena.integrity import Facts, Reason
from arena.leaks import telling_names
from arena.models import Battle, Scope, Side, StyleFeatures, Turn, Verdict, Vote, VoteChain
from arena.rating.style import style_features
from arena.services import Answer, all_answers, settle
from chat.owners import Owner
from inference.models import Generation, ModelEntry
from inference.services import RequestRefused


class AlreadyVoted(RequestRefused):
    """This battle has its vote; it stays as it is."""


class NotReady(RequestRefused):
    """Not every side has answered, or one could not."""


def cast_vote(*, battle: Battle, owner: Owner, choice: str) -> Vote:
    """Stores the vote, decides whether it is rated, and counts it, all in one transaction.

    Raises AlreadyVoted, NotReady, or RequestRefused for a choice that this battle does not have.
    """
    try:
        with transaction.atomic():
            chain = _locked_chain()
            battle = Battle.objects.select_for_update().get(pk=battle.pk)
            _check(battle, choice)
            answers = all_answers(battle)
            vote = _stored(battle, owner, choice, chain)
            if len(answers) == 2:
                left, right = (style_features("\n\n".join(map(_text, side))) for side in answers)
                StyleFeatures.objects.create(vote=vote, left=left, right=right)
            reasons = integrity.reasons_against(_facts(battle, vote, answers))
            give_verdict(
                vote,
                scopes=_scopes(battle, vote, owner),
                reasons=reasons,
                rules_version=integrity.RULES_VERSION,
            )
    except IntegrityError as error:  # two at the same moment: the constraint has decided
        if Vote.objects.filter(battle=battle).exists():
            raise AlreadyVoted(_("You have already voted on this battle.")) from error
        raise
    return vote


def overrule(vote: Vote, *, is_rated: bool, by: str) -> Verdict:
    """An administrator's verdict: takes the vote out, or in again, wherever it belongs."""
    with transaction.atomic():
        _locked_chain()
        battle = vote.battle
        owner = Owner(user=battle.user) if battle.user else Owner(guest_key="")
        return give_verdict(
            vote,
            scopes=_scopes(battle, vote, owner),
            reasons=[] if is_rated else [Reason.OVERRULED.value],
            rules_version=integrity.RULES_VERSION,
            decided_by=by,
        )


def correct(battle: Battle, by: str) -> None:
    """Saves the language and categories that an administrator has corrected; a rated vote counts where it belongs now.

    Only these two columns: a vote may change the state meanwhile. The chain is locked before the battle, as in
    `cast_vote`, so that the two cannot wait for each other.
    """
    with transaction.atomic():
        _locked_chain()
        battle.save(update_fields=["language", "categories"])
        vote = Vote.objects.filter(battle=battle).first()
        last = vote.verdicts.order_by("-id").first() if vote else None
        if vote and last and last.is_rated:
            overrule(vote, is_rated=True, by=by)


# --- steps ------------------------------------------------------------------------------------------------------------


def _locked_chain() -> VoteChain:
    VoteChain.objects.get_or_create(id=1)
    return VoteChain.objects.select_for_update().get(id=1)


def _check(battle: Battle, choice: str) -> None:
    if battle.state == Battle.State.VOTED:
        raise AlreadyVoted(_("You have already voted on this battle."))
    labels = set(battle.sides.values_list("label", flat=True))
    if choice not in labels | {Vote.Choice.TIE.value, Vote.Choice.BOTH_BAD.value}:
        raise RequestRefused(_("Please choose one of the buttons."))
    if not settle(battle):
        raise NotReady(_("Please wait until every side has answered."))
    battle.refresh_from_db(fields=["state"])
    texts = [_text(answer) for side in all_answers(battle) for answer in side]
    if battle.state == Battle.State.VOID or not all(texts):
        raise NotReady(_("One of the sides could not answer; please begin a new round."))


def _stored(battle: Battle, owner: Owner, choice: str, chain: VoteChain) -> Vote:
    now = timezone.now()
    last_turn = Turn.objects.filter(battle=battle).order_by("-position")[0]
    since_ready = now - (last_turn.ready_at or now)
    vote = Vote(
        battle=battle,
        choice=choice,
        voter_key=integrity.voter_key_of(owner),
        turns=last_turn.position + 1,
        milliseconds=max(0, int(since_ready.total_seconds() * 1000)),
        created_at=now,
        previous_hash=chain.last_hash,
    )
    vote.row_hash = integrity.link(vote, sides_by_name(battle))
    vote.save(force_insert=True)
    chain.last_hash, chain.length = vote.row_hash, chain.length + 1
    chain.save(update_fields=["last_hash", "length"])
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.VOTED)
    battle.state = Battle.State.VOTED
    return vote


def sides_by_name(battle: Battle) -> list[tuple[str, str]]:
    return list(battle.sides.order_by("label").values_list("label", "contestant__name"))


def _facts(battle: Battle, vote: Vote, answers: list[list[Answer]]) -> Facts:
    replies = [answer for side in answers for answer in side]
    first = Turn.objects.get(battle=battle, position=0)
    contestants = [side[0].side.contestant_id for side in answers]
    same_pair = Vote.objects.filter(battle__turns__prompt_hash=first.prompt_hash, battle__turns__position=0)
    for contestant in contestants:
        same_pair = same_pair.filter(battle__sides__contestant=contestant)
    earlier = Vote.objects.filter(voter_key=vote.voter_key, created_at__gt=vote.created_at - timedelta(days=1))
    return Facts(
        prompts=tuple(_prompts(answers)),
        answers=tuple(_text(answer) for answer in replies),
        names=tuple(telling_names(ModelEntry.objects.all())) if battle.is_blind else (),
        was_stopped=any(
            answer.generation is not None and answer.generation.status == Generation.Status.STOPPED
            for answer in replies
        ),
        same_prompt_votes=same_pair.filter(battle__mode=battle.mode).exclude(pk=vote.pk).distinct().count(),
        votes_today=earlier.exclude(pk=vote.pk).count(),
    )


def _scopes(battle: Battle, vote: Vote, owner: Owner) -> list[Scope]:
    """The leaderboards on which a rated vote counts: blind ones on all that fit, named ones on their own."""
    kinds = Scope.Kind
    if not battle.is_blind:
        keys = [(kinds.MODE, battle.mode)]
    else:
        month = timezone.localtime(vote.created_at).strftime("%Y-%m")
        keys = [(kinds.OVERALL, ""), (kinds.MONTH, month)]
        keys += [(kinds.LANGUAGE, battle.language)] if battle.language else []
        keys += [(kinds.CATEGORY, category) for category in battle.categories]
        if owner.user is not None:
            keys += [(kinds.GROUP, name) for name in owner.user.groups.values_list("name", flat=True)]
        if _are_experts(battle):
            keys.append((kinds.EXPERT, ""))
    return [Scope.objects.get_or_create(kind=kind, key=key)[0] for kind, key in keys]


def _are_experts(battle: Battle) -> bool:
    others = Side.objects.filter(battle=battle).exclude(contestant__model__backend=ModelEntry.Backend.EXPERT)
    return not others.filter(Q(contestant__model__isnull=False)).exists()


def _prompts(answers: list[list[Answer]]) -> list[str]:
    replies = [answer.reply for answer in answers[0]]
    return [reply.parent.content for reply in replies if reply is not None and reply.parent is not None]


def _text(answer: Answer) -> str:
    return answer.generation.text if answer.generation else ""
