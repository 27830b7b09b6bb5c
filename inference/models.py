"""The two records of inference: what one can talk to, and each attempt to answer."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inference.engine.types import ChatMessage, EngineSpec, Finish, SamplingParams

# Bundled weights are named relative to the code, so that the project's folder may move.
BUNDLED = "bundled:"
BUNDLED_MODELS = Path(__file__).parent / "demo" / "models"


class ModelEntryQuerySet(models.QuerySet["ModelEntry"]):
    def offered(self) -> ModelEntryQuerySet:
        """What people may choose: enabled, and for an expert its base enabled too."""
        return self.filter(is_enabled=True).exclude(base__is_enabled=False).select_related("base")

    def loadable(self) -> ModelEntryQuerySet:
        """Entries that a worker loads itself (an expert rides on its base)."""
        return self.filter(is_enabled=True, backend__in=[ModelEntry.Backend.TRANSFORMERS, ModelEntry.Backend.ECHO])


class ModelEntry(models.Model):
    """Anything one can talk to: a local checkpoint, or an expert (another entry plus a system prompt)."""

    class Backend(models.TextChoices):
        TRANSFORMERS = "transformers", _("local model (transformers)")
        EXPERT = "expert", _("expert (a base model with instructions)")
        ECHO = "echo", _("echo (repeats the question; for trying things out)")

    slug = models.SlugField(
        _("short name"), unique=True, max_length=80, help_text=_("Used in URLs, commands and the API; keep it stable.")
    )
    name = models.CharField(_("name"), max_length=120)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Shown beside the model in the picker."))
    description_zh_hant = models.TextField(_("description in Traditional Chinese"), blank=True)
    backend = models.CharField(_("kind"), max_length=20, choices=Backend.choices, default=Backend.TRANSFORMERS)
    source = models.CharField(
        _("source"),
        max_length=500,
        blank=True,
        help_text=_("A folder on the worker's machine (config.json, safetensors, tokenizer) or a hub name."),
    )
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="experts", verbose_name=_("base model")
    )
    system_prompt = models.TextField(
        _("system text"), blank=True, help_text=_("Instructions the model hears before every conversation.")
    )
    defaults = models.JSONField(
        _("sampling defaults"),
        default=dict,
        blank=True,
        help_text=_('For example {"temperature": 0.2, "max_tokens": 400}.'),
    )
    context_length = models.PositiveIntegerField(
        _("context length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(16)],
        help_text=_("In tokens; empty takes the model's own."),
    )
    trust_remote_code = models.BooleanField(
        _("run the model's own code"),
        default=False,
        help_text=_("Danger: Python files in the model's folder then run on the worker. Only for sources you trust."),
    )
    threads = models.PositiveSmallIntegerField(
        _("CPU threads"), null=True, blank=True, help_text=_("Empty lets the worker decide.")
    )
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    link = models.URLField(_("link"), blank=True)
    is_demonstration = models.BooleanField(_("demonstration model"), default=False)
    is_enabled = models.BooleanField(_("offered"), default=True)
    preload = models.BooleanField(
        _("load at start"), default=False, help_text=_("Otherwise the first question loads it.")
    )
    position = models.PositiveIntegerField(_("order"), default=100)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ModelEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                name="expert_has_base_others_have_none",
                condition=Q(backend="expert", base__isnull=False) | (~Q(backend="expert") & Q(base__isnull=True)),
            ),
            models.CheckConstraint(name="local_model_has_source", condition=~Q(backend="transformers") | ~Q(source="")),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.backend == self.Backend.EXPERT:
            if self.base is None:
                raise ValidationError({"base": _("An expert needs a base model.")})
            is_base = self.pk is not None and self.experts.exists()
            if self.base.backend == self.Backend.EXPERT or self.base == self or is_base:
                raise ValidationError({"base": _("The base of an expert must be a model, not another expert.")})
        elif self.base is not None:
            raise ValidationError({"base": _("Only an expert has a base model.")})
        if self.backend == self.Backend.TRANSFORMERS and not self.source:
            raise ValidationError({"source": _("A local model needs a folder or a hub name.")})
        try:
            SamplingParams.from_json(self.defaults or {})
        except (TypeError, ValueError) as error:
            raise ValidationError({"defaults": str(error)}) from error

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return (self.name_zh_hant if get_language() == "zh-hant" else "") or self.name

    @property
    def about(self) -> str:
        """The description in the reader's language."""
        return (self.description_zh_hant if get_language() == "zh-hant" else "") or self.description

    @property
    def runner(self) -> ModelEntry:
        """The entry whose engine answers: the base of an expert, else itself."""
        return self.base or self

    @property
    def is_bundled(self) -> bool:
        return self.source.startswith(BUNDLED)

    @property
    def queue(self) -> str:
        """The Celery queue of the engine that answers; by key, so that a renamed model keeps its queue."""
        return f"model-{self.runner.pk}"

    @property
    def spec(self) -> EngineSpec:
        runner = self.runner
        backend: Literal["transformers", "echo"] = "echo" if runner.backend == self.Backend.ECHO else "transformers"
        return EngineSpec(
            slug=runner.slug,
            backend=backend,
            source=str(BUNDLED_MODELS / runner.source.removeprefix(BUNDLED)) if runner.is_bundled else runner.source,
            context_length=runner.context_length,
            threads=runner.threads,
            trust_remote_code=runner.trust_remote_code,
        )

    def sampling(self, **chosen: Any) -> SamplingParams:
        """The model's defaults (a base's first, then the expert's), overridden by what was chosen."""
        base = (self.base.defaults if self.base else None) or {}
        given = {name: value for name, value in chosen.items() if value is not None}
        return SamplingParams.from_json({**base, **(self.defaults or {}), **given})


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
    model = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, related_name="generations", verbose_name=_("model"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("user")
    )
    requester = models.CharField(_("requester"), max_length=80)  # who is charged: "user:7", "guest:…", "key:3"
    prompt = models.JSONField(_("prompt"))  # [{"role", "content"}, …], the system text included
    params = models.JSONField(_("sampling"), default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(_("attempt"), default=1)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    text = models.TextField(_("text"), blank=True)
    finish_reason = models.CharField(_("why it ended"), max_length=20, blank=True)
    error = models.TextField(_("error"), blank=True)
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
    def messages(self) -> tuple[ChatMessage, ...]:
        return tuple(ChatMessage(**message) for message in self.prompt)

    @property
    def sampling(self) -> SamplingParams:
        return SamplingParams.from_json(self.params)

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

    # --- transitions ------------------------------------------------------------------------------------------------

    def _move(self, allowed: tuple[Status, ...], **changes: Any) -> bool:
        rows = Generation.objects.filter(pk=self.pk, attempt=self.attempt, status__in=allowed).update(**changes)
        if rows:
            for name, value in changes.items():
                setattr(self, name, value)
        return bool(rows)

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
        return self._move(
            (self.Status.RUNNING,),
            status=self.Status.STOPPED if stopped else self.Status.FINISHED,
            text=text,
            finish_reason="" if stopped else end.reason,
            prompt_tokens=end.prompt_tokens,
            completion_tokens=end.completion_tokens,
            dropped_messages=end.dropped_messages,
            first_token_at=first_token_at,
            ended_at=timezone.now(),
        )

    def stop_waiting(self, text: str = "") -> bool:
        """Stopped while no worker had it; `text` is what earlier attempts have shown."""
        return self._move((self.Status.QUEUED,), status=self.Status.STOPPED, text=text, ended_at=timezone.now())

    def fail(self, error: str, text: str = "") -> bool:
        return self._move(self.ACTIVE, status=self.Status.FAILED, error=error, text=text, ended_at=timezone.now())
