"""One attempt to answer, with its fate: the record everything else points to."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inference import usage
from inference.engine.answer_form import AnswerForm
from inference.engine.types import ChatMessage, Finish, SamplingParams
from inference.sentences import translated

FORM = "form"  # the key in `params` under which stands what the answer should look like beyond plain text


class GenerationQuerySet(models.QuerySet["Generation"]):
    def active(self) -> GenerationQuerySet:
        return self.filter(status__in=Generation.ACTIVE)


class Generation(models.Model):
    """One model's one attempt to answer one list of messages.

    Nobody assigns `status`: the transitions below are single conditional UPDATEs, so that of two
    rivals (a worker and a stop, a worker and its successor) exactly one succeeds; False means the
    other was first. `attempt` counts the workers that took it on: only the latest may change the row.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("answering")
        FINISHED = "finished", _("finished")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(
        "inference.ModelEntry", on_delete=models.PROTECT, related_name="generations", verbose_name=_("model")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("user")
    )
    requester = models.CharField(_("requester"), max_length=80)  # who is charged: "user:7", "guest:…", "key:3"
    prompt = models.JSONField(_("prompt"))  # [{"role", "content"}, …], the system text included
    params = models.JSONField(_("sampling"), default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(_("attempt"), default=1)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    is_to_stop = models.BooleanField(default=False)  # somebody stopped it while the message broker was away
    text = models.TextField(_("text"), blank=True)
    finish_reason = models.CharField(_("why it ended"), max_length=20, blank=True)
    error = models.TextField(_("error"), blank=True)
    error_code = models.CharField(max_length=40, blank=True)  # the same in one word for programs
    prompt_tokens = models.PositiveIntegerField(_("prompt tokens"), default=0)
    completion_tokens = models.PositiveIntegerField(_("answer tokens"), default=0)
    dropped_messages = models.PositiveIntegerField(_("messages left out"), default=0)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    first_token_at = models.DateTimeField(_("first token"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="ended_generation_has_end",
                condition=Q(status__in=["queued", "running"], ended_at__isnull=True)
                | Q(status__in=["finished", "stopped", "failed"], ended_at__isnull=False),
            )
        ]
        indexes = [
            # the reaper's question: what is waiting or running?
            models.Index(fields=["status", "queued_at"], condition=Q(status__in=["queued", "running"]), name="active"),
            # the limit's question: how many does this requester have under way?
            models.Index(fields=["requester", "status"], name="by_requester"),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} {self.status} {self.id}"

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def prompt_messages(self) -> tuple[ChatMessage, ...]:
        return tuple(ChatMessage.from_json(message) for message in self.prompt)

    @property
    def sampling(self) -> SamplingParams:
        return SamplingParams.from_json({name: value for name, value in self.params.items() if name != FORM})

    @property
    def form(self) -> AnswerForm:
        return AnswerForm.from_json(self.params.get(FORM, {}))

    @property
    def failure(self) -> str:
        """Why it failed, in the reader's language."""
        return translated(self.error)

    @property
    def seconds_to_first_token(self) -> float | None:
        return (self.first_token_at - self.created_at).total_seconds() if self.first_token_at else None

    @property
    def tokens_per_second(self) -> float | None:
        """Speed after the first token; None for answers too short to measure."""
        if not self.first_token_at or not self.ended_at or self.completion_tokens < 3:
            return None
        seconds = (self.ended_at - self.first_token_at).total_seconds()
        return (self.completion_tokens - 1) / seconds if seconds > 0 else None

    @property
    def speed(self) -> str:
        """Tokens per second in words; tenths only where they mean something."""
        speed = self.tokens_per_second
        return "" if speed is None else f"{speed:.1f}" if speed < 100 else f"{speed:.0f}"

    # --- transitions ------------------------------------------------------------------------------------------------

    def _move(self, allowed: tuple[Status, ...], **changes: Any) -> bool:
        rows = Generation.objects.filter(pk=self.pk, attempt=self.attempt, status__in=allowed).update(**changes)
        if rows:
            for name, value in changes.items():
                setattr(self, name, value)
        return bool(rows)

    def _end(self, allowed: tuple[Status, ...], **changes: Any) -> bool:
        """The last transition; in the same moment it is counted in the usage of its day, so each counts once."""
        with transaction.atomic():
            if not self._move(allowed, **changes, ended_at=timezone.now()):
                return False
            usage.note(
                model=self.model,
                requester=self.requester,
                user_id=self.user_id,
                asked_at=self.created_at,
                prompt_tokens=self.prompt_tokens,
                completion_tokens=self.completion_tokens,
            )
        return True

    def begin(self, worker: str) -> bool:
        """A worker takes it on."""
        return self._move((self.Status.QUEUED,), status=self.Status.RUNNING, worker=worker, started_at=timezone.now())

    def requeue(self) -> bool:
        """Its worker is gone: the next attempt may begin, and the old worker may no longer write."""
        return self._move(
            (self.Status.RUNNING,),
            status=self.Status.QUEUED,
            worker="",
            attempt=self.attempt + 1,
            queued_at=timezone.now(),
        )

    def resend(self, older_than: timedelta) -> bool:
        """Claims the right to send the task of a waiting generation again (its message may be lost)."""
        rows = Generation.objects.filter(
            pk=self.pk, status=self.Status.QUEUED, queued_at__lt=timezone.now() - older_than
        ).update(queued_at=timezone.now())
        return bool(rows)

    def finish(self, text: str, end: Finish, first_token_at: Any = None) -> bool:
        stopped = end.reason == "cancelled"
        return self._end(
            (self.Status.RUNNING,),
            status=self.Status.STOPPED if stopped else self.Status.FINISHED,
            text=text,
            finish_reason="" if stopped else end.reason,
            prompt_tokens=end.prompt_tokens,
            completion_tokens=end.completion_tokens,
            dropped_messages=end.dropped_messages,
            first_token_at=first_token_at,
        )

    def note_stop(self) -> bool:
        """To be stopped once the message broker is back."""
        return self._move(self.ACTIVE, is_to_stop=True)

    def stop_waiting(self, text: str = "") -> bool:
        """Stopped while no worker had it; `text` is what earlier attempts have shown."""
        return self._end((self.Status.QUEUED,), status=self.Status.STOPPED, text=text)

    def fail(self, error: str, text: str = "", code: str = "") -> bool:
        return self._end(self.ACTIVE, status=self.Status.FAILED, error=error, error_code=code, text=text)
