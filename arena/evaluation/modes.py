"""How a run is judged: the words that sets, runs and commands share."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """Exact checkers always judge, where a question has one; the mode says what judge models do besides."""

    CHECKERS = "checkers", _("exact checkers only")
    SINGLE = "single", _("each answer gets 1 to 10 points")
    PAIRWISE_BASELINE = "pairwise_baseline", _("each model against the baseline")
    PAIRWISE_ALL = "pairwise_all", _("each model against each other")


PAIRWISE = (Mode.PAIRWISE_BASELINE, Mode.PAIRWISE_ALL)
