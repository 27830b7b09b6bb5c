"""Casting the one vote of a battle, and deciding later whether it counts."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from arena import integrity
from arena.ballot import Ballot, read_ballot
from arena.counting import give_verdict, locked_chain
from arena.integrity import Facts, Reason
from arena.leaks import telling_names
from arena.models import Battle, Scope, Side, StyleFeatures, Turn, Verdict, Vote, VoteChain
from arena.rating.style import style_features
from arena.services import settle
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
    ballot, names = read_ballot(battle), _names() if battle.is_blind else ()  # before anybody has to wait
    try:
        with transaction.atomic():
            chain = locked_chain()
            battle = Battle.objects.select_for_update().get(pk=battle.pk)
            ballot = _checked(battle, choice, ballot)
            vote = _stored(battle, ballot, owner, choice, chain)
            if len(ballot.sides) == 2:
                left, right = (style_features("\n\n".join(said.text for said in side.said)) for side in ballot.sides)
                StyleFeatures.objects.create(vote=vote, left=left, right=right)
            give_verdict(
                vote,
                sides=ballot.places,
                scopes=_scopes(battle, vote, owner, ballot),
                reasons=integrity.reasons_against(_facts(battle, vote, ballot, names)),
                rules_version=integrity.RULES_VERSION,
                is_first=True,
            )
    except IntegrityError as error:  # two at the same moment: the constraint has decided
        if Vote.objects.filter(battle=battle).exists():
            raise AlreadyVoted(_("You have already voted on this battle.")) from error
        raise
    return vote


def overrule(vote: Vote, *, is_rated: bool, by: str) -> Verdict:
    """An administrator's verdict: takes the vote out, or in again, wherever it belongs."""
    with transaction.atomic():
        locked_chain()
        battle, ballot = vote.battle, read_ballot(vote.battle)
        owner = Owner(user=battle.user) if battle.user else Owner(guest_key="")
        return give_verdict(
            vote,
            sides=ballot.places,
            scopes=_scopes(battle, vote, owner, ballot),
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
        locked_chain()
        battle.save(update_fields=["language", "categories"])
        vote = Vote.objects.filter(battle=battle).first()
        last = vote.verdicts.order_by("-id").first() if vote else None
        if vote and last and last.is_rated:
            overrule(vote, is_rated=True, by=by)


# --- steps ------------------------------------------------------------------------------------------------------------


def _checked(battle: Battle, choice: str, ballot: Ballot) -> Ballot:
    """The ballot, read again if the battle has changed since. Raises what `cast_vote` raises."""
    if battle.state == Battle.State.VOTED:
        raise AlreadyVoted(_("You have already voted on this battle."))
    if choice not in {side.label for side in ballot.sides} | {Vote.Choice.TIE.value, Vote.Choice.BOTH_BAD.value}:
        raise RequestRefused(_("Please choose one of the buttons."))
    steps = list(Turn.objects.filter(battle=battle).order_by("position").values_list("attempt", "ready_at"))
    if steps[-1][1] is None and not settle(battle):  # nobody has looked since the last word
        raise NotReady(_("Please wait until every side has answered."))
    if steps[-1][1] is None or steps != [(turn.attempt, turn.ready_at) for turn in ballot.turns]:
        ballot = read_ballot(battle)
    if ballot.is_answering:
        raise NotReady(_("Please wait until every side has answered."))
    if battle.state == Battle.State.VOID or not ballot.is_complete:
        raise NotReady(_("One of the sides could not answer; please begin a new round."))
    return ballot


def _stored(battle: Battle, ballot: Ballot, owner: Owner, choice: str, chain: VoteChain) -> Vote:
    now = timezone.now()
    since_ready = now - (ballot.turns[-1].ready_at or now)
    vote = Vote(
        battle=battle,
        choice=choice,
        voter_key=integrity.voter_key_of(owner),
        turns=len(ballot.turns),
        milliseconds=max(0, int(since_ready.total_seconds() * 1000)),
        created_at=now,
        previous_hash=chain.last_hash,
    )
    vote.row_hash = integrity.link(vote, [(side.label, side.name) for side in ballot.sides])
    vote.save(force_insert=True)
    chain.last_hash, chain.length = vote.row_hash, chain.length + 1
    chain.save(update_fields=["last_hash", "length"])
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.VOTED)
    battle.state = Battle.State.VOTED
    return vote


def _names() -> tuple[str, ...]:
    entries = ModelEntry.objects.values_list("name", "name_zh_hant", "slug", "organisation", "source", named=True)
    return tuple(telling_names(entries))


def _facts(battle: Battle, vote: Vote, ballot: Ballot, names: tuple[str, ...]) -> Facts:
    earlier = Vote.objects.filter(voter_key=vote.voter_key, created_at__gt=vote.created_at - timedelta(days=1))
    return Facts(
        prompts=tuple(ballot.prompts),
        answers=tuple(said.text for said in ballot.answers),
        names=names,
        was_stopped=any(said.status == Generation.Status.STOPPED for said in ballot.answers),
        same_prompt_votes=_votes_on_the_same(battle, ballot),
        votes_today=earlier.exclude(pk=vote.pk).count(),
    )


def _votes_on_the_same(battle: Battle, ballot: Ballot) -> int:
    """How many other battles of this mode had the same question and the same sides, in any order, and their vote."""
    people = [side.contestant for side in ballot.sides]
    seats = Side.objects.filter(
        contestant__in=people,
        battle__turns__prompt_hash=ballot.turns[0].prompt_hash,
        battle__turns__position=0,
        battle__mode=battle.mode,
        battle__state=Battle.State.VOTED,
    ).exclude(battle=battle.pk)
    taken = seats.order_by().values("battle").annotate(seats=Count("pk")).filter(seats=len(people))
    return len(taken[: integrity.SAME_PROMPT_CAP])


def _scopes(battle: Battle, vote: Vote, owner: Owner, ballot: Ballot) -> list[Scope]:
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
        if ballot.is_of_experts:
            keys.append((kinds.EXPERT, ""))
    wanted = Q()
    for kind, key in keys:
        wanted |= Q(kind=kind, key=key)
    known = {(scope.kind, scope.key): scope for scope in Scope.objects.filter(wanted)}
    return [known.get(pair) or Scope.objects.get_or_create(kind=pair[0], key=pair[1])[0] for pair in keys]
