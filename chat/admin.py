"""Conversations in the admin: how many and whose. What they say is for a superuser, who leaves a trace by reading."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from inference.admin_rights import ReadOnly


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("id", "whose", "model", "message_count", "created_at", "updated_at")
    list_filter = ("model", "updated_at")
    list_select_related = ("model", "owner")
    list_per_page = 50
    search_fields = ("owner__username",)
    search_help_text = _("Searches usernames only.")
    show_full_result_count = False
    fields = ("id", "whose", "model", "title", "params", "created_at", "updated_at", "messages")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).annotate(messages_in_it=Count("messages"))

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ("id",) if request.user.is_superuser else None

    def has_view_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        """The list for all staff with the right to it; one conversation for superusers only."""
        return super().has_view_permission(request, obj) and (obj is None or bool(request.user.is_superuser))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # Django lets everybody filter by any column of the row: ?title__contains=… would read titles by guessing.
        allowed = lookup.split("__")[0] in {*self.list_filter, "owner"}
        return allowed and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        conversation = self.get_object(request, object_id)
        if conversation and request.user.is_superuser and self.has_view_permission(request, conversation):
            LogEntry.objects.create(
                user_id=request.user.pk,
                content_type=ContentType.objects.get_for_model(Conversation),
                object_id=str(conversation.pk),
                object_repr=f"conversation {conversation.pk}",  # its title would be a text
                action_flag=CHANGE,
                change_message=f"Read the conversation of {self.whose(conversation)}.",
            )
        return super().change_view(request, object_id, *args, **kwargs)

    @admin.display(description=_("owner"), ordering="owner__username")
    def whose(self, conversation: Conversation) -> str:
        """Never a guest's key: whoever knows it could take over the guest's session."""
        return conversation.owner.get_username() if conversation.owner else str(_("a guest"))

    @admin.display(description=_("messages"), ordering="messages_in_it")
    def message_count(self, conversation: Any) -> int:
        return int(conversation.messages_in_it)

    @admin.display(description=_("messages"))
    def messages(self, conversation: Conversation) -> SafeString:
        messages = conversation.messages.select_related("generation").order_by("created_at", "id")
        rows = ((message.get_role_display(), message.text) for message in messages)
        return format_html_join("", "<h3>{}</h3><pre>{}</pre>", rows)
