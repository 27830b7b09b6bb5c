"""Whether an answer can be held to a JSON schema, and why not. Knows no vocabulary: the API asks before the model.

Without torch; llguidance is imported when first needed.
"""

from __future__ import annotations

import json
from typing import Any

# A weak model would write white space for ever, so it is held to what json.dumps writes.
LAYOUT: Any = {"whitespace_flexible": False, "item_separator": ", ?", "key_separator": ": ?"}
LONGEST_SCHEMA = 100_000  # characters
MOST_LEVELS = 60  # of brackets within brackets
MOST_PROPERTIES = 500  # all together; three thousand would take ten seconds to get ready
LARGEST_MULTIPLE = 1000  # the same, of multipleOf
LONGEST_FAULT = 300


def fault_of(schema: Any) -> str:
    """Why no grammar can be made of this schema, or none within reason; empty if one can."""
    from llguidance import LLMatcher

    if not isinstance(schema, dict):
        return "a schema is a JSON object"
    if fault := _excess(schema):
        return fault
    text = json.dumps(schema)
    if len(text) > LONGEST_SCHEMA:
        return f"it is longer than {LONGEST_SCHEMA:,} characters"
    try:
        return in_one_line(LLMatcher.validate_grammar(LLMatcher.grammar_from_json_schema(text, overrides=LAYOUT)))
    except ValueError as error:
        return in_one_line(str(error))


def laid_out(schema: Any) -> str:
    """The schema as text, with how the JSON is to be written."""
    return json.dumps({**schema, "x-guidance": LAYOUT})


def is_too_deep(value: Any) -> bool:
    """Also a value so deep that Python itself would stumble over it is only looked at, level by level."""
    level, depth = [value], 0
    while level and depth <= MOST_LEVELS:
        level, depth = [inner for outer in level for inner in _inside(outer)], depth + 1
    return bool(level)


def in_one_line(fault: str) -> str:
    return " ".join(fault.split())[:LONGEST_FAULT]


def _excess(schema: dict[str, Any]) -> str:
    if is_too_deep(schema):
        return f"it has more than {MOST_LEVELS} levels"
    properties, waiting = 0, [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            properties += len(value["properties"]) if isinstance(value.get("properties"), dict) else 0
            multiple = value.get("multipleOf")
            if isinstance(multiple, int | float) and multiple > LARGEST_MULTIPLE:
                return f"multipleOf is more than {LARGEST_MULTIPLE:,}"
        waiting += _inside(value)
    return f"it has more than {MOST_PROPERTIES} properties" if properties > MOST_PROPERTIES else ""


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
