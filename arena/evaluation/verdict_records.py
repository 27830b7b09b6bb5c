"""What was said of the answers: by exact checkers, by judge models, and by people."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.evaluation.question_records import Question
from arena.evaluation.run_records import Run
from inference.models import Generation, ModelEntry


class Winner(models.TextChoices):
    FIRST = "first", _("the first answer")
    SECOND = "second", _("the second answer")
    TIE = "tie", _("tie")


class Judgment(models.Model):
    """One judge's word on one answer (single, check) or on two (pair: `entry` was shown first, `opponent` second).

    A pair has two judgments by each judge, one for each order. What could not be read is `unparsable`: it is counted
    and shown, and has neither score nor winner. A check's score is 1 (right) or 0, by no judge and no Generation.
    """

    class Kind(models.TextChoices):
        CHECK = "check", _("exact check")
        SINGLE = "single", _("points")
        PAIR = "pair", _("comparison")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PARSED = "parsed", _("judged")
        UNPARSABLE = "unparsable", _("unreadable")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="judgments")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="judgments")
    turn = models.PositiveSmallIntegerField()  # counted from 1
    kind = models.CharField(max_length=6, choices=Kind.choices)
    entry = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, related_name="+")
    opponent = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    judge = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    generation = models.OneToOneField(
        Generation, on_delete=models.PROTECT, null=True, blank=True, related_name="evaluation_judgment"
    )
    tries = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    score = models.FloatField(null=True, blank=True)
    winner = models.CharField(max_length=6, choices=Winner.choices, blank=True)

    class Meta:
        verbose_name = _("judgment")
        verbose_name_plural = _("judgments")
        ordering = ["question__position", "turn", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "question", "turn", "entry"], condition=Q(kind="check"), name="one_check_per_answer"
            ),
            models.UniqueConstraint(
                fields=["run", "question", "turn", "entry", "judge"],
                condition=Q(kind="single"),
                name="one_score_per_answer_and_judge",
            ),
            models.UniqueConstraint(
                fields=["run", "question", "turn", "entry", "opponent", "judge"],
                condition=Q(kind="pair"),
                name="one_comparison_per_order_and_judge",
            ),
            models.CheckConstraint(
                name="judgment_has_what_its_kind_needs",
                condition=Q(kind="check", judge__isnull=True, generation__isnull=True, opponent__isnull=True)
                | Q(kind="single", judge__isnull=False, generation__isnull=False, opponent__isnull=True)
                | Q(kind="pair", judge__isnull=False, generation__isnull=False, opponent__isnull=False),
            ),
            models.CheckConstraint(
                name="only_parsed_judgments_have_a_verdict",
                condition=Q(outcome="parsed", kind__in=["check", "single"], score__isnull=False, winner="")
                | Q(outcome="parsed", kind="pair", score__isnull=True, winner__in=["first", "second", "tie"])
                | (~Q(outcome="parsed") & Q(score__isnull=True, winner="")),
            ),
            models.CheckConstraint(name="nobody_is_compared_with_itself", condition=~Q(entry=models.F("opponent"))),
        ]
        # the driver's question: which of this run still wait?
        indexes = [models.Index(fields=["run", "outcome"], name="judgments_by_outcome")]

    def __str__(self) -> str:
        return f"{self.kind} of turn {self.turn} of question {self.question_id}: {self.outcome}"

    @property
    def words(self) -> str:
        """What the judge wrote."""
        return self.generation.text if self.generation else ""


class HumanGrade(models.Model):
    """A person's own grade of one answer (1 to 10) or of two (who is better), to hold beside the judges'.

    Of two, `entry` is the one with the smaller key, whichever stood left.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="human_grades")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="human_grades")
    turn = models.PositiveSmallIntegerField()  # counted from 1
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("user"))
    entry = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, related_name="+")
    opponent = models.ForeignKey(ModelEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    winner = models.CharField(max_length=6, choices=Winner.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("person's grade")
        verbose_name_plural = _("people's grades")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "question", "turn", "user", "entry"],
                condition=Q(opponent__isnull=True),
                name="one_grade_per_person_and_answer",
            ),
            models.UniqueConstraint(
                fields=["run", "question", "turn", "user", "entry", "opponent"],
                condition=Q(opponent__isnull=False),
                name="one_grade_per_person_and_pair",
            ),
            models.CheckConstraint(
                name="grade_is_of_one_or_two",
                condition=Q(opponent__isnull=True, score__gte=1, score__lte=10, winner="")
                | Q(opponent__gt=models.F("entry"), score__isnull=True, winner__in=["first", "second", "tie"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on question {self.question_id}: {self.score or self.winner}"
