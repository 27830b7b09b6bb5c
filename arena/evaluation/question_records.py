"""What is asked: sets of questions in versions, and the guards that ask an expert again whenever it changes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.evaluation.modes import Mode
from arena.evaluation.questions import in_readers_language
from inference.models import ModelEntry, OnceAdded


class QuestionSetQuerySet(models.QuerySet["QuestionSet"]):
    def latest_versions(self) -> QuestionSetQuerySet:
        """Of every set its newest version."""
        newest = QuestionSet.objects.filter(slug=OuterRef("slug")).order_by("-version")
        return self.filter(version=Subquery(newest.values("version")[:1]))


class QuestionSet(models.Model):
    """One version of a set; the versions of a set share its slug. A version that a run has asked never changes."""

    class Change(models.TextChoices):
        IMPORTED = "imported", _("a file was imported")
        REFERENCES = "references", _("reference answers were imported")
        EDITED = "edited", _("a question was added or edited")
        REMOVED = "removed", _("a question was removed")

    slug = models.SlugField(_("short name"), max_length=80, help_text=_("Used in URLs and commands; keep it stable."))
    version = models.PositiveIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    change = models.CharField(_("what changed"), max_length=12, choices=Change.choices, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("question set")
        verbose_name_plural = _("question sets")
        ordering = ["name", "-version"]
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="one_set_per_slug_and_version")]

    def __str__(self) -> str:
        return f"{self.label} v{self.version}"

    @property
    def label(self) -> str:
        """The name in the reader's language: that of our own set has several."""
        return in_readers_language(self.name)

    @property
    def about(self) -> str:
        """The description, likewise."""
        return in_readers_language(self.description)

    @property
    def is_fixed(self) -> bool:
        """A run has asked it, so its words stay as they were."""
        return self.runs.exists()

    @property
    def note(self) -> str:
        """What changed since the version before, in the reader's language."""
        return str(self.get_change_display())

    def newest(self) -> QuestionSet:
        """The newest version of this set."""
        return QuestionSet.objects.filter(slug=self.slug).order_by("-version")[0]


class SetOnceAdded(OnceAdded):
    """A set of questions."""


class Question(models.Model):
    """One question of one or many turns. `extra` keeps fields of a file that mean nothing to us, for its export.

    turns: the texts, in order. references: right answers, one for each turn ("" where there is none), or fewer.
    expected_points: what a good answer mentions. checkers: for each turn one object of arena.evaluation.checkers, or
    None where only a judge can tell.
    """

    question_set = models.ForeignKey(QuestionSet, on_delete=models.CASCADE, related_name="questions")
    external_id = models.CharField(_("number"), max_length=80)  # the question_id of files
    position = models.PositiveIntegerField(default=0)
    category = models.CharField(_("category"), max_length=60)
    language = models.CharField(_("language"), max_length=12, blank=True)
    turns = models.JSONField(_("turns"))
    references = models.JSONField(_("reference answers"), default=list, blank=True)
    expected_points = models.JSONField(_("expected points"), default=list, blank=True)
    required_temperature = models.FloatField(
        _("required temperature"), null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(2.0)]
    )
    checkers: Any = models.JSONField(_("exact checkers"), default=list, blank=True)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["question_set", "external_id"], name="one_question_per_number"),
            models.CheckConstraint(
                name="required_temperature_is_possible",
                condition=Q(required_temperature__isnull=True)
                | Q(required_temperature__gte=0, required_temperature__lte=2),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.external_id}"

    def reference(self, turn: int) -> str:
        """The right answer to a turn (counted from 1), or an empty text."""
        return self.references[turn - 1] if len(self.references) >= turn else ""

    def checker(self, turn: int) -> dict[str, Any] | None:
        """The exact checker of a turn (counted from 1), if there is one."""
        return self.checkers[turn - 1] if len(self.checkers) >= turn else None


class Guard(models.Model):
    """Watches an expert: whenever its instructions, defaults or base change, the set is asked again and compared."""

    expert = models.ForeignKey(ModelEntry, on_delete=models.CASCADE, related_name="guards", verbose_name=_("expert"))
    question_set = models.ForeignKey(
        QuestionSet,
        on_delete=models.PROTECT,
        related_name="guards",
        verbose_name=_("question set"),
        help_text=_("Its newest version is asked."),
    )
    mode = models.CharField(_("judged by"), max_length=20, choices=Mode.choices, default=Mode.CHECKERS)
    judges = models.ManyToManyField(ModelEntry, blank=True, related_name="+", verbose_name=_("judges"))
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("guard")
        verbose_name_plural = _("guards")
        constraints = [
            models.UniqueConstraint(fields=["expert", "question_set"], name="one_guard_per_expert_and_set"),
            models.CheckConstraint(name="a_guard_needs_no_opponent", condition=Q(mode__in=["checkers", "single"])),
        ]

    def __str__(self) -> str:
        return f"{self.question_set.slug} – {self.expert}"
