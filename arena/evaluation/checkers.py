"""Exact checkers: whether an answer is right, decided by a rule instead of a judge. Pure.

A checker is one JSON object whose `name` says the rule and whose other fields say what it expects:

    {"name": "number", "value": 42, "tolerance": 0.5, "where": "last"}      the last number (or "any" one)
    {"name": "choice", "value": "B", "of": "ABCD"}                          the option that was picked
    {"name": "contains", "all": [...], "any": [...], "none": [...]}         whole words; an entry may list variants
    {"name": "regex", "pattern": "...", "full": true}                       the whole answer; full: false, any place
    {"name": "json", "value": ..., "only": true, "unordered": false}        the same JSON; only: no words beside it
    {"name": "count", "of": "words", "exactly": 20}                         or "least", "most"; UNITS has the words
    {"name": "language", "is": "en"}                                        en, zh-hant or zh-hans
    {"name": "begins", "with": "..."}   {"name": "ends", "with": "..."}
    {"name": "refusal"}                                                     says that it does not know or cannot
    {"name": "all", "of": [...]}   {"name": "any", "of": [...]}   {"name": "not", "of": {...}}
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from arena.evaluation.numerals import numbers_in
from arena.evaluation.words import UNITS, is_in, language_of, refuses

Checker = Mapping[str, Any]

LONGEST_ANSWER = 50_000  # characters: a rule reads no more, so that no pattern takes for ever
LONGEST_PATTERN = 500
DEEPEST = 8  # rules within rules
THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


class CheckerError(ValueError):
    """The checker itself is wrong; the sentence says how."""


def check(checker: Checker, answer: str) -> bool:
    """Whether the answer passes. What a model thought before it answered is not part of the answer.

    Raises CheckerError where the checker is malformed."""
    validate(checker)
    return _passes(checker, THOUGHT.sub("", answer)[:LONGEST_ANSWER].strip())


def validate(checker: Checker, depth: int = 0) -> None:
    """Raises CheckerError with one sentence for whoever wrote the checker."""
    if not isinstance(checker, Mapping):
        raise CheckerError("a checker must be a JSON object")
    name = checker.get("name")
    if not isinstance(name, str) or name not in RULES:
        raise CheckerError(f"there is no checker {name!r}; there are {', '.join(sorted(RULES))}")
    if depth > DEEPEST:
        raise CheckerError(f"checkers may stand at most {DEEPEST} deep in one another")
    allowed = FIELDS[name]
    for field in checker:
        if field != "name" and field not in allowed:
            raise CheckerError(f"checker {name!r} knows no field {field!r}")
    for field, (types, is_required) in allowed.items():
        if field not in checker:
            if is_required:
                raise CheckerError(f"checker {name!r} needs the field {field!r}")
        elif not isinstance(checker[field], types) or (isinstance(checker[field], bool) and bool not in types):
            raise CheckerError(f"checker {name!r} cannot read its field {field!r}")
    _validate_meaning(name, checker, depth)


def _validate_meaning(name: str, checker: Checker, depth: int) -> None:
    if name in ("all", "any"):
        if not checker["of"]:
            raise CheckerError(f"checker {name!r} needs at least one checker in 'of'")
        for inner in checker["of"]:
            validate(inner, depth + 1)
    elif name == "not":
        validate(checker["of"], depth + 1)
    elif name == "regex":
        if len(checker["pattern"]) > LONGEST_PATTERN:
            raise CheckerError(f"a pattern may have at most {LONGEST_PATTERN} characters")
        try:
            re.compile(checker["pattern"])
        except (re.error, RecursionError, OverflowError) as error:
            raise CheckerError(f"the pattern cannot be read: {error}") from error
    elif name == "count":
        if checker["of"] not in UNITS:
            raise CheckerError(f"checker 'count' counts {', '.join(UNITS)}, not {checker['of']!r}")
        if not {"exactly", "least", "most"} & set(checker):
            raise CheckerError("checker 'count' needs 'exactly', 'least' or 'most'")
    elif name == "contains":
        _validate_words(checker)
    elif name == "language" and checker["is"] not in ("en", "zh-hant", "zh-hans"):
        raise CheckerError("checker 'language' knows en, zh-hant and zh-hans")
    elif name == "number":
        if checker.get("where", "last") not in ("last", "any"):
            raise CheckerError("checker 'number' looks at the 'last' number or at 'any'")
        if not all(math.isfinite(checker.get(field, 0)) for field in ("value", "tolerance")):
            raise CheckerError("checker 'number' needs numbers that are not infinite")
    elif name == "choice" and (len(checker["value"]) != 1 or checker["value"] not in checker.get("of", "ABCD")):
        raise CheckerError("checker 'choice' needs as value one of the letters in 'of'")
    elif name in ("begins", "ends") and not plain(checker["with"]):
        raise CheckerError(f"checker {name!r} needs some text in 'with'")


def _validate_words(checker: Checker) -> None:
    lists = [checker[field] for field in ("all", "any", "none") if field in checker]
    variants = [word for words in lists for entry in words for word in (entry if isinstance(entry, list) else [entry])]
    if not variants or not all(isinstance(word, str) and plain(word) for word in variants):
        raise CheckerError("checker 'contains' needs words in 'all', 'any' or 'none'")


def plain(text: str) -> str:
    """As texts are compared: full-width and narrow, upper and lower case are the same, any space is one space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# --- the rules --------------------------------------------------------------------------------------------------------


def _passes(checker: Checker, answer: str) -> bool:
    return RULES[checker["name"]](checker, answer)


def _number(checker: Checker, answer: str) -> bool:
    found = numbers_in(answer)
    if checker.get("where", "last") == "last":
        found = found[-1:]
    # Fractions, because 10^300 × 10^300 is no float.
    wanted = Fraction(checker["value"])
    tolerance = Fraction(checker.get("tolerance", 0)) + abs(wanted) / 10**9
    return any(abs(value - wanted) <= tolerance for value in found)


def _choice(checker: Checker, answer: str) -> bool:
    letters = re.escape(checker.get("of", "ABCD"))
    narrow = unicodedata.normalize("NFKC", answer).strip()
    if alone := re.fullmatch(rf"[(\[*\s]*([{letters}])[)\].:*\s]*", narrow, re.IGNORECASE):
        return alone[1].upper() == checker["value"]
    gap = r"[\s:*(]{0,20}"
    said = re.findall(
        rf"(?:answer|option|答案|選項?){gap}(?:is|是|為)?{gap}([{letters}])(?![A-Za-z])", narrow, re.IGNORECASE
    )
    named = said or re.findall(rf"(?:^|\n)[(\[*]*([{letters}])(?:[)\].:*]|\s*$)", narrow, re.MULTILINE)
    return bool(named) and named[-1].upper() == checker["value"]


def _contains(checker: Checker, answer: str) -> bool:
    text = plain(answer)

    def found(entry: str | list[str]) -> bool:
        return any(is_in(plain(word), text) for word in ([entry] if isinstance(entry, str) else entry))

    return (
        all(found(entry) for entry in checker.get("all", []))
        and ("any" not in checker or any(found(entry) for entry in checker["any"]))
        and not any(found(entry) for entry in checker.get("none", []))
    )


def _regex(checker: Checker, answer: str) -> bool:
    matching = re.fullmatch if checker.get("full", True) else re.search
    return matching(checker["pattern"], answer) is not None


def _json(checker: Checker, answer: str) -> bool:
    candidates = [answer]
    if fence := re.fullmatch(r"```(?:json)?\s*\n(.*?)\n?```", answer, re.DOTALL | re.IGNORECASE):
        candidates.append(fence[1])
    if not checker.get("only", False):
        candidates += re.findall(r"```(?:json)?\s*\n(.*?)\n?```", answer, re.DOTALL | re.IGNORECASE)
        candidates += [answer[start.start() :] for start in list(re.finditer(r"[{\[]", answer))[:1]]
    for candidate in candidates:
        try:
            value, end = json.JSONDecoder().raw_decode(candidate.strip())
        except (ValueError, RecursionError):
            continue
        if checker.get("only", False) and candidate.strip()[end:].strip():
            continue
        if _same(value, checker["value"], checker.get("unordered", False)):
            return True
    return False


def _same(left: Any, right: Any, unordered: bool) -> bool:
    """As JSON sees it: 1 is 1.0 but not true; texts may differ in width and case of nothing."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key], unordered) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        if unordered:
            left, right = (sorted(each, key=lambda item: json.dumps(item, sort_keys=True)) for each in (left, right))
        return len(left) == len(right) and all(_same(*pair, unordered) for pair in zip(left, right, strict=True))
    return bool(left == right)


def _count(checker: Checker, answer: str) -> bool:
    number = UNITS[checker["of"]](answer)
    return (
        number == checker.get("exactly", number)
        and number >= checker.get("least", 0)
        and number <= checker.get("most", number)
    )


def _language(checker: Checker, answer: str) -> bool:
    return language_of(answer) == checker["is"]


RULES: dict[str, Callable[[Checker, str], bool]] = {
    "number": _number,
    "choice": _choice,
    "contains": _contains,
    "regex": _regex,
    "json": _json,
    "count": _count,
    "language": _language,
    "begins": lambda checker, answer: plain(answer).startswith(plain(checker["with"])),
    "ends": lambda checker, answer: plain(answer).endswith(plain(checker["with"])),
    "refusal": lambda checker, answer: refuses(answer),
    "all": lambda checker, answer: all(_passes(inner, answer) for inner in checker["of"]),
    "any": lambda checker, answer: any(_passes(inner, answer) for inner in checker["of"]),
    "not": lambda checker, answer: not _passes(checker["of"], answer),
}

# Field → (types, whether it must be there).
NUMBERS = (int, float)
FIELDS: dict[str, dict[str, tuple[tuple[type, ...], bool]]] = {
    "number": {"value": (NUMBERS, True), "tolerance": (NUMBERS, False), "where": ((str,), False)},
    "choice": {"value": ((str,), True), "of": ((str,), False)},
    "contains": {"all": ((list,), False), "any": ((list,), False), "none": ((list,), False)},
    "regex": {"pattern": ((str,), True), "full": ((bool,), False)},
    "json": {
        "value": ((dict, list, str, int, float, bool, type(None)), True),
        "only": ((bool,), False),
        "unordered": ((bool,), False),
    },
    "count": {"of": ((str,), True), "exactly": ((int,), False), "least": ((int,), False), "most": ((int,), False)},
    "language": {"is": ((str,), True)},
    "begins": {"with": ((str,), True)},
    "ends": {"with": ((str,), True)},
    "refusal": {},
    "all": {"of": ((list,), True)},
    "any": {"of": ((list,), True)},
    "not": {"of": ((Mapping,), True)},
}
