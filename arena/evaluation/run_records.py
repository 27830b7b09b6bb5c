"""A run of models over a set, and its answers. Each answer points to a Generation; nothing is answered here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.evaluation.modes import Mode
from arena.evaluation.question_records import Guard, Question, QuestionSet
from inference.models import Generation, ModelEntry

LEASE = timedelta(seconds=5)


class RunQuerySet(models.QuerySet["Run"]):
    def active(self) -> RunQuerySet:
        return self.filter(state__in=Run.ACTIVE)


class Run(models.Model):
    """Some models asked one version of a set, once. Any process may push it on (arena.evaluation.driving.advance).

    Nobody assigns `state`: the transitions below are conditional UPDATEs, and False means somebody was first.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    class Hindrance(models.TextChoices):
        UNSERVED = "unserved", _("No running worker serves %(model)s.")
        NOT_OFFERED = "not_offered", _("%(model)s is not offered at present; the run goes on when it is again.")
        REFUSED = "refused", _("%(model)s takes no question at present; the run goes on by itself.")

    ACTIVE = (State.PENDING, State.RUNNING)

    name = models.CharField(_("name"), max_length=120, blank=True)
    question_set = models.ForeignKey(
        QuestionSet, on_delete=models.PROTECT, related_name="runs", verbose_name=_("question set")
    )
    mode = models.CharField(_("judged by"), max_length=20, choices=Mode.choices, default=Mode.SINGLE)
    judges = models.ManyToManyField(ModelEntry, blank=True, related_name="+", verbose_name=_("judges"))
    temperature = models.FloatField(
        _("temperature"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(2.0)],
        help_text=_("Empty: by the category of the question. What a question requires goes before."),
    )
    max_tokens = models.PositiveIntegerField(
        _("longest answer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In tokens; empty takes the model's own, else 1024."),
    )
    at_once = models.PositiveSmallIntegerField(
        _("answers at once"), default=32, validators=[MinValueValidator(1), MaxValueValidator(256)]
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    guard = models.ForeignKey(
        Guard, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs", verbose_name=_("guard")
    )
    hindrance = models.CharField(max_length=60, blank=True)  # "unserved:5": why model 5 cannot be asked now
    totals: Any = models.JSONField(default=dict, blank=True)  # filled at the end, see arena.evaluation.progress
    driver = models.CharField(max_length=120, blank=True)  # who pushes it on, and until when nobody else needs to
    driven_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="ended_run_has_end",
                condition=Q(state__in=["pending", "running"], ended_at__isnull=True)
                | Q(state__in=["finished", "cancelled"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="run_temperature_is_possible",
                condition=Q(temperature__isnull=True) | Q(temperature__gte=0, temperature__lte=2),
            ),
            # Two workers may notice at the same moment that an expert has changed.
            models.UniqueConstraint(
                fields=["guard"], condition=Q(state__in=["pending", "running"]), name="one_run_under_way_per_guard"
            ),
        ]
        indexes = [
            # the driver's question, asked every moment: what is under way?
            models.Index(fields=["state"], condition=Q(state__in=["pending", "running"]), name="runs_under_way"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.question_set} #{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def problem(self) -> str:
        """What it waits for, as a sentence in the reader's language; empty when nothing hinders it."""
        kind, _colon, number = self.hindrance.partition(":")
        if not self.is_active or kind not in self.Hindrance.values:
            return ""
        return str(self.Hindrance(kind).label) % {"model": ModelEntry.objects.filter(pk=number).first() or number}

    @property
    def requester(self) -> str:
        """The name under which it asks."""
        return f"evaluation:{self.pk}"

    @property
    def baseline(self) -> Candidate | None:
        return self.candidates.filter(is_baseline=True).first()

    def generations(self) -> models.QuerySet[Generation]:
        """Everything it has asked so far, failed tries included."""
        return Generation.objects.filter(requester=self.requester)

    # --- transitions ------------------------------------------------------------------------------------------------

    def _move(self, allowed: tuple[State, ...], **changes: Any) -> bool:
        rows = Run.objects.filter(pk=self.pk, state__in=allowed).update(**changes)
        if rows:
            for name, value in changes.items():
                setattr(self, name, value)
        return bool(rows)

    def begin(self) -> bool:
        return self._move((self.State.PENDING,), state=self.State.RUNNING, started_at=self.started_at or timezone.now())

    def finish(self, totals: dict[str, Any]) -> bool:
        changes = {"state": self.State.FINISHED, "ended_at": timezone.now(), "totals": totals, "hindrance": ""}
        return self._move((self.State.RUNNING,), **changes)

    def cancel(self) -> bool:
        return self._move(self.ACTIVE, state=self.State.CANCELLED, ended_at=timezone.now(), hindrance="")

    def reopen(self) -> bool:
        """A cancelled or finished run goes on; the driver asks what is missing."""
        ended = (self.State.CANCELLED, self.State.FINISHED)
        return self._move(ended, state=self.State.PENDING, ended_at=None, driven_until=None)

    def take_wheel(self, driver: str) -> bool:
        """Whether this driver may push it on for the next seconds: one at a time suffices, two would do no harm."""
        now = timezone.now()
        free = Q(driven_until__isnull=True) | Q(driven_until__lt=now) | Q(driver=driver)
        rows = Run.objects.filter(free, pk=self.pk, state__in=self.ACTIVE)
        return bool(rows.update(driver=driver, driven_until=now + LEASE))


class Candidate(models.Model):
    """One model of a run, as it was set up when the run began. In pairwise_baseline one of them is the baseline."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="candidates")
    entry = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, related_name="candidacies", verbose_name=_("model"))
    position = models.PositiveSmallIntegerField(default=0)
    is_baseline = models.BooleanField(_("baseline"), default=False)
    setup = models.JSONField(default=dict)  # system text, defaults and base (arena.evaluation.setups.setup_of)
    fingerprint = models.CharField(max_length=64, blank=True)  # of the setup

    class Meta:
        verbose_name = _("model of a run")
        verbose_name_plural = _("models of a run")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "entry"], name="a_model_runs_once"),
            models.UniqueConstraint(fields=["run"], condition=Q(is_baseline=True), name="one_baseline_per_run"),
        ]

    def __str__(self) -> str:
        return self.entry.label


class Answer(models.Model):
    """One model's answer to one turn. A failed one is tried again: then it points to the newest Generation."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    entry = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, related_name="+")
    turn = models.PositiveSmallIntegerField()  # counted from 1
    generation = models.OneToOneField(Generation, on_delete=models.PROTECT, related_name="evaluation_answer")
    tries = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["question__position", "turn", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "question", "entry", "turn"], name="one_answer_per_turn"),
            models.CheckConstraint(name="turns_of_answers_count_from_one", condition=Q(turn__gte=1)),
        ]

    def __str__(self) -> str:
        return f"turn {self.turn} of question {self.question_id} by {self.entry_id}"

    @property
    def text(self) -> str:
        return self.generation.text

    @property
    def is_finished(self) -> bool:
        return self.generation.status == Generation.Status.FINISHED
