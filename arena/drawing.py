"""Draws the two models of a blind battle: where a vote would teach most, and each side of the page by a fair coin."""

from __future__ import annotations

from collections.abc import Hashable

from django.utils.translation import gettext as _

from arena.matchmaking import draw_pair, pair_probabilities
from arena.models import Contestant, PairCount, Scope
from arena.rating.counts import PairCounts
from inference.models import ModelEntry
from inference.services import ModelNotOffered, offered_models


def draw() -> tuple[list[Contestant], float]:
    """(left, right) and the probability with which just this pair was drawn, whichever side each is on.

    Only models that can answer now take part, with the weights that an administrator gave them.
    """
    contestants = eligible()
    if len(contestants) < 2:
        raise ModelNotOffered(
            _("A battle needs two models that are online; %(count)s can answer now.") % {"count": len(contestants)}
        )
    by_key: dict[Hashable, Contestant] = {contestant.pk: contestant for contestant in contestants}
    probabilities = pair_probabilities(
        list(by_key), counts_of_blind_battles(), {key: contestant.weight for key, contestant in by_key.items()}
    )
    drawn = draw_pair(probabilities)
    return [by_key[drawn.left], by_key[drawn.right]], drawn.probability


def eligible() -> list[Contestant]:
    """The offered models that are not offline, each as its contestant, without the retired and the weightless."""
    entries = {state.entry.pk: state.entry for state in offered_models() if state.state != "offline"}
    found = list(Contestant.objects.filter(model__in=entries).select_related("model"))
    found += [contestant_of(entry) for entry in entries.values() if entry.pk not in {row.model_id for row in found}]
    return [contestant for contestant in found if contestant.weight > 0 and contestant.retired_at is None]


def contestant_of(entry: ModelEntry) -> Contestant:
    """Every model becomes a contestant when it is first needed."""
    found = Contestant.objects.filter(model=entry).select_related("model").first()
    if found is not None:
        return found
    # An imported name that equals the short name of a new model is another one: it gets a name beside it.
    is_taken = Contestant.objects.filter(name=entry.slug).exists()
    return Contestant.objects.create(model=entry, name=f"{entry.slug} (local)" if is_taken else entry.slug)


def counts_of_blind_battles() -> PairCounts:
    rows = PairCount.objects.filter(scope__kind=Scope.Kind.OVERALL)
    return PairCounts.from_rows(rows.values_list("left_id", "right_id", "left_wins", "right_wins", "ties", "both_bad"))
