"""Conversations and their messages: a tree, so that regenerate and edit make siblings and destroy nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.owners import Owner
from inference.engine.types import ChatMessage
from inference.models import Generation, ModelEntry

TITLE_LENGTH = 60


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def owned_by(self, owner: Owner | None) -> ConversationQuerySet:
        return self.filter(owner.filter) if owner else self.none()

    def in_chat(self) -> ConversationQuerySet:
        """Those whose page is the chat; a battle's conversations have a page of their own, and only that."""
        return self.filter(page="")

    def listed(self) -> ConversationQuerySet:
        """What the history shows: of conversations that belong together (a battle) only the first."""
        return self.filter(listed_under=None)

    def newest_first(self, before: tuple[Any, Any] | None = None) -> ConversationQuerySet:
        """A keyset page starts behind `before`, the (updated_at, id) of the last row seen."""
        rows = self.order_by("-updated_at", "-id")
        if before is None:
            return rows
        moment, key = before
        return rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, id__lt=key))

    def matching(self, words: str) -> ConversationQuerySet:
        """Title, questions or answers contain the words, or those of a conversation that is listed under it."""
        found = Message.objects.filter(Q(content__icontains=words) | Q(generation__text__icontains=words))
        ids = found.values("conversation_id")
        below = Conversation.objects.filter(pk__in=ids).values("listed_under_id")
        return self.filter(Q(title__icontains=words) | Q(pk__in=ids) | Q(pk__in=below))


class Conversation(models.Model):
    """An ordered thread with one owner; `leaf` is the end of the branch that is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    guest_key = models.CharField(max_length=40, blank=True)
    model = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, verbose_name=_("model"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    params = models.JSONField(default=dict, blank=True)  # only what the owner changed
    leaf = models.ForeignKey("Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    page = models.CharField(max_length=200, blank=True)  # where it is shown, if not in the chat
    listed_under = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="companions")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.CheckConstraint(
                name="conversation_has_one_owner",
                condition=Q(owner__isnull=False, guest_key="") | (Q(owner__isnull=True) & ~Q(guest_key="")),
            )
        ]
        indexes = [
            # the sidebar's question: my conversations, newest first
            models.Index(fields=["owner", "-updated_at", "-id"], name="history_of_owner"),
            models.Index(fields=["guest_key", "-updated_at"], condition=~Q(guest_key=""), name="history_of_guest"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)

    def get_absolute_url(self) -> str:
        return self.page or reverse("chat-show", args=[self.pk])

    def thread(self) -> list[Message]:
        """The messages of the shown branch, oldest first, each knowing its version among its siblings."""
        messages = list(self.messages.select_related("generation", "generation__model").order_by("created_at", "id"))
        by_id = {message.pk: message for message in messages}
        children: dict[Any, list[Message]] = {}
        for message in messages:
            children.setdefault(message.parent_id, []).append(message)
        thread: list[Message] = []
        current = by_id.get(self.leaf_id) if self.leaf_id else None
        while current is not None:
            current.versions = children[current.parent_id]
            thread.append(current)
            current = by_id.get(current.parent_id) if current.parent_id else None
        return thread[::-1]

    def has_running_reply(self) -> bool:
        return self.messages.filter(generation__status__in=Generation.ACTIVE).exists()


class MessageQuerySet(models.QuerySet["Message"]):
    def owned_by(self, owner: Owner | None) -> MessageQuerySet:
        if owner is None:
            return self.none()
        return self.filter(conversation__in=Conversation.objects.owned_by(owner).in_chat())


class Message(models.Model):
    """A turn. A user's message has content; a reply points to the generation that holds its text."""

    class Role(models.TextChoices):
        USER = "user", _("You")
        ASSISTANT = "assistant", _("Model")

    class Feedback(models.TextChoices):
        UP = "up", _("good")
        DOWN = "down", _("bad")
        FLAG = "flag", _("problem")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    role = models.CharField(max_length=10, choices=Role.choices)
    content = models.TextField(blank=True)
    # A fork's replies point to the generations of the conversation it was forked from.
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    feedback = models.CharField(max_length=10, choices=Feedback.choices, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()
    versions: list[Message]  # filled by Conversation.thread()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="question_has_content_reply_has_generation",
                condition=Q(role="user", generation__isnull=True) & ~Q(content="")
                | Q(role="assistant", generation__isnull=False, content=""),
            )
        ]
        indexes = [models.Index(fields=["conversation", "created_at"], name="thread")]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def is_reply(self) -> bool:
        return self.role == self.Role.ASSISTANT

    @property
    def text(self) -> str:
        return self.generation.text if self.generation else self.content

    @property
    def is_active(self) -> bool:
        """The reply is still waiting or being written."""
        return bool(self.generation and self.generation.is_active)

    def load_versions(self) -> Message:
        """Fills `versions` for a message that did not come out of `thread()`."""
        siblings = Message.objects.filter(conversation=self.conversation_id, parent=self.parent_id)
        self.versions = list(siblings.order_by("created_at", "id"))
        return self

    @property
    def version_number(self) -> int:
        return [version.pk for version in self.versions].index(self.pk) + 1

    @property
    def previous_version(self) -> Message | None:
        return self.versions[self.version_number - 2] if self.version_number > 1 else None

    @property
    def next_version(self) -> Message | None:
        return self.versions[self.version_number] if self.version_number < len(self.versions) else None

    def as_chat(self) -> ChatMessage:
        return ChatMessage("assistant" if self.is_reply else "user", self.text)
