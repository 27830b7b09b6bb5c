"""The arena in the admin: contestants, battles whose subject may be corrected, votes that may be taken out, voters.

Nothing here shows what people asked or were told: that is for a superuser, in the conversations, where it is logged.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from arena import admin_imports  # noqa: F401 (registers the imported files)
from arena.drawing import contestant_of
from arena.integrity import Reason
from arena.labels import CATEGORY_LABELS, LANGUAGE_LABELS, category_label, language_label
from arena.models import Battle, Contestant, Verdict, Vote
from arena.voter_report import voter_lines
from arena.voting import correct, overrule
from inference.admin_rights import NeverAdded, NeverDeleted, ReadOnly
from inference.models import ModelEntry

KEY_SHOWN = 10  # characters of a voter's key


@admin.register(Contestant)
class ContestantAdmin(NeverAdded, NeverDeleted, admin.ModelAdmin):
    """Everybody who may be drawn. Names are part of the chain of votes and stay as they are."""

    list_display = ("label", "name", "weight", "retired_at", "note")
    list_editable = ("weight",)
    list_filter = (("retired_at", admin.EmptyFieldListFilter), ("model", admin.EmptyFieldListFilter))
    list_select_related = ("model",)
    search_fields = ("name", "model__name")
    fields = ("name", "model", "weight", "retired_at", "note")
    readonly_fields = ("name", "model")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_view_or_change_permission(request):
            for entry in ModelEntry.objects.offered().filter(contestant=None):
                contestant_of(entry)
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("contestant"), ordering="model__name")
    def label(self, contestant: Contestant) -> str:
        return contestant.label


class BattleForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("language"), required=False)
    categories = forms.MultipleChoiceField(label=_("categories"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Battle
        fields = ("language", "categories")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [self.instance.language] if self.instance.language else []
        languages = [("", _("unknown")), *_labelled(LANGUAGE_LABELS, own, language_label)]
        for name, choices in (
            ("language", languages),
            ("categories", _labelled(CATEGORY_LABELS, self.instance.categories, category_label)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


def _labelled(known: Any, own: list[str], label: Any) -> list[tuple[str, str]]:
    """The known keys, and those that this battle has besides."""
    return [(key, label(key)) for key in dict.fromkeys([*known, *own])]


@admin.register(Battle)
class BattleAdmin(NeverAdded, NeverDeleted, admin.ModelAdmin):
    """Language and categories may be corrected; the vote then counts where it belongs."""

    form = BattleForm
    view_on_site = False  # its page opens to whoever fought it, and to nobody else
    list_display = ("created_at", "mode", "state", "who", "language", "subjects", "drawn_with")
    list_filter = ("mode", "state", "language", "created_at")
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("created_at", "mode", "state", "who", "drawn_with", "its_vote")
    fields = (*readonly_fields, "language", "categories")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Battle]:
        return super().get_queryset(request).prefetch_related("sides__contestant__model")

    def save_model(self, request: HttpRequest, obj: Battle, form: Any, change: bool) -> None:
        if form.changed_data:
            correct(obj, by=request.user.get_username())

    @admin.display(description=_("sides"))
    def who(self, battle: Battle) -> str:
        return " – ".join(side.contestant.label for side in battle.sides.all())

    @admin.display(description=_("probability of this pair"), ordering="probability")
    def drawn_with(self, battle: Battle) -> str:
        return "–" if battle.probability is None else f"{battle.probability:.1%}"

    @admin.display(description=_("categories"))
    def subjects(self, battle: Battle) -> str:
        return ", ".join(map(category_label, battle.categories))

    @admin.display(description=_("vote"))
    def its_vote(self, battle: Battle) -> SafeString | str:
        vote = Vote.objects.filter(battle=battle).first()
        if vote is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:arena_vote_change", args=[vote.pk]), vote.get_choice_display()
        )


class VerdictInline(ReadOnly, admin.TabularInline):
    model = Verdict
    fields = readonly_fields = ("decided_at", "is_rated", "why", "places", "decided_by", "rules_version")
    ordering = ("id",)
    extra = 0

    @admin.display(description=_("reasons"))
    def why(self, verdict: Verdict) -> str:
        return _reasons(verdict.reasons)

    @admin.display(description=_("where it counts"))
    def places(self, verdict: Verdict) -> str:
        return ", ".join(map(str, verdict.scopes.all()))


class RatedFilter(admin.SimpleListFilter):
    title = _("rated")
    parameter_name = "rated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("rated")), ("no", _("not rated"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(now_rated=self.value() == "yes")


@admin.register(Vote)
class VoteAdmin(ReadOnly, admin.ModelAdmin):
    """Votes are for ever; what may be decided anew is whether one is rated."""

    list_display = ("id", "created_at", "choice", "who", "voter", "is_rated", "why")
    list_filter = (RatedFilter, "choice", "battle__mode", "created_at")
    list_per_page = 50
    show_full_result_count = False
    inlines = (VerdictInline,)
    actions = ("take_out", "put_back")
    fields = ("created_at", "choice", "who", "its_battle", "voter", "turns", "milliseconds", "row_hash")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vote]:
        last = Verdict.objects.filter(vote=OuterRef("pk")).order_by("-id")
        return (
            super()
            .get_queryset(request)
            .annotate(now_rated=Subquery(last.values("is_rated")[:1]), now_reasons=Subquery(last.values("reasons")[:1]))
            .prefetch_related("battle__sides__contestant__model")
        )

    def get_urls(self) -> list[URLPattern]:
        return [path("voters/", self.admin_site.admin_view(self.voters), name="arena_voters"), *super().get_urls()]

    def has_overrule_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("arena.change_vote"))

    @admin.action(description=_("Take out of the rating"), permissions=["overrule"])
    def take_out(self, request: HttpRequest, queryset: QuerySet[Vote]) -> None:
        self._decide(request, queryset, is_rated=False)

    @admin.action(description=_("Put back into the rating"), permissions=["overrule"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[Vote]) -> None:
        self._decide(request, queryset, is_rated=True)

    def _decide(self, request: HttpRequest, queryset: Any, *, is_rated: bool) -> None:
        votes = list(queryset.filter(now_rated=not is_rated).prefetch_related(None).select_related("battle__user"))
        for vote in votes:
            overrule(vote, is_rated=is_rated, by=request.user.get_username())
            self.log_change(request, vote, "Put back into the rating." if is_rated else "Taken out of the rating.")
        number = len(votes)
        done = ngettext("%(count)d vote was decided anew.", "%(count)d votes were decided anew.", number)
        self.message_user(request, done % {"count": number}, messages.SUCCESS)

    def voters(self, request: HttpRequest) -> HttpResponse:
        """The anomaly and the influence report."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Voters")}
        context["lines"] = voter_lines()
        return TemplateResponse(request, "admin/arena/vote/voters.html", context)

    @admin.display(description=_("sides"))
    def who(self, vote: Vote) -> str:
        return " – ".join(f"{side.label.upper()} {side.contestant.label}" for side in vote.battle.sides.all())

    @admin.display(description=_("voter"))
    def voter(self, vote: Vote) -> SafeString:
        """Says "the same person", not who."""
        query = f"{reverse('admin:arena_vote_changelist')}?voter_key={vote.voter_key}"
        return format_html('<a href="{}">{}</a>', query, vote.voter_key[:KEY_SHOWN])

    @admin.display(description=_("rated"), boolean=True)
    def is_rated(self, vote: Any) -> bool | None:
        return vote.now_rated

    @admin.display(description=_("reasons"))
    def why(self, vote: Any) -> str:
        return _reasons(vote.now_reasons or [])

    @admin.display(description=_("battle"))
    def its_battle(self, vote: Vote) -> SafeString:
        url = reverse("admin:arena_battle_change", args=[vote.battle_id])
        return format_html('<a href="{}">{}</a>', url, vote.battle_id)


def _reasons(reasons: list[str]) -> str:
    known = dict(Reason.choices)
    return ", ".join(str(known.get(reason, reason)) for reason in reasons)
