"""The evaluation in the admin: sets and runs to look at and delete, and the guards, which are made here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from arena.evaluation.guards import check_guard
from arena.evaluation.models import Candidate, Guard, HumanGrade, QuestionSet, Run
from arena.evaluation.modes import Mode
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.services import cancel_run, delete_run
from inference.admin_rights import NeverAdded, NeverChanged


@admin.register(QuestionSet)
class QuestionSetAdmin(NeverAdded, NeverChanged, admin.ModelAdmin):
    list_display = ("title", "version", "slug", "question_count", "created_by", "created_at")
    search_fields = ("name", "slug")
    fields = ("title", "slug", "version", "about", "note", "created_by", "created_at", "question_count")

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuestionSet]:
        return super().get_queryset(request).annotate(counted=Count("questions"))

    @admin.display(description=_("name"), ordering="name")
    def title(self, question_set: QuestionSet) -> str:
        return question_set.label

    @admin.display(description=_("description"))
    def about(self, question_set: QuestionSet) -> str:
        return question_set.about

    @admin.display(description=_("questions"), ordering="counted")
    def question_count(self, question_set: Any) -> int:
        return int(question_set.counted)


class CandidateInline(NeverAdded, NeverChanged, admin.TabularInline):
    model = Candidate
    fields = ("entry", "is_baseline", "fingerprint")
    extra = 0
    can_delete = False


@admin.register(Run)
class RunAdmin(NeverAdded, NeverChanged, admin.ModelAdmin):
    """Deleting a run deletes its answers, too; the models' texts are read on its page."""

    list_display = ("__str__", "question_set", "mode", "state", "guard", "created_by", "created_at", "ended_at")
    list_filter = ("state", "mode", "created_at")
    list_select_related = ("question_set", "guard__expert", "guard__question_set", "created_by")
    search_fields = ("name", "question_set__name")
    fields = (
        *("name", "question_set", "mode", "judges", "temperature", "max_tokens", "at_once", "guard", "state"),
        *("problem", "created_by", "created_at", "started_at", "ended_at"),
    )
    inlines = (CandidateInline,)
    actions = ("cancel",)

    @admin.action(description=_("Cancel the chosen runs"), permissions=["delete"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        count = sum(cancel_run(run) for run in queryset)
        sentence = ngettext("%(count)d run was cancelled.", "%(count)d runs were cancelled.", count)
        messages.success(request, sentence % {"count": count})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Answers go with their run: asking for a permission on each would name thousands."""
        labels = [str(run) for run in objs]
        return labels, {str(Run._meta.verbose_name_plural): len(labels)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Run) -> None:
        delete_run(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            delete_run(run)


class GuardForm(forms.ModelForm):
    class Meta:
        model = Guard
        fields = ("expert", "question_set", "mode", "judges", "is_active")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("mode") == Mode.SINGLE and not values.get("judges"):
            self.add_error("judges", _("Please choose a judge, or exact checkers only."))
        return values


@admin.register(Guard)
class GuardAdmin(admin.ModelAdmin):
    """Choose an expert and a set; from then on every change of the expert is measured."""

    list_display = ("expert", "question_set", "mode", "is_active", "last_run")
    list_select_related = ("expert__base", "question_set")
    form = GuardForm
    filter_horizontal = ("judges",)
    actions = ("run_now",)

    def save_model(self, request: HttpRequest, obj: Guard, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.display(description=_("last run"))
    def last_run(self, guard: Guard) -> str:
        run = guard.runs.order_by("-pk").first()
        return f"#{run.pk} {run.get_state_display()}" if run else "–"

    @admin.action(description=_("Run the chosen guards now"), permissions=["change"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Guard]) -> None:
        for guard in queryset.select_related("expert__base", "question_set"):
            try:
                run = check_guard(guard, user=request.user, force=True)
            except EvaluationRefused as refusal:
                messages.error(request, f"{guard}: {refusal}")
            else:
                started, under_way = _("%(guard)s: %(run)s was started."), _("%(guard)s: its run is under way already.")
                messages.info(request, (started if run else under_way) % {"guard": guard, "run": run})


@admin.register(HumanGrade)
class HumanGradeAdmin(NeverAdded, NeverChanged, admin.ModelAdmin):
    list_display = ("run", "question", "turn", "user", "entry", "opponent", "score", "winner", "created_at")
    list_select_related = ("run__question_set", "question", "user", "entry", "opponent")
    list_filter = ("created_at",)
