"""What every format is read into and written from, and how a file is refused: with places, and all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

MOST_PROBLEMS = 20  # are listed; who has more sees how many
LONGEST_NAME = 200
LONGEST_VOTER = 200

WINNERS = {"model_a": "a", "model_b": "b", "tie": "tie", "tie (bothbad)": "both_bad", "both_bad": "both_bad"}
SIDE_WINNERS = {"left": "a", "right": "b", "tie": "tie", "both_bad": "both_bad"}
NO = (False, "False", "false", "FALSE", "0", 0)


class Wrong(ValueError):
    """One row cannot be a vote; the text is a sentence for people."""


class FileRefused(ValueError):
    """Nothing of the file was taken. `problems` are sentences with their places, at most MOST_PROBLEMS of them."""

    def __init__(self, problems: Iterable[str]) -> None:
        found = list(problems)
        self.problems, self.unlisted = found[:MOST_PROBLEMS], max(0, len(found) - MOST_PROBLEMS)
        if self.unlisted:
            self.problems.append(_("… and %(count)d more.") % {"count": self.unlisted})
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One vote of a file, or `times` equal ones where the format only counts. `line` is unique within the file."""

    line: int
    left: str
    right: str
    choice: str  # as arena.models.Vote.Choice
    voter: str = ""
    data: Any = None  # the row as it was
    times: int = 1


@dataclass(slots=True)
class VoteFile:
    """A whole file that was understood. `left_out` counts rows that are no part of a rating, by the reason."""

    format: str
    rows: list[VoteRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def votes(self) -> int:
        return sum(row.times for row in self.rows)


@dataclass(frozen=True, slots=True)
class Said:
    """A question ("user") or an answer ("assistant") of an exported conversation."""

    role: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class ExportedVote:
    """A vote as every writer gets it; who voted is only a number."""

    id: str
    left: str
    right: str
    choice: str
    voter: str = ""
    voters_vote: int = 1  # the voter's first, second, …
    is_blind: bool = True
    is_rated: bool = True
    turns: int = 1
    language: str = ""
    categories: tuple[str, ...] = ()
    cast_at: datetime | None = None
    left_said: tuple[Said, ...] = ()
    right_said: tuple[Said, ...] = ()


def checked(
    line: int, record: Any, *, left: Any, right: Any, winner: Any, winners: dict[str, str], voter: Any
) -> VoteRow:
    """The row if it is a vote; raises Wrong with all that speaks against it."""
    faults = [fault for is_left, name in ((True, left), (False, right)) if (fault := _fault_of_name(name, is_left))]
    if not faults and left.strip() == right.strip():
        faults.append(_("both models are “%(name)s”") % {"name": left.strip()})
    if not isinstance(winner, str) or winner not in winners:
        known = ", ".join(winners)
        faults.append(_("the winner is %(winner)s; known are %(known)s") % {"winner": _shown(winner), "known": known})
    if faults:
        raise Wrong("; ".join(faults))
    name = "" if voter is None or isinstance(voter, (dict, list)) else str(voter)
    return VoteRow(line, left.strip(), right.strip(), winners[winner], name.strip()[:LONGEST_VOTER], record)


def reason_left_out(record: dict[str, Any]) -> str:
    """Empty for a row that is rated. FastChat rates blind votes only, and leaves out what it marked as a duplicate."""
    if record.get("anony") in NO:
        return _("the models' names were seen")
    if record.get("is_rated") in NO:
        return _("they were not rated where they come from")
    mark = record.get("dedup_tag")
    if isinstance(mark, dict) and mark.get("sampled") is False:
        return _("the file marks them as duplicates")
    return ""


def _fault_of_name(name: Any, is_left: bool) -> str:
    if isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME:
        return ""
    if isinstance(name, str) and name.strip():
        return _("a model's name is longer than %(count)d characters") % {"count": LONGEST_NAME}
    return _("the left model has no name") if is_left else _("the right model has no name")


def _shown(value: Any) -> str:
    text = f"“{value}”" if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
