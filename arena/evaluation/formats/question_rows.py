"""One question of a file: what it must have, and how it is written again, field for field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from arena.categories import language_of
from arena.evaluation.checkers import CheckerError, validate
from arena.formats.rows import Wrong

LONGEST_NUMBER = 80
LONGEST_CATEGORY = 60
LONGEST_TEXT = 100_000
MOST_TURNS = 20
KNOWN = (
    "question_id",
    "category",
    "turns",
    "reference",
    "language",
    "checkers",
    "expected_points",
    "required_temperature",
)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question that may be stored. `extra`: fields that mean nothing to us, and the number if a file has it as text
    although it is written in digits."""

    external_id: str
    category: str
    turns: list[str]
    references: list[str] = field(default_factory=list)
    language: str = ""
    checkers: list[Any] = field(default_factory=list)
    expected_points: list[str] = field(default_factory=list)
    required_temperature: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, Any]:
        """As the fields of arena.evaluation.models.Question."""
        return {name: getattr(self, name) for name in self.__slots__}


def row_of(record: Any) -> QuestionRow:
    """Raises Wrong with all that speaks against it."""
    if not isinstance(record, dict):
        raise Wrong(_("this is no object with the fields of a question"))
    faults: list[str] = []
    turns = _turns(record.get("turns"), faults)
    number = _number(record.get("question_id"), faults)
    category = _category(record.get("category"), faults)
    references = _texts(record.get("reference"), "reference", faults)
    checkers = _checkers(record.get("checkers"), faults)
    points = _texts(record.get("expected_points"), "expected_points", faults)
    temperature = _temperature(record.get("required_temperature"), faults)
    for name, values in (("reference", references), ("checkers", checkers)):
        if turns and len(values) > len(turns):
            faults.append(
                _("%(field)s has %(count)d entries for %(turns)d turns")
                % {"field": name, "count": len(values), "turns": len(turns)}
            )
    if faults:
        raise Wrong("; ".join(faults))
    extra = {name: value for name, value in record.items() if name not in KNOWN}
    if isinstance(record["question_id"], str) and number_of(number) != record["question_id"]:
        extra["question_id"] = record["question_id"]
    given = record.get("language")
    language = given.strip().casefold()[:12] if isinstance(given, str) and given.strip() else language_of(turns[0])
    return QuestionRow(number, category, turns, references, language, checkers, points, temperature, extra)


def record_of(question: Any) -> dict[str, Any]:
    """A line of question.jsonl from a QuestionRow or a stored question. Fields that FastChat does not know are
    written only where they say something."""
    record: dict[str, Any] = {
        "question_id": number_of(question.external_id),
        "category": question.category,
        "turns": question.turns,
    }
    if question.references:
        record["reference"] = question.references
    if question.language:
        record["language"] = question.language
    for name in ("checkers", "expected_points"):
        if getattr(question, name):
            record[name] = getattr(question, name)
    if question.required_temperature is not None:
        record["required_temperature"] = question.required_temperature
    return {**record, **question.extra}


def number_of(external_id: str) -> int | str:
    """FastChat's numbers are numbers, others' are texts."""
    is_number = external_id.isascii() and external_id.isdigit() and str(int(external_id)) == external_id
    return int(external_id) if is_number else external_id


def _number(value: Any, faults: list[str]) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).strip():
        faults.append(_("question_id is missing"))
        return ""
    number = str(value).strip()
    if len(number) > LONGEST_NUMBER:
        faults.append(_("question_id is longer than %(count)d characters") % {"count": LONGEST_NUMBER})
    return number


def _category(value: Any, faults: list[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        faults.append(_("category is missing"))
        return ""
    if len(value.strip()) > LONGEST_CATEGORY:
        faults.append(_("category is longer than %(count)d characters") % {"count": LONGEST_CATEGORY})
    return value.strip()


def _turns(value: Any, faults: list[str]) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(turn, str) and turn.strip() for turn in value):
        faults.append(_("turns must be a list of texts, none of them empty"))
        return []
    if len(value) > MOST_TURNS:
        faults.append(_("there are more than %(count)d turns") % {"count": MOST_TURNS})
    if any(len(turn) > LONGEST_TEXT for turn in value):
        faults.append(_("a turn is longer than %(count)d characters") % {"count": LONGEST_TEXT})
    return value


def _texts(value: Any, name: str, faults: list[str]) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return value
    faults.append(_("%(field)s must be a list of texts") % {"field": name})
    return []


def _checkers(value: Any, faults: list[str]) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        faults.append(_("checkers must be a list with one checker, or null, for each turn"))
        return []
    for checker in value:
        try:
            if checker is not None:
                validate(checker)
        except CheckerError as error:
            faults.append(str(error))
    return value


def _temperature(value: Any, faults: list[str]) -> float | None:
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 2:  # NaN is in no range
        faults.append(_("required_temperature must be a number from 0 to 2"))
        return None
    return float(value)
