"""Imported files of votes in the admin: upload, look at what was taken, take it back. Their rows are read only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from arena.formats.reading import AUTO, FORMATS
from arena.formats.rows import FileRefused
from arena.importing import forget, import_votes
from arena.models import ImportedVote, VoteImport
from inference.admin_rights import ReadOnly


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"), allow_empty_file=True)  # the reader says what an empty one lacks
    format = forms.ChoiceField(
        label=_("Format"), choices=[(AUTO, _("found out from the file")), *((name, name) for name in FORMATS[1:])]
    )
    name = forms.CharField(
        label=_("Name"), max_length=255, required=False, help_text=_("What people read; empty takes the file's name.")
    )


@admin.register(VoteImport)
class VoteImportAdmin(admin.ModelAdmin):
    list_display = ("name", "format", "votes_in_it", "created_at")
    list_filter = ("format",)
    search_fields = ("name", "sha256")
    fields = ("name", "format", "votes_in_it", "leaderboard", "rows", "created_at", "sha256")

    def get_queryset(self, request: HttpRequest) -> QuerySet[VoteImport]:
        found: QuerySet[VoteImport] = super().get_queryset(request)
        return found.select_related("scope").annotate(vote_count=Count("votes"))

    def has_change_permission(self, request: HttpRequest, obj: VoteImport | None = None) -> bool:
        return False

    @admin.display(description=_("votes"), ordering="vote_count")
    def votes_in_it(self, source: Any) -> int:
        return int(source.vote_count)

    @admin.display(description=_("leaderboard"))
    def leaderboard(self, source: VoteImport) -> str:
        return str(source.scope)

    @admin.display(description=_("its rows"))
    def rows(self, source: VoteImport) -> SafeString:
        page = reverse("admin:arena_importedvote_changelist")
        return format_html('<a href="{}?source__id__exact={}">{}</a>', page, source.pk, _("show them"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid() and (source := self._imported(request, form)):
            return redirect("admin:arena_voteimport_change", source.pk)
        return TemplateResponse(
            request,
            "admin/arena/voteimport/upload.html",
            {
                **admin.site.each_context(request),
                "title": _("Import votes"),
                "opts": self.model._meta,
                "form": form,
            },
        )

    def _imported(self, request: HttpRequest, form: UploadForm) -> VoteImport | None:
        file = form.cleaned_data["file"]
        try:
            imported = import_votes(file.read(), form.cleaned_data["name"] or file.name, form.cleaned_data["format"])
        except FileRefused as refused:
            form.add_error("file", ValidationError([*refused.problems, str(_("Nothing was imported."))]))
            return None
        self.log_addition(request, imported.source, [{"added": {}}])
        for sentence in imported.sentences:
            self.message_user(request, sentence, messages.SUCCESS)
        return imported.source

    def delete_model(self, request: HttpRequest, obj: VoteImport) -> None:
        forget(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[VoteImport]) -> None:
        for source in queryset:
            forget(source)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Says how many votes go with a file instead of listing each of them."""
        sources: Iterable[VoteImport] = list(objs)
        names, total = [], 0
        for source in sources:
            count = source.votes.count()
            total += count
            names.append(
                ngettext("%(name)s with %(count)d vote", "%(name)s with %(count)d votes", count)
                % {"name": source, "count": count}
            )
        missing = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return names, {str(ImportedVote._meta.verbose_name_plural): total}, missing, []


@admin.register(ImportedVote)
class ImportedVoteAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("line", "left", "right", "choice", "voter")
    list_select_related = ("left", "right")
    list_per_page = 100
    show_full_result_count = False
    fields = ("source", "line", "left", "right", "choice", "voter", "data")
    ordering = ("source", "line")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "source__id__exact"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached from the file they came in
