"""Reads and writes whole files of questions: FastChat's question.jsonl, its reference answers, and tables (CSV)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from arena.evaluation.formats.question_rows import QuestionRow, number_of, record_of, row_of
from arena.formats.json_text import Entry, entries, storable
from arena.formats.rows import FileRefused, Wrong

AUTO, JSONL, CSV = "auto", "jsonl", "csv"
FORMATS = (AUTO, JSONL, CSV)
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04")
LONGEST_CELL = 1_000_000
AS_JSON = ("checkers", "expected_points", "extra")  # columns whose cells hold JSON


def read_questions(content: bytes, format: str = AUTO) -> list[QuestionRow]:
    """Raises FileRefused, with lines, unless every line is a question and no number comes twice."""
    text = _text(content)
    if format == AUTO:
        format = JSONL if text.lstrip()[:1] in ("{", "[") else CSV
    rows: list[QuestionRow] = []
    problems: list[str] = []
    places: dict[str, str] = {}
    for entry in _table(text) if format == CSV else entries(text):
        try:
            if entry.fault:
                raise Wrong(entry.fault)
            row = row_of(entry.value)
            if row.external_id in places:
                known = {"number": row.external_id, "place": places[row.external_id]}
                raise Wrong(_("question %(number)s is there already (%(place)s)") % known)
        except Wrong as wrong:
            problems.append(f"{entry.place}: {wrong}.")
        else:
            places[row.external_id] = entry.place
            rows.append(row)
    if problems:
        raise FileRefused(problems)
    if not rows:
        raise FileRefused([_("The file holds no question.")])
    return rows


def read_references(content: bytes) -> dict[str, list[str]]:
    """FastChat's reference_answer/MODEL.jsonl: by the question's number, the right answer to each turn.

    Raises FileRefused, with lines."""
    found: dict[str, list[str]] = {}
    problems: list[str] = []
    for entry in entries(_text(content)):
        try:
            if entry.fault:
                raise Wrong(entry.fault)
            number, turns = _reference(entry.value)
            if number in found:
                raise Wrong(_("question %(number)s is there already") % {"number": number})
            found[number] = turns
        except Wrong as wrong:
            problems.append(f"{entry.place}: {wrong}.")
    if problems:
        raise FileRefused(problems)
    return found


def questions_as_jsonl(questions: Iterable[Any]) -> str:
    """FastChat's question.jsonl; fields of our own stand behind FastChat's."""
    return "".join(json.dumps(record_of(question), ensure_ascii=False) + "\n" for question in questions)


def questions_as_csv(questions: Iterable[Any]) -> str:
    """A table with a column for each turn and each reference; `read_questions` takes it again."""
    listed = list(questions)
    turns = max((len(question.turns) for question in listed), default=1)
    references = max((len(question.references) for question in listed), default=0)
    heading = ["question_id", "category", "language", *_numbered("turn", turns), *_numbered("reference", references)]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*heading, "required_temperature", *AS_JSON])
    for question in listed:
        temperature = question.required_temperature
        writer.writerow(
            [
                question.external_id,
                question.category,
                question.language,
                *_padded(question.turns, turns),
                *_padded(question.references, references),
                "" if temperature is None else temperature,
                *(_json_cell(getattr(question, name)) for name in AS_JSON),
            ]
        )
    return table.getvalue()


# --- steps ------------------------------------------------------------------------------------------------------------


def _text(content: bytes) -> str:
    if content.startswith(COMPRESSED):
        raise FileRefused([_("The file is compressed; please give it as plain JSON lines or CSV.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused([_("Line %(line)d: this is no UTF-8 text.") % {"line": line}]) from error
    if not text.strip():
        raise FileRefused([_("The file is empty.")])
    return text


def _table(text: str) -> Iterator[Entry]:
    csv.field_size_limit(LONGEST_CELL)
    delimiter = max((",", ";", "\t"), key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(storable(text), newline=""), delimiter=delimiter, strict=True)
    heading: list[str] = []
    line = 1
    while True:
        place = _("Line %(line)d") % {"line": line}
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Entry(line, place, fault=_("this is no CSV (%(reason)s)") % {"reason": error})
            return
        if not heading:
            heading = [cell.strip() for cell in cells]
            if fault := _fault_of_heading(heading):
                yield Entry(line, place, fault=fault)
                return
        elif any(cell.strip() for cell in cells):
            yield _entry(line, place, heading, cells)
        line = reader.line_num + 1


def _fault_of_heading(heading: list[str]) -> str:
    if missing := [name for name in ("question_id", "category", "turn_1") if name not in heading]:
        return _("the heading has no column %(names)s") % {"names": ", ".join(missing)}
    return _("the heading names a column twice") if len(set(heading)) < len(heading) else ""


def _entry(line: int, place: str, heading: list[str], cells: list[str]) -> Entry:
    if len(cells) != len(heading):
        facts = {"found": len(cells), "expected": len(heading)}
        return Entry(line, place, fault=_("there are %(found)d values for %(expected)d columns") % facts)
    row = dict(zip(heading, cells, strict=True))
    record: dict[str, Any] = {"question_id": number_of(row["question_id"].strip()), "category": row["category"]}
    record["turns"] = _unpadded(row, "turn")
    if references := _unpadded(row, "reference"):
        record["reference"] = references
    if row.get("language"):
        record["language"] = row["language"]
    try:
        if row.get("required_temperature", "").strip():
            record["required_temperature"] = float(row["required_temperature"])
        for name in AS_JSON:
            if row.get(name, "").strip():
                value = json.loads(row[name])
                record.update(value if name == "extra" else {name: value})
    except (ValueError, TypeError, RecursionError) as error:
        return Entry(line, place, fault=_("a cell cannot be read (%(reason)s)") % {"reason": error})
    return Entry(line, place, record)


def _reference(record: Any) -> tuple[str, list[str]]:
    try:
        turns = record["choices"][0]["turns"]
        number = str(record["question_id"])
    except (KeyError, IndexError, TypeError) as error:
        raise Wrong(_("this is no reference answer (question_id and choices with turns are needed)")) from error
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        raise Wrong(_("turns must be a list of texts"))
    return number, turns


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}_{number}" for number in range(1, count + 1)]


def _padded(values: list[str], length: int) -> list[str]:
    return [*values, *[""] * (length - len(values))]


def _unpadded(row: dict[str, str], name: str) -> list[str]:
    """The cells NAME_1, NAME_2, …; empty ones behind the last are none."""
    values = []
    number = 1
    while (key := f"{name}_{number}") in row:
        values.append(row[key])
        number += 1
    while values and not values[-1].strip():
        values.pop()
    return values


def _json_cell(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""
