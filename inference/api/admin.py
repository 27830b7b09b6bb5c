"""Keys, limits and remote servers in the admin. No page ever shows a secret, and none can be typed over another's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inference.admin_rights import NeverAdded, NeverDeleted
from inference.models import ApiKey, Endpoint, Limit


class NoGuessing(admin.ModelAdmin):
    """Django lets everybody filter by any column: ?digest__startswith=… would read a secret letter by letter."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        allowed = lookup.split("__")[0] in self.list_filter
        return allowed and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]


@admin.register(ApiKey)
class ApiKeyAdmin(NeverAdded, NeverDeleted, NoGuessing):
    """Keys are made by their owners; the staff see whose there are, narrow them, and revoke them. Revoked ones keep
    their name in the usage."""

    list_display = (
        "name",
        "prefix",
        "user",
        "is_read_only",
        "is_restricted",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("is_read_only", "is_restricted", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    actions = ("revoke",)
    fields = (
        *("user", "name", "prefix", "is_restricted", "allowed_models", "is_read_only", "expires_at"),
        *("created_at", "last_used_at", "revoked_at"),
    )
    readonly_fields = ("user", "prefix", "created_at", "last_used_at", "revoked_at")
    filter_horizontal = ("allowed_models",)

    @admin.action(description=_("Revoke the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        count = sum(key.revoke() for key in queryset)
        sentence = ngettext("%(count)s key revoked.", "%(count)s keys revoked.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS if count else messages.WARNING)


@admin.register(Limit)
class LimitAdmin(admin.ModelAdmin):
    list_display = ("__str__", "requests_per_minute", "tokens_per_day")
    list_select_related = ("user", "key", "model")
    autocomplete_fields = ("user", "key", "model")
    fieldsets = (
        (
            None,
            {
                "fields": ("user", "key", "model", "requests_per_minute", "tokens_per_day"),
                "description": _(
                    "A user: everything that person asks, in the chat and with all keys together. A key: that key. "
                    "A model: everybody together. A model with a user or a key: that one's share of it. "
                    "Nothing chosen: each API key by itself. Several limits hold at the same time."
                ),
            },
        ),
    )


class EndpointForm(forms.ModelForm):
    new_key = forms.CharField(
        label=_("Key"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted and never shown. Empty leaves what is kept as it is."),
    )
    forget_key = forms.BooleanField(label=_("Forget the kept key"), required=False)

    class Meta:
        model = Endpoint
        fields = "__all__"


@admin.register(Endpoint)
class EndpointAdmin(NoGuessing):
    form = EndpointForm
    list_display = ("name", "base_url", "has_key")
    search_fields = ("name", "base_url")
    readonly_fields = ("has_key",)
    fields = (
        *("name", "base_url", "api_key_env", "has_key", "new_key", "forget_key", "headers"),
        *("omitted_fields", "continuation", "connect_seconds", "read_seconds"),
    )

    @admin.display(description=_("a key is known"), boolean=True)
    def has_key(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.encrypted_key or endpoint.api_key_env)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        moved = change and "base_url" in form.changed_data
        if form.cleaned_data["new_key"]:
            obj.set_key(form.cleaned_data["new_key"])
        elif form.cleaned_data["forget_key"] or moved:
            # A kept key must not be sent to an address that somebody else typed later.
            if moved and obj.encrypted_key and not form.cleaned_data["forget_key"]:
                warning = _("The kept key was forgotten, because the address changed; please type it again.")
                self.message_user(request, warning, messages.WARNING)
            obj.set_key("")
        super().save_model(request, obj, form, change)
