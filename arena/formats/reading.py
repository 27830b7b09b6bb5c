"""Bytes of a file to votes: finds out the format, or takes the one that is said."""

from __future__ import annotations

from django.utils.translation import gettext as _

from arena.formats import csv_votes, json_votes
from arena.formats.json_text import entries
from arena.formats.rows import FileRefused, VoteFile

AUTO = "auto"
JSON_FORMATS = (json_votes.FASTCHAT, json_votes.FASTCHAT_SIMPLE, json_votes.LMARENA, json_votes.LEADERBOT)
CSV_FORMATS = (csv_votes.CSV, csv_votes.ARENA_RANK)
FORMATS = (AUTO, *JSON_FORMATS, *CSV_FORMATS)
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PAR1")


def read_votes(content: bytes, format: str = AUTO) -> VoteFile:
    """Raises FileRefused, with places, unless every row is a vote and there is at least one."""
    text = _text(content)
    if not text.strip():
        raise FileRefused([_("The file is empty.")])
    if format == AUTO:
        format = json_votes.format_of(text) if text.lstrip()[0] in "[{" else csv_votes.format_of(text)
    if not format:
        format = _only_for_its_faults(text)
    found = json_votes.read_json(text, format) if format in JSON_FORMATS else csv_votes.read_csv(text, format)
    if not found.rows:
        raise FileRefused([_("The file holds no vote that could be counted.")])
    return found


def _text(content: bytes) -> str:
    if content.startswith(COMPRESSED):
        raise FileRefused([_("The file is compressed or a Parquet file; please give it as plain JSON or CSV.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused([_("Line %(line)d: this is no UTF-8 text.") % {"line": line}]) from error


def _only_for_its_faults(text: str) -> str:
    """A format for a file of none, if its first entry is at fault, so that the fault is told; else refuses it."""
    if text.lstrip()[0] in "[{":
        first = next(entries(text), None)
        if (
            first is None
            or first.fault
            or (isinstance(first.value, dict) and first.value.keys() & {"winner", "states"})
        ):
            return json_votes.FASTCHAT_SIMPLE
    raise FileRefused(
        [_("The file is in none of the known formats: %(formats)s.") % {"formats": ", ".join(FORMATS[1:])}]
    )
