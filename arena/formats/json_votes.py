"""FastChat's cleaned battle lists (whole and "simple"), lmarena's preference rows, and leaderbot's counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from arena.formats.json_text import Entry, entries
from arena.formats.rows import (
    LONGEST_NAME,
    WINNERS,
    ExportedVote,
    FileRefused,
    Said,
    VoteFile,
    VoteRow,
    Wrong,
    checked,
    reason_left_out,
)

FASTCHAT, FASTCHAT_SIMPLE, LMARENA, LEADERBOT = "fastchat", "fastchat-simple", "lmarena", "leaderbot"
MOST_COUNTED = 20_000_000  # votes of a file of counts: each becomes a row

# FastChat names languages as the polyglot package does.
LANGUAGE_NAMES = {
    **{"en": "English", "zh-hant": "Chinese", "zh-hans": "Chinese", "ja": "Japanese", "ko": "Korean", "fr": "French"},
    **{"de": "German", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "vi": "Vietnamese"},
    **{"id": "Indonesian", "tr": "Turkish", "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic"},
    **{"he": "Hebrew", "th": "Thai", "hi": "Hindi", "el": "Greek"},
}
HEADERS = {f"h{level}": re.compile(rf"^{'#' * level}\s", re.MULTILINE) for level in range(1, 7)}
LISTS = {"ordered": re.compile(r"^\s*\d+\.\s", re.MULTILINE), "unordered": re.compile(r"^\s*[-*+]\s", re.MULTILINE)}
BOLD = {"**": re.compile(r"\*\*[^*\n]+\*\*"), "__": re.compile(r"__[^_\n]+__")}
FENCED_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def format_of(text: str) -> str:
    """Which of these formats the text is in, by its first entry; empty if none."""
    value = next((entry.value for entry in entries(text) if not entry.fault), None)
    if not isinstance(value, dict):
        return ""
    if {"models", "X", "Y"} <= value.keys():
        return LEADERBOT
    if "evaluation_session_id" in value or "full_conversation" in value:
        return LMARENA
    if "model_a" in value:
        return FASTCHAT if "conversation_a" in value else FASTCHAT_SIMPLE
    return ""


def read_json(text: str, name: str) -> VoteFile:
    """Raises FileRefused with every row that is no vote."""
    read = _counts if name == LEADERBOT else _one_vote
    found, problems = VoteFile(name), []
    for entry in entries(text):
        try:
            if entry.fault:
                raise Wrong(entry.fault)
            if not isinstance(entry.value, dict):
                raise Wrong(_("this is no JSON object"))
            read(entry, found)
        except Wrong as wrong:
            problems.append(f"{entry.place}: {wrong}.")
    if problems:
        raise FileRefused(problems)
    return found


# --- reading ----------------------------------------------------------------------------------------------------------


def _one_vote(entry: Entry, found: VoteFile) -> None:
    record = entry.value
    if isinstance(record.get("type"), str) and record["type"].endswith("vote") and "states" in record:
        raise Wrong(_("this is FastChat's raw log; use the command import_fastchat_logs"))
    voter = record.get("evaluation_session_id") if found.format == LMARENA else record.get("judge")
    row = checked(
        entry.number,
        record,
        left=record.get("model_a"),
        right=record.get("model_b"),
        winner=record.get("winner"),
        winners=WINNERS,
        voter=voter,
    )
    if reason := reason_left_out(record):
        found.left_out[reason] += 1
    else:
        found.rows.append(row)


def _counts(entry: Entry, found: VoteFile) -> None:
    """{"models": names, "X": [[i, j], …], "Y": [[wins of i, wins of j, ties, both bad], …]}"""
    names, pairs, numbers = (entry.value.get(key) for key in ("models", "X", "Y"))
    if not all(isinstance(part, list) for part in (names, pairs, numbers)) or len(pairs) != len(numbers):
        raise Wrong(_("“models”, “X” and “Y” must be lists, and “X” as long as “Y”"))
    faults = [_("a model has no name") for name in names if not isinstance(name, str) or not name.strip()]
    faults += [
        _("a model's name is longer than %(count)d characters") % {"count": LONGEST_NAME}
        for name in names
        if isinstance(name, str) and len(name) > LONGEST_NAME
    ]
    if len(set(map(str, names))) < len(names):
        faults.append(_("a model is listed twice"))
    for number, (pair, counts) in enumerate(zip(pairs, numbers, strict=True), start=1):
        if not _is_pair(pair, len(names)) or not _are_counts(counts):
            faults.append(_("pair %(number)d is no pair of models with four counts") % {"number": number})
    if faults:
        raise FileRefused(f"{entry.place}: {fault}." for fault in faults)
    if sum(map(sum, numbers)) > MOST_COUNTED:
        raise Wrong(_("more than %(count)d votes are too many for one file") % {"count": MOST_COUNTED})
    line = 1
    for (left, right), counts in zip(pairs, numbers, strict=True):
        for choice, times in zip(("a", "b", "tie", "both_bad"), map(int, counts), strict=True):
            if times:
                found.rows.append(
                    VoteRow(line, names[left].strip(), names[right].strip(), choice, data={}, times=times)
                )
                line += times


def _is_pair(pair: Any, models: int) -> bool:
    is_two = isinstance(pair, list) and len(pair) == 2 and all(type(index) is int for index in pair)
    return is_two and pair[0] != pair[1] and all(0 <= index < models for index in pair)


def _are_counts(counts: Any) -> bool:
    return isinstance(counts, list) and len(counts) == 4 and all(map(_is_count, counts))


def _is_count(number: Any) -> bool:
    """Also 3.0, which is how NumPy writes counts that it has added."""
    return type(number) in (int, float) and number >= 0 and number == int(number)


# --- writing ----------------------------------------------------------------------------------------------------------


def fastchat_record(vote: ExportedVote) -> dict[str, Any]:
    conversations = {
        f"conversation_{side}": [{"role": said.role, "content": said.text, "num_tokens": said.tokens} for said in talk]
        for side, talk in (("a", vote.left_said), ("b", vote.right_said))
    }
    return {"question_id": vote.id, **fastchat_simple_record(vote), **conversations}


def fastchat_simple_record(vote: ExportedVote) -> dict[str, Any]:
    winners = {"a": "model_a", "b": "model_b", "tie": "tie", "both_bad": "tie (bothbad)"}
    return {
        "model_a": vote.left,
        "model_b": vote.right,
        "winner": winners[vote.choice],
        "judge": vote.voter,
        "turn": vote.turns,
        "anony": vote.is_blind,
        "is_rated": vote.is_rated,
        "language": LANGUAGE_NAMES.get(vote.language, vote.language or "unknown"),
        "tstamp": vote.cast_at.timestamp() if vote.cast_at else None,
    }


def lmarena_record(vote: ExportedVote) -> dict[str, Any]:
    """As the rows of arena-human-preference-140k; the voter takes the place of their session."""
    winners = {"a": "model_a", "b": "model_b", "tie": "tie", "both_bad": "both_bad"}
    return {
        "id": vote.id,
        "model_a": vote.left,
        "model_b": vote.right,
        "winner": winners[vote.choice],
        "evaluation_session_id": vote.voter,
        "evaluation_order": vote.voters_vote,
        "conversation_a": [_lmarena_message(said) for said in vote.left_said],
        "conversation_b": [_lmarena_message(said) for said in vote.right_said],
        "full_conversation": [
            {
                "user": _lmarena_message(question),
                "model_side_a": _lmarena_message(left),
                "model_side_b": _lmarena_message(right),
            }
            for question, left, right in zip(
                vote.left_said[::2], vote.left_said[1::2], vote.right_said[1::2], strict=False
            )
        ],
        "conv_metadata": {**_metadata(vote.left_said, "a"), **_metadata(vote.right_said, "b"), "turns": vote.turns},
        "category_tag": {"math_v0.1": {"math": "maths" in vote.categories}, "rules": list(vote.categories)},
        "language": {"zh-hant": "zh", "zh-hans": "zh", "": "und"}.get(vote.language, vote.language),
        "is_code": "code" in vote.categories,
        "is_rated": vote.is_rated,
        "timestamp": vote.cast_at.isoformat() if vote.cast_at else None,
    }


def _lmarena_message(said: Said) -> dict[str, Any]:
    return {"role": said.role, "content": [{"type": "text", "text": said.text, "image": None, "mimeType": None}]}


def _metadata(talk: tuple[Said, ...], side: str) -> dict[str, Any]:
    answers = [said for said in talk if said.role == "assistant"]
    prose = FENCED_CODE.sub("", "\n\n".join(said.text for said in answers))

    def counted(patterns: dict[str, re.Pattern[str]]) -> dict[str, int]:
        return {name: len(pattern.findall(prose)) for name, pattern in patterns.items()}

    return {
        f"sum_assistant_{side}_tokens": sum(said.tokens for said in answers),
        f"context_{side}_tokens": sum(said.tokens for said in talk[:-1]),
        f"header_count_{side}": counted(HEADERS),
        f"list_count_{side}": counted(LISTS),
        f"bold_count_{side}": counted(BOLD),
    }


RECORDS: dict[str, Callable[[ExportedVote], dict[str, Any]]] = {
    FASTCHAT: fastchat_record,
    FASTCHAT_SIMPLE: fastchat_simple_record,
    LMARENA: lmarena_record,
}
