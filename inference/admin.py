"""Models and generations in the admin. Who may look after models may not thereby read what people asked them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import Select
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from inference import usage_admin  # Django looks for an app's admin in this module alone
from inference.admin_ask import ask, state_of
from inference.admin_rights import ReadOnly
from inference.api import admin as api_admin  # noqa: F401 - as above
from inference.engine.checks import check_adapter_source, check_source
from inference.engine.embedding_files import is_embedding_folder
from inference.engine.families import PLAIN
from inference.engine.prompt_format import OWN, PROMPT_FORMATS
from inference.engine.types import ModelUnavailable
from inference.models import Generation, ModelEntry
from inference.sentences import translated
from inference.services import ModelState, states_of
from inference.state_words import state_words

CHECKED = {"source", "backend", "adapter"}
SLUG_LENGTH = 80
KINDS: dict[str, Any] = {  # short; the form explains them
    ModelEntry.Backend.TRANSFORMERS: _("local model"),
    ModelEntry.Backend.REMOTE: _("remote model"),
    ModelEntry.Backend.EXPERT: _("expert"),
    ModelEntry.Backend.ECHO: _("echo"),
    ModelEntry.Task.EMBEDDING: _("embeddings"),
}


class LiveChangeList(ChangeList):
    """Asks for the workers once per page, not once per row."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        states = {state.entry.pk: state for state in states_of(ModelEntry.objects.askable())}
        for entry in self.result_list:
            entry.live_state = states.get(entry.pk) or ModelState(entry, "disabled")


class ModelEntryForm(forms.ModelForm):
    """A short name is made from the name, as `./run addmodel` does; where that cannot be, a sentence says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        name = self.cleaned_data.get("name", "")
        slug = self.cleaned_data["slug"] or slugify(name)[:SLUG_LENGTH]
        if not slug:
            raise ValidationError(
                _("No short name can be made from “%(name)s”; please write one."), params={"name": name}
            )
        return str(slug)


@admin.register(ModelEntry)
class ModelEntryAdmin(admin.ModelAdmin):
    form = ModelEntryForm
    list_display = ("name", "live", "ask_link", "is_enabled", "position", "kind", "slug")
    list_editable = ("is_enabled", "position")
    list_filter = ("backend", "task", "is_enabled", "is_demonstration")
    search_fields = ("name", "slug", "description")
    autocomplete_fields = ("base",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("live", "created_at", "updated_at")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    save_on_top = True
    fieldsets = (
        (None, {"fields": ("name", "name_zh_hant", "slug", "live", "is_enabled", "position")}),
        (
            _("What answers"),
            {
                "fields": ("backend", "task", "source", "endpoint", "base", "system_prompt"),
                "description": _(
                    "A local model needs a source. An expert needs a base model and a system text, and no source."
                ),
            },
        ),
        (
            _("What people read in the picker"),
            {"fields": ("description", "description_zh_hant", "organisation", "licence", "link", "is_demonstration")},
        ),
        (
            _("How it answers"),
            {
                "fields": ("defaults", "context_length", "is_matryoshka"),
                "description": _("People may change temperature, top-p and length in their own conversations."),
            },
        ),
        (
            _("How it is loaded"),
            {
                "fields": ("family", "adapter", "quantization", "preload", "threads", "trust_remote_code"),
                "description": _("Workers notice a change by themselves within seconds; nothing needs a restart."),
            },
        ),
        (
            _("What it costs"),
            {
                "fields": ("prompt_price", "completion_price"),
                "description": _("Counted when an answer ends. What was asked before keeps its cost."),
            },
        ),
        (_("Dates"), {"fields": ("created_at", "updated_at"), "classes": ("collapse",)}),
    )

    class Media:
        css = {"all": ["css/admin_models.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LiveChangeList

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "family":
            named = {OWN: _("the model's own chat template"), PLAIN.slug: _("plain text")}
            kwargs["widget"] = Select(choices=({"": _("recognise it")} | PROMPT_FORMATS | named).items())
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(lambda request, object_id: ask(self, request, object_id))
        return [path("<path:object_id>/ask/", view, name="inference_modelentry_ask"), *super().get_urls()]

    @admin.display(description=_("state"))
    def live(self, entry: ModelEntry) -> str:
        if entry.pk is None:
            return "–"
        return state_words(getattr(entry, "live_state", None) or state_of(entry))

    @admin.display(description=_("kind"), ordering="backend")
    def kind(self, entry: ModelEntry) -> str:
        return str(KINDS[entry.task if entry.is_embedding else entry.backend])

    @admin.display(description=_("try it"))
    def ask_link(self, entry: ModelEntry) -> str:
        if entry.is_embedding:
            return "–"
        url = reverse("admin:inference_modelentry_ask", args=[entry.pk])
        return format_html('<a href="{}">{}</a>', url, _("Ask it something"))

    def save_model(self, request: HttpRequest, obj: ModelEntry, form: Any, change: bool) -> None:
        is_new_source = obj.backend == ModelEntry.Backend.TRANSFORMERS and bool(CHECKED & set(form.changed_data))
        may_be_embedding = is_new_source and not (obj.is_embedding or obj.adapter or (change and obj.experts.exists()))
        if may_be_embedding and is_embedding_folder(Path(obj.spec.source)):
            obj.task = ModelEntry.Task.EMBEDDING
            recognised = _(
                "The files are those of an embedding model, so it turns texts into vectors and does not chat."
            )
            self.message_user(request, recognised, messages.WARNING)
        super().save_model(request, obj, form, change)
        if not is_new_source:
            return
        try:
            check_source(obj.spec.source)
            check_adapter_source(obj.adapter)
        except ModelUnavailable as error:
            # Only a warning: the folder belongs to the worker's machine, which need not be this one.
            hint = _("Saved, but seen from this machine: %(error)s") % {"error": translated(str(error))}
            self.message_user(request, hint, messages.WARNING)

    def get_deleted_objects(self, objs: Iterable[ModelEntry], request: HttpRequest) -> Any:
        """Tells how much still depends on it. Django's own page would list the titles of people's conversations."""
        entries = list(objs)
        kept = []
        for relation in ModelEntry._meta.related_objects:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": entries})
            if count := rows.count():
                kept.append(f"{relation.related_model._meta.verbose_name_plural}: {count}")
        plural = str(ModelEntry._meta.verbose_name_plural)
        refused = set() if self.has_delete_permission(request) else {str(ModelEntry._meta.verbose_name)}
        return [entry.name for entry in entries], {plural: len(entries)}, refused, kept


@admin.register(Generation)
class GenerationAdmin(ReadOnly, admin.ModelAdmin):
    """Read-only. Numbers for the staff; the texts for a superuser, who leaves a trace in the log by opening one."""

    list_display = (
        "id",
        "model",
        "status",
        "charged_to",
        "prompt_tokens",
        "completion_tokens",
        "first_token",
        "speed",
        "created_at",
    )
    list_filter = ("status", "model", "created_at")
    list_select_related = ("model",)
    list_per_page = 50
    show_full_result_count = False
    numbers = (
        "id",
        "model",
        "status",
        "charged_to",
        "worker",
        "attempt",
        "params",
        "finish_reason",
        "error",
        "prompt_tokens",
        "completion_tokens",
        "dropped_messages",
        "first_token",
        "speed",
        "created_at",
        "started_at",
        "ended_at",
    )
    texts = ("prompt", "text")

    def get_fields(self, request: HttpRequest, obj: Generation | None = None) -> tuple[str, ...]:
        return (*self.numbers, *self.texts) if request.user.is_superuser else self.numbers

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # Django lets everybody filter by any column of the row: ?text__contains=… would read texts by guessing.
        allowed = lookup.split("__")[0] in self.list_filter
        return allowed and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        generation = self.get_object(request, object_id)
        if generation and request.user.is_superuser and self.has_view_permission(request, generation):
            LogEntry.objects.create(
                user_id=request.user.pk,
                content_type=ContentType.objects.get_for_model(Generation),
                object_id=str(generation.pk),
                object_repr=f"generation {generation.pk}",
                action_flag=CHANGE,
                change_message=f"Read the texts of a generation of {requester_label(generation.requester)}.",
            )
        return super().change_view(request, object_id, *args, **kwargs)

    @admin.display(description=_("charged to"), ordering="requester")
    def charged_to(self, generation: Generation) -> str:
        return usage_admin.charged_to_words(requester_label(generation.requester))

    @admin.display(description=_("first token"))
    def first_token(self, generation: Generation) -> str:
        seconds = generation.seconds_to_first_token
        return "–" if seconds is None else f"{seconds:.2f} s"

    @admin.display(description=_("tokens/s"))
    def speed(self, generation: Generation) -> str:
        return generation.speed or "–"


def requester_label(requester: str) -> str:
    """Without the key of a guest's session: whoever knows it could take over the session."""
    return "guest" if requester.startswith("guest:") else requester
