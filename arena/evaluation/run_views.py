"""The pages of runs: what one would take, how far one is, what it found, and what staff does to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arena.evaluation import services
from arena.evaluation.doors import for_members, for_staff
from arena.evaluation.estimates import Estimate, estimate
from arena.evaluation.exporting import archive
from arena.evaluation.forms import RunForm, newest_sets, offered
from arena.evaluation.labels import duration
from arena.evaluation.models import Run
from arena.evaluation.modes import Mode
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.result_tables import Filters
from arena.evaluation.run_page import chips, results_page, state_page
from chat.access import HtmxRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HtmxRequest) -> HttpResponse:
    form = RunForm(request.POST) if request.method == "POST" else RunForm(initial=_initial(request))
    if request.method == "POST" and "estimate" not in request.POST and form.is_valid():
        try:
            run = services.create_run(user=request.user, **form.cleaned_data)
            return redirect("evaluation-run", run.pk)
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
    context = {**_choices(request, form), **_estimate(form)}
    return render(request, "evaluation/new_run.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
@for_staff
def estimated(request: HtmxRequest) -> HttpResponse:
    """What the run would take, as far as the form is filled in."""
    return render(request, "evaluation/_estimate.html", _estimate(RunForm(request.POST)))


@never_cache
@require_safe
@for_members
def show(request: HtmxRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    filters = Filters.from_query(request.GET)
    context = {**state_page(run), "chips": chips(run, filters), **results_page(run, filters)}
    return render(request, "evaluation/run.html", context)


@never_cache
@require_safe
@for_members
def state(request: HtmxRequest, pk: int) -> HttpResponse:
    """How far it is; once it has ended, with everything it found."""
    run = _run(pk)
    if run.is_active:
        return render(request, "evaluation/_state.html", state_page(run))
    context = {**state_page(run), "chips": chips(run, Filters()), **results_page(run, Filters()), "has_ended": True}
    return render(request, "evaluation/_ended.html", context)


@require_safe
@for_members
def download(request: HtmxRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    response = HttpResponse(archive(run), content_type="application/zip")
    name = slugify(run.name) or run.question_set.slug
    response["Content-Disposition"] = f'attachment; filename="{name}-{run.pk}.zip"'
    return response


# --- what staff does to a run -----------------------------------------------------------------------------------------


@require_POST
@for_staff
def act(request: HtmxRequest, pk: int) -> HttpResponse:
    """`action` is one of cancel, resume, retry, retry_unreadable and delete."""
    run = _run(pk)
    try:
        match request.POST.get("action"):
            case "cancel":
                services.cancel_run(run)
            case "resume":
                services.resume_run(run)
            case "retry" | "retry_unreadable" as action:
                count = services.retry_failed(run, unparsable=action == "retry_unreadable")
                said = ngettext("%(count)d is asked again.", "%(count)d are asked again.", count) % {"count": count}
                messages.success(request, said if count else _("There is nothing to ask again."))
            case "delete":
                services.delete_run(run)
                return redirect("evaluation")
            case _:
                return HttpResponse(status=400)
    except EvaluationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluation-run", run.pk)


# --- the form of a new run --------------------------------------------------------------------------------------------


def _initial(request: HtmxRequest) -> dict[str, Any]:
    asked = request.GET.get("set", "")
    return {"question_set": int(asked)} if asked.isascii() and asked.isdigit() and len(asked) < 10 else {}


def _choices(request: HtmxRequest, form: RunForm) -> dict[str, Any]:
    """What can be chosen, and what is."""
    sets = newest_sets(and_also=_initial(request).get("question_set"))
    entries = list(offered())
    is_sent = form.is_bound

    def chosen(name: str) -> list[str]:
        if is_sent:
            return form.data.getlist(name)  # type: ignore[attr-defined]
        value = form.initial.get(name, form.fields[name].initial)
        return [] if value is None else [str(value)]

    return {
        "form": form,
        "sets": sets.order_by("name", "-version"),
        "entries": entries,
        "modes": Mode.choices,
        "chosen": {name: chosen(name) for name in ("question_set", "entries", "mode", "judges", "baseline")},
    }


def _estimate(form: RunForm) -> dict[str, Any]:
    """Of whatever is chosen so far; nothing where nothing is."""
    if not form.is_bound:
        return {"estimate": None}
    form.is_valid()
    data = form.cleaned_data
    question_set, entries = data.get("question_set"), data.get("entries")
    if question_set is None or not entries:
        return {"estimate": None}
    mode = data.get("mode") or Mode.CHECKERS
    found: Estimate = estimate(
        question_set=question_set,
        entries=list(entries),
        mode=mode,
        judges=list(data.get("judges") or []) if mode != Mode.CHECKERS else [],
        baseline=data.get("baseline"),
        max_tokens=data.get("max_tokens"),
    )
    lines = [(line, duration(line.seconds)) for line in found.lines]
    return {
        "estimate": found,
        "lines": lines,
        "duration": duration(found.seconds),
        "is_guess": any(line.is_guess for line, _duration in lines),
    }


def _run(pk: int) -> Run:
    return get_object_or_404(Run.objects.select_related("question_set", "created_by", "guard__expert"), pk=pk)
