"""Usage and cost in the admin: every day, read-only, summed, and as a table to take home."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from inference.admin_rights import ReadOnly
from inference.api.usage import as_csv, money, total_of
from inference.limits import key_id_of
from inference.models import ApiKey, UsageDay

REQUESTERS = {
    "user": _("user %(number)s"),
    "key": _("API key %(number)s"),
    "guest": _("guests"),
    "command": _("command line"),
    "admin": _("administration (user %(number)s)"),
    "evaluation": _("evaluation run %(number)s"),
}


def charged_to_words(charged_to: str) -> str:
    """Who asked, where neither a person nor a key can be named."""
    kind, _colon, number = charged_to.partition(":")
    words = REQUESTERS.get(kind)
    return str(words) % {"number": number} if words else charged_to


class KeyedChangeList(ChangeList):
    """Asks for the keys once per page, not once per row."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        numbers = {row.pk: key_id_of(row.charged_to) for row in self.result_list}
        keys = ApiKey.objects.in_bulk([number for number in numbers.values() if number])
        for row in self.result_list:
            row.key = keys.get(numbers[row.pk])


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("day", "who", "model", "requests", "prompt_tokens", "completion_tokens", "costs")
    list_display_links = None
    list_filter = ("day", "model")
    list_select_related = ("user", "model")
    search_fields = ("charged_to", "user__username", "model__slug")
    date_hierarchy = "day"
    list_per_page = 100
    show_full_result_count = False
    change_list_template = "admin/inference/usageday/change_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedChangeList

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download)
        return [path("csv/", view, name="inference_usageday_csv"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if changes := getattr(response, "context_data", {}).get("cl"):
            total = total_of(changes.queryset)
            response.context_data |= {"total": {**total, "cost": money(total["cost"])}}  # type: ignore[attr-defined]
        return response

    def download(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows with the same filters, all pages of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect("admin:inference_usageday_changelist")
        lines = as_csv(rows.select_related("user", "model").iterator(chunk_size=500))
        name = 'attachment; filename="usage.csv"'
        return StreamingHttpResponse(
            lines, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )

    @admin.display(description=_("charged to"), ordering="charged_to")
    def who(self, row: UsageDay) -> str:
        user = row.user.get_username() if row.user else ""
        return " · ".join(part for part in (user, str(getattr(row, "key", None) or "")) if part) or charged_to_words(
            row.charged_to
        )

    @admin.display(description=_("cost"), ordering="cost_units")
    def costs(self, row: UsageDay) -> str:
        return money(row.cost)
