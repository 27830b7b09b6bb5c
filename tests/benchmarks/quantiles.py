"""What the tables say of many measured times."""

from __future__ import annotations

import math
import statistics


def middle_and_late(values: list[float]) -> tuple[float, float]:
    """The median and the 95th of a hundred; zeros where nothing was measured."""
    ordered = sorted(values) or [0.0]
    return statistics.median(ordered), ordered[math.ceil(0.95 * len(ordered)) - 1]
