"""People in the admin: approve, switch off, count their conversations; and the admin's own door and name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fastchat_site.accounts.models import User

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def log_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The admin has no log-in form of its own: ours is throttled, and one door is easier to guard than two."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"), login_url="login")


def change_password(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    return redirect("password_change")


admin.site.login = log_in  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign, assignment]
admin.site.site_header = _("FastChat administration")
admin.site.site_title = _("FastChat administration")
admin.site.index_title = _("What would you like to look after?")


class AccountCreationForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User


class AccountChangeForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class AccountAdmin(UserAdmin):
    form, add_form = AccountChangeForm, AccountCreationForm
    list_display = (
        "username",
        "name",
        "email",
        "is_active",
        "is_waiting",
        "is_staff",
        "conversations",
        "last_login",
        "date_joined",
    )
    list_filter = ("is_waiting", "is_active", "is_staff", "is_superuser", "language")
    search_fields = ("username", "name", "email")
    ordering = ("-is_waiting", "username")
    actions = ("approve",)
    list_per_page = 50
    readonly_fields = ("is_waiting", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Profile"), {"fields": ("name", "email", "language", "theme")}),
        (_("Rights"), {"fields": ("is_active", "is_waiting", *RIGHTS)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        # By name, not by import: this app knows nothing of chat, and shows how many, never what.
        return super().get_queryset(request).annotate(conversation_count=Count("conversation"))

    @admin.display(description=_("conversations"), ordering="conversation_count")
    def conversations(self, user: Any) -> int:
        return int(user.conversation_count)

    @admin.action(description=_("Approve the chosen accounts"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = sum(user.approve() for user in queryset)
        sentence = ngettext("%(count)s account approved.", "%(count)s accounts approved.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if obj.is_active:
            obj.is_waiting = False  # switching a waiting account on is approving it
        super().save_model(request, obj, form, change)

    # --- staff who are not superusers look after people, not after rights ---------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        last = obj is not None and obj.is_last_administrator
        return super().has_delete_permission(request, obj) and _may_touch(request, obj) and not last

    # --- deleting: everything of the person goes, and the confirmation page names counts, not titles ------------------

    def get_deleted_objects(self, objs: Iterable[User], request: HttpRequest) -> Any:
        users = list(objs)
        _names, counts, _needed, protected = super().get_deleted_objects(users, request)
        refused = {str(User._meta.verbose_name) for user in users if not self.has_delete_permission(request, user)}
        return [user.username for user in users], counts, refused, protected

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            user.delete()


@admin.register(LogEntry)
class LogAdmin(admin.ModelAdmin):
    """Who did what in the admin, and who read whose texts. For superusers, and not even they change it."""

    list_display = ("action_time", "user", "content_type", "object_repr", "told")
    list_filter = ("action_time", "content_type")
    list_select_related = ("user", "content_type")
    show_full_result_count = False

    @admin.display(description=_("what was done"))
    def told(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return bool(request.user.is_superuser or user is None or not user.is_superuser)
