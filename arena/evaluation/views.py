"""The pages of question sets: all of them with the latest runs, one of them, and what staff changes there."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arena.evaluation import question_sets
from arena.evaluation.doors import for_members, for_staff
from arena.evaluation.forms import AddForm, FileForm, GuardForm, QuestionForm, SetForm, newest_sets
from arena.evaluation.guards import check_guard
from arena.evaluation.models import Guard, Question, QuestionSet, Run
from arena.evaluation.modes import Mode
from arena.evaluation.question_sets import (
    add_message_to_set,
    create_set,
    delete_set,
    export_questions,
    import_questions,
    import_references,
    remove_question,
    save_question,
)
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.set_page import run_rows, set_cards, set_page
from arena.formats.rows import FileRefused
from chat.access import HtmxRequest
from chat.models import Message
from chat.owners import owner_of

RUNS_PER_PAGE = 25


@never_cache
@require_safe
@for_members
def index(request: HtmxRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    runs = Run.objects.select_related("question_set", "created_by").order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 10:
        runs = runs.filter(pk__lt=int(before))
    found = list(runs[: RUNS_PER_PAGE + 1])
    return render(
        request,
        "evaluation/index.html",
        {
            "sets": set_cards(QuestionSet.objects.latest_versions()),
            "runs": run_rows(found[:RUNS_PER_PAGE]),
            "older": found[RUNS_PER_PAGE - 1].pk if len(found) > RUNS_PER_PAGE else None,
            "is_first_page": not before,
        },
    )


@never_cache
@require_safe
@for_members
def show_set(request: HtmxRequest, pk: int) -> HttpResponse:
    return _set_page(request, get_object_or_404(QuestionSet, pk=pk))


@require_safe
@for_members
def export_set(request: HtmxRequest, pk: int, format: str) -> HttpResponse:
    if format not in ("jsonl", "csv"):
        raise Http404("no such format")
    question_set = get_object_or_404(QuestionSet, pk=pk)
    # Excel reads Chinese only with the mark that UTF-8 does not need.
    text = ("\ufeff" if format == "csv" else "") + export_questions(question_set, format)
    kind = "text/csv" if format == "csv" else "application/jsonl"
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    name = f"{question_set.slug}-v{question_set.version}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- what staff changes -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new_set(request: HtmxRequest) -> HttpResponse:
    form = SetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            question_set = create_set(user=request.user, **form.cleaned_data)
            return redirect("evaluation-set", question_set.pk)
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "title": _("New question set"), "button": _("Make the set")}
    return render(request, "evaluation/form.html", context, status=422 if form.errors else 200)


@require_POST
@for_staff
def import_own_set(request: HtmxRequest) -> HttpResponse:
    """The set that comes with the site; sent again, it brings what has changed."""
    return redirect("evaluation-set", question_sets.import_own_set(request.user).pk)


@require_POST
@for_staff
def import_file(request: HtmxRequest, pk: int) -> HttpResponse:
    question_set = get_object_or_404(QuestionSet, pk=pk)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _set_page(request, question_set, status=422, file_form=form)
    take = import_questions if form.cleaned_data["kind"] == "questions" else import_references
    try:
        done = take(form.cleaned_data["file"].read(), into=question_set, user=request.user)
    except FileRefused as refusal:
        return _set_page(request, question_set, status=422, file_form=form, problems=refusal.problems)
    except EvaluationRefused as refusal:
        return _set_page(request, question_set, status=422, file_form=form, problems=[str(refusal)])
    added = ngettext("%(count)d question added", "%(count)d questions added", done.added) % {"count": done.added}
    changed = ngettext("%(count)d changed", "%(count)d changed", done.changed) % {"count": done.changed}
    messages.success(request, f"{added}, {changed}.")
    return redirect("evaluation-set", done.question_set.pk)


@require_POST
@for_staff
def remove_set(request: HtmxRequest, pk: int) -> HttpResponse:
    question_set = get_object_or_404(QuestionSet, pk=pk)
    try:
        delete_set(question_set)
    except EvaluationRefused as refusal:
        return _set_page(request, question_set, status=422, problems=[str(refusal)])
    return redirect("evaluation")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new_question(request: HtmxRequest, pk: int) -> HttpResponse:
    question_set = get_object_or_404(QuestionSet, pk=pk)
    return _question_page(request, question_set, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def question(request: HtmxRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Question.objects.select_related("question_set"), pk=pk)
    if request.method == "POST" and "remove" in request.POST:
        return redirect("evaluation-set", remove_question(found, user=request.user).pk)
    return _question_page(request, found.question_set, found)


@require_POST
@for_staff
def guard(request: HtmxRequest, pk: int) -> HttpResponse:
    """Makes a guard and lets it look at once; or, with `remove` or `now`, does that to one there is."""
    question_set, user = get_object_or_404(QuestionSet, pk=pk), cast(Any, request.user)
    try:
        if "remove" in request.POST:
            _guard_of(question_set, request.POST["remove"]).delete()
        elif "now" in request.POST:
            check_guard(_guard_of(question_set, request.POST["now"]), user=request.user, force=True)
        else:
            form = GuardForm(request.POST)
            if not form.is_valid():
                return _set_page(request, question_set, status=422, guard_form=form)
            data = form.cleaned_data
            # One guard for all versions of a set: it asks the newest.
            old = Guard.objects.filter(expert=data["expert"], question_set__slug=question_set.slug).first()
            made, _is_new = Guard.objects.update_or_create(
                expert=data["expert"],
                question_set=old.question_set if old else question_set,
                defaults={"mode": data["mode"], "is_active": True, "created_by": user},
            )
            made.judges.set([data["judge"]] if data["mode"] == Mode.SINGLE else [])
            check_guard(made, user=request.user)
    except EvaluationRefused as refusal:
        return _set_page(request, question_set, status=422, problems=[str(refusal)])
    return redirect("evaluation-set", question_set.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def add_message(request: HtmxRequest, pk: Any) -> HttpResponse:
    """A question out of one's own chat: nobody else's can be found here."""
    message = get_object_or_404(Message.objects.owned_by(owner_of(request)), pk=pk)
    form = AddForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = add_message_to_set(
                message,
                data["question_set"],
                category=data["category"],
                expected_points=data["expected_points"].splitlines(),
                user=request.user,
            )
            return _dialog(request, "evaluation/_added.html", {"question_set": made.question_set, "question": made})
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "message": message, "has_sets": newest_sets().exists()}
    return _dialog(request, "evaluation/_add.html", context, status=422 if form.errors else 200)


# --- what several of them show ----------------------------------------------------------------------------------------


def _set_page(request: HtmxRequest, question_set: QuestionSet, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"file_form": FileForm(), "guard_form": GuardForm(), "problems": [], **set_page(question_set)}
    return render(request, "evaluation/set.html", context | more, status=status)


def _question_page(request: HtmxRequest, question_set: QuestionSet, old: Question | None) -> HttpResponse:
    if request.method == "POST":
        form = QuestionForm(request.POST)
        if form.is_valid():
            try:
                saved = save_question(question_set, user=request.user, question=old, **form.fields_of_question())
                return redirect("evaluation-set", saved.question_set_id)
            except EvaluationRefused as refusal:
                form.add_error(None, str(refusal))
    else:
        form = QuestionForm(initial=QuestionForm.initial_of(old) if old else {})
    context = {
        "form": form,
        "title": _("Change the question") if old else _("New question"),
        "button": _("Save"),
        "back": question_set,
        "removable": old,
        "fixed": question_set.runs.aggregate(count=Count("pk"))["count"],
    }
    return render(request, "evaluation/form.html", context, status=422 if form.errors else 200)


def _dialog(request: HtmxRequest, fragment: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """In the page's dialog, or as a page of its own for browsers without JavaScript."""
    template = fragment if request.htmx else "evaluation/dialog.html"
    return render(request, template, context | {"fragment": fragment}, status=status)


def _guard_of(question_set: QuestionSet, key: str) -> Guard:
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise Http404("no such guard")
    return get_object_or_404(Guard, pk=int(key), question_set__slug=question_set.slug)
