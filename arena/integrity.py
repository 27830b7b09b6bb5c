"""What makes a vote trustworthy: who voted (without saying who), the chain of votes, and when a vote is not rated."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from arena.leaks import asks_for_identity, names_somebody
from arena.models import Vote
from chat.owners import Owner

RULES_VERSION = 1
SAME_PROMPT_CAP = 5  # of one pair's votes on the same question only the first so many are rated


class Reason(TextChoices):
    """Why a vote is kept but not rated."""

    LEAK = "leak", _("an answer named a model")
    IDENTITY = "identity", _("the question asked who answers")
    STOPPED = "stopped", _("an answer was stopped before its end")
    DUPLICATE = "duplicate", _("the same question was judged often enough for this pair")
    DAILY_CAP = "daily_cap", _("more votes in a day than are rated")
    OVERRULED = "overruled", _("an administrator took it out")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at, gathered when the vote is cast."""

    prompts: tuple[str, ...]
    answers: tuple[str, ...]
    names: tuple[str, ...]  # every name that would tell who answers
    was_stopped: bool
    same_prompt_votes: int  # earlier votes of this pair on this question, rated or not; counted up to the cap
    votes_today: int


def reasons_against(facts: Facts) -> list[str]:
    """Empty when the vote is rated."""
    found = {
        Reason.LEAK: any(names_somebody(answer, facts.names) for answer in facts.answers),
        Reason.IDENTITY: any(asks_for_identity(prompt) for prompt in facts.prompts),
        Reason.STOPPED: facts.was_stopped,
        Reason.DUPLICATE: facts.same_prompt_votes >= SAME_PROMPT_CAP,
        Reason.DAILY_CAP: facts.votes_today >= settings.RATED_VOTES_PER_DAY,
    }
    return [reason.value for reason, holds in found.items() if holds]


def voter_key_of(owner: Owner) -> str:
    """The same for every vote of one person; nobody without the site's secret can tell whose it is."""
    return hmac.new(settings.SECRET_KEY.encode(), f"voter:{owner.requester}".encode(), hashlib.sha256).hexdigest()


def prompt_hash(text: str) -> str:
    """The same for questions that differ only in case, width or white space."""
    normalised = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(normalised.encode()).hexdigest()


def link(vote: Vote, sides: Iterable[tuple[str, str]]) -> str:
    """The hash of a vote and of the one before it: nobody can change or drop an old vote unnoticed.

    `sides` are (label, contestant's name) from left to right.
    """
    facts = [
        vote.previous_hash,
        str(vote.battle_id),
        sorted(sides),
        vote.choice,
        vote.voter_key,
        vote.turns,
        vote.milliseconds,
        vote.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()
