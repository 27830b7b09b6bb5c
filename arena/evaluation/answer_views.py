"""The answers of a run beside each other, one's own grades, and two runs compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from arena.evaluation.answer_page import Place, answer_page, graded_page, place_of, sides_of
from arena.evaluation.comparison_page import comparison_page
from arena.evaluation.doors import for_members
from arena.evaluation.models import Run
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.services import grade_answer, grade_pair
from chat.access import HtmxRequest


@never_cache
@require_safe
@for_members
def answers(request: HtmxRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    place = place_of(run, request.GET)
    return render(request, "evaluation/answers.html", answer_page(run, place, request.user))


@require_POST
@for_members
def grade(request: HtmxRequest, pk: int) -> HttpResponse:
    """The pressed button says `choice` (left, right, tie) or `points` ("left:7")."""
    run = _run(pk)
    place = place_of(run, request.POST, exactly=True)
    error = ""
    try:
        _grade(run, place, request)
    except EvaluationRefused as refusal:
        error = str(refusal)
    if request.htmx:
        context = {**graded_page(run, place, request.user), "error": error}
        return render(request, "evaluation/_pair.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    return redirect(reverse("evaluation-answers", args=[run.pk]) + place.query)


def _grade(run: Run, place: Place, request: HtmxRequest) -> None:
    sides = sides_of(place, request.user)
    here: dict[str, Any] = {"run": run, "question": place.question, "turn": place.turn, "user": request.user}
    if choice := request.POST.get("choice"):
        # Without a second model, left stands for both, and the service refuses that.
        grade_pair(**here, left=sides[0], right=sides[-1], choice=choice)
        return
    side, _colon, points = request.POST.get("points", "").partition(":")
    entry = sides[-1] if side == "right" else sides[0]
    is_number = points.isascii() and points.isdigit() and len(points) < 4
    grade_answer(**here, entry=entry, score=int(points) if is_number else 0)


@never_cache
@require_safe
@for_members
def compare(request: HtmxRequest, pk: int) -> HttpResponse:
    return render(request, "evaluation/compare.html", comparison_page(_run(pk), request.GET))


def _run(pk: int) -> Run:
    return get_object_or_404(Run.objects.select_related("question_set", "guard"), pk=pk)
