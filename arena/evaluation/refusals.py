"""How the evaluation says no."""

from __future__ import annotations


class EvaluationRefused(Exception):
    """`str(error)` is one sentence for the person who asked; nothing was changed."""
