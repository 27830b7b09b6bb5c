"""Tables of votes: one line a vote, with columns model_a, model_b, winner, or left, right, winner."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from arena.formats.json_text import storable
from arena.formats.rows import (
    SIDE_WINNERS,
    WINNERS,
    ExportedVote,
    FileRefused,
    VoteFile,
    Wrong,
    checked,
    reason_left_out,
)

CSV, ARENA_RANK = "csv", "arena-rank"
COLUMNS = {CSV: ("left", "right", SIDE_WINNERS), ARENA_RANK: ("model_a", "model_b", WINNERS)}
VOTER_COLUMNS = ("worker", "judge", "voter", "user")  # the first that is there
WRITTEN_COLUMNS = ("id", "model_a", "model_b", "winner", "judge", "anony", "is_rated", "language", "turn", "timestamp")
LONGEST_FIELD = 10_000_000

Pairs = list[list[str]]


def format_of(text: str) -> str:
    """Which of the two formats the text is in, by its heading; empty if neither."""
    try:
        heading: list[str] = next(_reader(text), [])
    except csv.Error:
        return ""
    names = {name.strip() for name in heading}
    return next((name for name, (left, right, _w) in COLUMNS.items() if {left, right, "winner"} <= names), "")


def read_csv(text: str, name: str) -> VoteFile:
    """Raises FileRefused with every line that is no vote."""
    left, right, winners = COLUMNS[name]
    reader = _reader(text)
    found, problems = VoteFile(name), []
    heading: list[str] = []
    line = 1
    while True:
        try:
            cells = next(reader)
            if not heading:
                heading = _heading(cells, (left, right, "winner"))
            elif cells:
                _add(found, line, heading, cells, left, right, winners)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(f"{_place(line)}: {_('this is no CSV (%(reason)s)') % {'reason': error}}.")
        except Wrong as wrong:
            problems.append(f"{_place(line)}: {wrong}.")
            if not heading:
                break
        line = reader.line_num + 1
    if problems:
        raise FileRefused(problems)
    return found


def pairs_as_csv(rows: Iterable[Pairs]) -> Iterator[str]:
    """Lines of a table from rows of [column, value]; the first row gives the heading."""
    heading: list[str] = []
    for row in rows:
        if not heading:
            heading = [column for column, _value in row]
            yield _written(heading)
        yield _written([value for _column, value in row])


def csv_record(vote: ExportedVote) -> Pairs:
    winners = {"a": "model_a", "b": "model_b", "tie": "tie", "both_bad": "both_bad"}
    values = [vote.id, vote.left, vote.right, winners[vote.choice], vote.voter, vote.is_blind, vote.is_rated]
    values += [vote.language, vote.turns, vote.cast_at.isoformat() if vote.cast_at else ""]
    texts = map(str, values)
    return [list(pair) for pair in zip(WRITTEN_COLUMNS, texts, strict=True)]


# --- steps ------------------------------------------------------------------------------------------------------------


def _reader(text: str) -> Any:
    csv.field_size_limit(LONGEST_FIELD)
    heading = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=heading.count)
    return csv.reader(io.StringIO(storable(text), newline=""), delimiter=delimiter, strict=True)


def _heading(cells: list[str], needed: tuple[str, ...]) -> list[str]:
    heading = [cell.strip() for cell in cells]
    if missing := [name for name in needed if name not in heading]:
        raise Wrong(_("the heading has no column %(names)s") % {"names": ", ".join(missing)})
    if len(set(heading)) < len(heading):
        raise Wrong(_("the heading names a column twice"))
    return heading


def _add(
    found: VoteFile, line: int, heading: list[str], cells: list[str], left: str, right: str, winners: dict[str, str]
) -> None:
    if len(cells) != len(heading):
        raise Wrong(
            _("there are %(found)d values for %(expected)d columns") % {"found": len(cells), "expected": len(heading)}
        )
    record = dict(zip(heading, cells, strict=True))
    row = checked(
        line,
        # As pairs, because a database may forget the order of an object's keys.
        [list(pair) for pair in record.items()],
        left=record[left],
        right=record[right],
        winner=record["winner"],
        winners=winners,
        voter=next((record[column] for column in VOTER_COLUMNS if column in record), ""),
    )
    if reason := reason_left_out(record):
        found.left_out[reason] += 1
    else:
        found.rows.append(row)


def _written(values: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _place(line: int) -> str:
    return _("Line %(line)d") % {"line": line}
