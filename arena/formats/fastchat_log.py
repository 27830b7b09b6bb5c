"""One line of FastChat's own log (`*-conv.json`): an answer that was given, or what somebody said of one or two.

Each line holds the whole conversation so far. `state` is FastChat's conversation: system_message, roles, messages as
[role, text], offset (so many messages are examples of the prompt's template), conv_id, model_name.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from arena.formats.json_text import entries
from arena.formats.rows import LONGEST_NAME, Wrong

CHOICES = {"leftvote": "a", "rightvote": "b", "tievote": "tie", "bothbad_vote": "both_bad"}
FEEDBACK = {"upvote": "up", "downvote": "down", "flag": "flag"}
PARAMS = {"temperature": "temperature", "top_p": "top_p", "max_new_tokens": "max_tokens"}
IMAGE = "[image]"  # not translated: the same words must be the same message
CURSOR = "▌"  # at the end of an answer that was cut off
ERROR = re.compile(r"\(error_code: \d+\)\s*$|^\$MODERATION\$|^YOUR INPUT VIOLATES OUR CONTENT MODERATION GUIDELINES")
MARKUP = re.compile(r"^(?:<h3>|###)\s*Model [AB]: |(?:</h3>)?\n?$")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer; `is_error` when the answer is FastChat's word that there is none."""

    question: str
    answer: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with one model so far; `is_whole` when its last question was answered to the end."""

    key: str
    model: str
    system: str
    exchanges: tuple[Exchange, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """`kind` is chat, vote, feedback or other (nothing to keep)."""

    kind: str
    at: datetime
    began: datetime
    talks: tuple[Talk, ...] = ()
    verdict: str = ""  # of a vote: a, b, tie, both_bad; of feedback: up, down, flag
    is_blind: bool = False
    address: str = ""  # where the person came from; never kept as it is
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for the same vote, in whichever file it stands."""
        facts = [self.at.timestamp(), self.verdict, *(talk.key for talk in self.talks)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def read_line(text: str) -> LogLine:
    """Raises Wrong with a sentence if this is no line of a log."""
    entry = next(entries(text), None)
    record = entry.value if entry is not None else None
    if entry is not None and entry.fault:
        raise Wrong(entry.fault)
    if not isinstance(record, dict):
        raise Wrong(_("this is no JSON object"))
    kind = record.get("type")
    if not isinstance(kind, str):
        raise Wrong(_("there is no “type”"))
    at = _moment(record.get("finish") or record.get("tstamp"))
    began = _moment(record.get("start") or record.get("tstamp"))
    address = str(record.get("ip") or "")
    if kind in CHOICES:
        return _vote(record, kind, at, address)
    if kind == "chat" or kind in FEEDBACK:
        talks = (_talk(record.get("state"), record.get("model"), address),)
        word, verdict = ("chat", "") if kind == "chat" else ("feedback", FEEDBACK[kind])
        return LogLine(word, at, began, talks, verdict, address=address, params=_params(record.get("gen_params")))
    return LogLine("other", at, began)


def _vote(record: dict[str, Any], kind: str, at: datetime, address: str) -> LogLine:
    states, shown = record.get("states"), record.get("models")
    if not isinstance(states, list) or not isinstance(shown, list) or len(states) != 2 or len(shown) != 2:
        raise Wrong(_("a vote needs two “models” and two “states”"))
    names = [MARKUP.sub("", name) if isinstance(name, str) else "" for name in shown]
    # What people saw was no name, or only "Model A", until the vote was cast.
    is_blind = names[0] in ("", "Model A") and names[1] in ("", "Model B")
    talks = tuple(_talk(state, "" if is_blind else name, address) for state, name in zip(states, names, strict=True))
    if not is_blind and [talk.model for talk in talks] != names:
        raise Wrong(_("the names that were shown are not those that answered"))
    return LogLine("vote", at, at, talks, CHOICES[kind], is_blind, address)


def _talk(state: Any, model: Any, address: str) -> Talk:
    if not isinstance(state, dict) or not isinstance(state.get("messages"), list):
        raise Wrong(_("there is no conversation in “state”"))
    name = state.get("model_name") or model
    if not isinstance(name, str) or not name.strip():
        raise Wrong(_("it does not say which model answered"))
    if len(name.strip()) > LONGEST_NAME:
        raise Wrong(_("a model's name is longer than %(count)d characters") % {"count": LONGEST_NAME})
    offset = state.get("offset")
    texts = [_text(message) for message in state["messages"][offset if isinstance(offset, int) and offset > 0 else 0 :]]
    exchanges: list[Exchange] = []
    for question, answer in zip(texts[::2], texts[1::2], strict=False):
        if not question or not answer or answer.endswith(CURSOR):
            break
        exchanges.append(Exchange(question, answer, ERROR.search(answer) is not None))
    is_whole = bool(exchanges) and len(texts) == 2 * len(exchanges) and not any(part.is_error for part in exchanges)
    system = state.get("system_message", state.get("system"))
    key = state.get("conv_id")
    if not isinstance(key, str) or not key:  # the oldest logs have none: the first words and the person say the same
        key = hashlib.sha256(json.dumps([name, address, texts[:1]]).encode()).hexdigest()[:32]
    return Talk(key, name.strip(), system.strip() if isinstance(system, str) else "", tuple(exchanges), is_whole)


def _text(message: Any) -> str:
    """[role, text], or [role, [text, images]]: pictures are not kept, but that there was one is said."""
    if not isinstance(message, list) or len(message) < 2:
        raise Wrong(_("a message is no pair of a role and a text"))
    text = message[1]
    if isinstance(text, list) and text and isinstance(text[0], str):
        text = text[0].strip() or IMAGE
    return text.strip() if isinstance(text, str) else ""


def _moment(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Wrong(_("there is no time in “tstamp”"))
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Wrong(_("“tstamp” is no time")) from error


def _params(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        return {}
    return {ours: given[theirs] for theirs, ours in PARAMS.items() if type(given.get(theirs)) in (int, float)}
