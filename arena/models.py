"""Battles and votes are facts that only grow; everything that is rated is derived from them and can be rebuilt.

A Battle is two or more conversations that hear the same words. Its Vote is one row for ever. A Verdict says whether
the vote counts, and where (its scopes); a later verdict replaces an earlier one. PairCount is a cache of the sums.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from chat.owners import Owner
from inference.models import ModelEntry


class Contestant(models.Model):
    """Who fights: a model entry of this site, or a name that came with imported votes."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    model = models.OneToOneField(
        ModelEntry, on_delete=models.SET_NULL, null=True, blank=True, related_name="contestant", verbose_name=_("model")
    )
    weight = models.FloatField(
        _("weight in the draw"),
        default=1.0,
        validators=[MinValueValidator(0.0)],
        help_text=_("2 is drawn about twice as often, 0 never."),
    )
    retired_at = models.DateField(
        _("retired on"),
        null=True,
        blank=True,
        help_text=_("Stays on the leaderboard, marked, with its old votes; it is not drawn any more."),
    )
    note = models.CharField(_("public note"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("contestant")
        verbose_name_plural = _("contestants")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The model's name in the reader's language; an imported name as it came."""
        return self.model.label if self.model else self.name


class BattleQuerySet(models.QuerySet["Battle"]):
    def owned_by(self, owner: Owner | None) -> BattleQuerySet:
        """Through its first side's conversation, so that a guest who signs up keeps the battles, too."""
        mine = Conversation.objects.owned_by(owner)
        return self.filter(sides__label=Side.LABELS[0], sides__conversation__in=mine)


class Battle(models.Model):
    """Two anonymous models (blind), or two to four that a person chose (side by side), and the same questions."""

    class Mode(models.TextChoices):
        BLIND = "blind", _("blind battle")
        SIDE_BY_SIDE = "side_by_side", _("side by side")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        VOTED = "voted", _("voted")
        VOID = "void", _("void")  # a side could not answer: nobody can judge it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode.choices)
    state = models.CharField(_("state"), max_length=5, choices=State.choices, default=State.OPEN)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("user")
    )
    voter_key = models.CharField(max_length=64)  # says "the same person", not who (arena.voters.key_of)
    probability = models.FloatField(_("probability of this pair"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    categories = models.JSONField(_("categories"), default=list, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)

    objects = BattleQuerySet.as_manager()

    class Meta:
        verbose_name = _("battle")
        verbose_name_plural = _("battles")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="only_drawn_battles_have_a_probability",
                condition=Q(mode="blind", probability__gt=0, probability__lte=1)
                | Q(mode="side_by_side", probability__isnull=True),
            )
        ]
        # the limits' question: how many has this person begun lately?
        indexes = [models.Index(fields=["voter_key", "created_at"], name="battles_of_voter")]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.id}"

    def get_absolute_url(self) -> str:
        return reverse("arena-battle-show", args=[self.pk])

    @property
    def is_blind(self) -> bool:
        return self.mode == self.Mode.BLIND

    @property
    def hides_names(self) -> bool:
        """Nothing that leaves the server may tell the sides apart; a void battle can still be asked again."""
        return self.is_blind and self.state != self.State.VOTED


class Side(models.Model):
    """One contestant of a battle and the conversation it holds; the texts may be deleted, the side stays."""

    LABELS = ("a", "b", "c", "d")  # from left to right

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="sides")
    label = models.CharField(max_length=1, choices=[(label, label.upper()) for label in LABELS])
    contestant = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="sides")
    conversation = models.OneToOneField(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="side"
    )

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["battle", "label"], name="one_side_per_label"),
            models.UniqueConstraint(fields=["battle", "contestant"], name="nobody_fights_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.battle_id}"


class Turn(models.Model):
    """One question to all sides. Its answers are the conversations' replies at this position (counted from 0)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField()
    prompt_hash = models.CharField(max_length=64)  # of the normalised question (arena.integrity.prompt_hash)
    attempt = models.PositiveSmallIntegerField(default=1)  # "again" makes all sides answer once more
    ready_at = models.DateTimeField(null=True, blank=True)  # every side has answered
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["battle", "position"], name="one_turn_per_position")]
        indexes = [models.Index(fields=["prompt_hash"], name="turns_of_prompt")]

    def __str__(self) -> str:
        return f"turn {self.position} of {self.battle_id}"


class Vote(models.Model):
    """What a person said of a battle. The database itself refuses a second one, a change and a deletion."""

    class Choice(models.TextChoices):
        A = "a", _("A is better")
        B = "b", _("B is better")
        C = "c", _("C is better")
        D = "d", _("D is better")
        TIE = "tie", _("tie")
        BOTH_BAD = "both_bad", _("both are bad")

    battle = models.OneToOneField(Battle, on_delete=models.PROTECT, related_name="vote")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    voter_key = models.CharField(max_length=64)
    turns = models.PositiveSmallIntegerField()
    milliseconds = models.PositiveIntegerField()  # since the last answer was complete
    created_at = models.DateTimeField(default=timezone.now)
    previous_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64, unique=True)  # of this row and the previous hash

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="vote_has_known_choice", condition=Q(choice__in=["a", "b", "c", "d", "tie", "both_bad"])
            )
        ]
        indexes = [models.Index(fields=["voter_key", "created_at"], name="votes_of_voter")]

    def __str__(self) -> str:
        return f"{self.choice} for {self.battle_id}"


class VoteChain(models.Model):
    """One row: the newest link. Locked by whoever adds a vote, so that links have one order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_hash = models.CharField(max_length=64, default="0" * 64)
    length = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_chain", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.length} votes"


class StyleFeatures(models.Model):
    """How long and how decorated the two answers of a vote were, for the style-controlled leaderboard.

    Each is [tokens, headers, list items, bold passages] over all answers of the side.
    """

    vote = models.OneToOneField(Vote, on_delete=models.CASCADE, related_name="style")
    left = models.JSONField()
    right = models.JSONField()

    def __str__(self) -> str:
        return f"style of vote {self.vote_id}"


class Scope(models.Model):
    """A part of the votes with a leaderboard of its own; `revision` grows with every change of its counts."""

    class Kind(models.TextChoices):
        OVERALL = "overall", _("overall")
        CATEGORY = "category", _("category")
        LANGUAGE = "language", _("language")
        EXPERT = "expert", _("experts")
        GROUP = "group", _("group")
        MONTH = "month", _("month")
        MODE = "mode", _("mode")
        IMPORT = "import", _("import")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=160, blank=True)  # a group's name has up to 150 characters
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_scope_per_key")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind


class Verdict(models.Model):
    """Whether a vote is rated and why not, by the rules of a version; append-only, the last one counts."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="verdicts")
    rules_version = models.PositiveSmallIntegerField()
    is_rated = models.BooleanField()
    reasons = models.JSONField(default=list, blank=True)  # words of arena.integrity.Reason
    scopes = models.ManyToManyField(Scope, related_name="verdicts")  # where it counts; none if not rated
    decided_by = models.CharField(max_length=150, blank=True)  # an administrator's name; empty: the rules
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"vote {self.vote_id}: {'rated' if self.is_rated else ', '.join(self.reasons)}"


class PairCount(models.Model):
    """How often `left` and `right` met in a scope, in this order, and how it ended. A cache: see verify_votes."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, related_name="pairs")
    left = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    left_wins = models.PositiveBigIntegerField(default=0)
    right_wins = models.PositiveBigIntegerField(default=0)
    ties = models.PositiveBigIntegerField(default=0)
    both_bad = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "left", "right"], name="one_count_per_ordered_pair"),
            models.CheckConstraint(name="a_pair_is_two", condition=~Q(left=models.F("right"))),
        ]

    def __str__(self) -> str:
        return f"{self.left_id}:{self.right_id} in {self.scope_id}"


class VoteImport(models.Model):
    """A file of votes from elsewhere. They have a scope of their own and never enter this site's leaderboards."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("file"), max_length=255)
    format = models.CharField(_("format"), max_length=40)
    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="source")
    created_at = models.DateTimeField(_("imported"), default=timezone.now)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self) -> str:
        return self.name


class ImportedVote(models.Model):
    """One line of an imported file, as it was (`data`) and as it is counted."""

    source = models.ForeignKey(VoteImport, on_delete=models.CASCADE, related_name="votes")
    line = models.PositiveIntegerField()
    left = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=Vote.Choice.choices)
    voter = models.CharField(max_length=200, blank=True)
    data: Any = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "line"], name="one_vote_per_line"),
            models.CheckConstraint(name="imported_pair_is_two", condition=~Q(left=models.F("right"))),
        ]

    def __str__(self) -> str:
        return f"line {self.line} of {self.source_id}"


class Snapshot(models.Model):
    """A computed leaderboard, valid as long as its scope has this revision."""

    scope = models.OneToOneField(Scope, on_delete=models.CASCADE, related_name="snapshot")
    revision = models.PositiveBigIntegerField()
    board = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.scope_id} at {self.revision}"
