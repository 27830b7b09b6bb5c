"""How freely a question is answered: by its category, as FastChat's llm_judge does (temperature_config). Pure."""

from __future__ import annotations

# The categories of MT-bench and of Arena-Hard have FastChat's values; the others are those of our own set.
BY_CATEGORY = {
    "writing": 0.7,
    "roleplay": 0.7,
    "extraction": 0.0,
    "math": 0.0,
    "coding": 0.0,
    "reasoning": 0.0,
    "stem": 0.1,
    "humanities": 0.1,
    "arena-hard-200": 0.0,
    "environment": 0.1,
    "instructions": 0.0,
    "honesty": 0.0,
}
OTHERWISE = 0.7


def temperature_of(category: str, required: float | None, chosen: float | None) -> float:
    """What a question requires goes first, then what was chosen for the whole run, then its category's."""
    if required is not None:
        return required
    if chosen is not None:
        return chosen
    return BY_CATEGORY.get(category.strip().casefold(), OTHERWISE)
