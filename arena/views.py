"""The pages of battles: fetch through the owner, check, act, render."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, reswap, retarget

from arena.models import Battle, Side, Turn
from arena.page import battle_page, empty_page, is_ready, turn_page
from arena.services import BattleClosed, ask_again, continue_with, say, start_battle, stop_all
from arena.voting import AlreadyVoted, NotReady, cast_vote
from chat.access import HtmxRequest, for_owners
from chat.answers import offered, question_from
from chat.owners import Owner
from chat.services import StillAnswering
from inference.services import ModelNotOffered, RequestRefused

# --- the two empty pages ----------------------------------------------------------------------------------------------


@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    return redirect("arena-battle")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def battle(request: HtmxRequest, owner: Owner) -> HttpResponse:
    """An empty page; its first question draws the two models."""
    if request.method != "POST":
        return render(request, "arena/battle.html", empty_page(is_blind=True, text=request.GET.get("message", "")))
    text, _slug = question_from(request.POST)
    try:
        turn = start_battle(owner=owner, text=text)
    except RequestRefused as refusal:
        return _refused(request, refusal, lambda error: empty_page(is_blind=True, text=text, error=error))
    return _begun(request, turn.battle)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def side_by_side(request: HtmxRequest, owner: Owner) -> HttpResponse:
    """Two to four models of one's own choice."""
    asked = request.GET if request.method != "POST" else request.POST
    chosen = [slug[:80].replace("\0", "") for slug in asked.getlist("model") if slug]
    text, _slug = question_from(asked)
    if request.method != "POST":
        return render(request, "arena/battle.html", empty_page(is_blind=False, text=text, chosen=chosen))
    try:
        if len(chosen) < 2:
            raise RequestRefused(_("Please choose two to four models."))
        turn = start_battle(owner=owner, text=text, entries=[offered(slug) for slug in chosen])
    except RequestRefused as refusal:
        return _refused(
            request, refusal, lambda error: empty_page(is_blind=False, text=text, chosen=chosen, error=error)
        )
    return _begun(request, turn.battle)


# --- a battle ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@for_owners
def show(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    return render(request, "arena/battle.html", battle_page(_owned(owner, pk)))


@never_cache
@require_GET
@for_owners
def turn(request: HtmxRequest, owner: Owner, pk: uuid.UUID, turn_pk: uuid.UUID) -> HttpResponse:
    """For pages whose websocket does not get through."""
    battle = _owned(owner, pk)
    turn = get_object_or_404(Turn, battle=battle, pk=turn_pk)
    return render(request, "arena/_answered.html", turn_page(battle, turn))


@require_POST
@for_owners
def say_to_all(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    battle = _owned(owner, pk)
    text, _slug = question_from(request.POST)
    try:
        _check_ready(battle)
        say(battle=battle, owner=owner, text=text)
    except RequestRefused as refusal:
        return _refused(request, _neutral(battle, refusal), lambda error: battle_page(battle, text=text, error=error))
    if not request.htmx:
        return redirect(battle)
    page = battle_page(battle)
    return render(request, "arena/_said.html", page | {"view": page["last"]})


@require_POST
@for_owners
def again(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """All sides answer the last question once more."""
    battle = _owned(owner, pk)
    try:
        _check_ready(battle)
        ask_again(battle=battle, owner=owner)
    except RequestRefused as refusal:
        return _refused(request, _neutral(battle, refusal), lambda error: battle_page(battle, error=error))
    if not request.htmx:
        return redirect(battle)
    battle.refresh_from_db()
    page = battle_page(battle)
    return render(request, "arena/_answered.html", page | {"view": page["last"]})


@require_POST
@for_owners
def stop(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    battle = _owned(owner, pk)
    stop_all(battle)
    return HttpResponse(status=204) if request.htmx else redirect(battle)


@require_POST
@for_owners
def vote(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """Counts once; only then the names leave the server."""
    battle = _owned(owner, pk)
    status = 200
    try:
        if battle.hides_names and not is_ready(battle):
            raise NotReady(_("Please wait until every side has answered."))
        cast_vote(battle=battle, owner=owner, choice=request.POST.get("vote", ""))
    except AlreadyVoted as refusal:
        battle.refresh_from_db()
        if not request.htmx:
            return render(request, "arena/battle.html", battle_page(battle, error=str(refusal)), status=409)
        status = 409
    except RequestRefused as refusal:
        code = 409 if isinstance(refusal, NotReady) else 422
        return _refused(request, refusal, lambda error: battle_page(battle, error=error), code)
    if not request.htmx:
        return redirect(battle)
    battle.refresh_from_db()
    return render(request, "arena/_voted.html", battle_page(battle, is_just_revealed=True), status=status)


@require_POST
@for_owners
def go_on(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """An ordinary chat with one side's model, which remembers this battle's words."""
    battle = _owned(owner, pk)
    side = get_object_or_404(Side.objects.select_related("battle", "conversation"), battle=battle, label=_side(request))
    try:
        if battle.hides_names:
            raise BattleClosed(_("Please vote first: going on with one side would tell who it is."))
        conversation = continue_with(side, owner)
    except RequestRefused as refusal:
        return _refused(request, refusal, lambda error: battle_page(battle, error=error))
    address = conversation.get_absolute_url()
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


# --- steps ------------------------------------------------------------------------------------------------------------


def _owned(owner: Owner, pk: uuid.UUID) -> Battle:
    return get_object_or_404(Battle.objects.owned_by(owner), pk=pk)


def _side(request: HtmxRequest) -> str:
    return request.POST.get("side", "").replace("\0", "")  # PostgreSQL refuses even to look for a NUL


def _check_ready(battle: Battle) -> None:
    """The same sentence whichever side is not ready yet, and also while only the common clock is behind."""
    if not is_ready(battle):
        raise StillAnswering(_("The models are still answering. Wait for them, or stop them first."))


def _neutral(battle: Battle, refusal: RequestRefused) -> RequestRefused:
    """A refusal that names a model must not leave the server before the vote."""
    if isinstance(refusal, ModelNotOffered) and battle.hides_names:
        return BattleClosed(_("One of the two is not offered any more; please begin a new round."))
    return refusal


def _begun(request: HtmxRequest, battle: Battle) -> HttpResponse:
    if not request.htmx:
        return redirect(battle)
    response = render(request, "arena/_begun.html", battle_page(battle))
    return push_url(reswap(retarget(response, "#main"), "outerHTML"), reverse("arena-battle-show", args=[battle.pk]))


def _refused(
    request: HtmxRequest, refusal: RequestRefused, page: Callable[[str], dict[str, Any]], status: int = 422
) -> HttpResponse:
    """The sentence next to the box; what was typed stays where it is."""
    if not request.htmx:
        return render(request, "arena/battle.html", page(str(refusal)), status=status)
    response = render(request, "chat/_error.html", {"error": refusal}, status=status)
    return reswap(retarget(response, "#composer-error"), "innerHTML")
