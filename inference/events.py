"""Everything that can happen while a model answers; the stored form is the wire form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Delta:
    """More text, with the tokens behind it (so that another worker can go on from here).

    logprobs: where asked for, each token's likelihood and those of the likeliest (engine/answer_form.py: Likelihood).
    began_at: in the answer's first words alone, when they came (seconds since 1970).
    """

    text: str
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[Any, ...] = ()
    began_at: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Status:
    """Why there is no text yet: "loading" (detail: stage, fraction 0–1), "queued" (detail: how many waiting answers
    are ahead), "continuing", "offline", "full" (and "online" when that is over); or "saving" when there is text that
    the database cannot take yet."""

    state: str
    detail: str = ""
    fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete and saved. reason: "stop", "length" or "cancelled"."""

    reason: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dropped_messages: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer broke off for the reason that `error` tells a person; what came before is saved.
    code: the same in one word for programs."""

    error: str
    code: str = ""


Event = Delta | Status | Finished | Failed
KINDS: dict[str, type[Any]] = {"delta": Delta, "status": Status, "finished": Finished, "failed": Failed}
NAMES = {kind: name for name, kind in KINDS.items()}
FIELDS = {kind: tuple(part.name for part in fields(kind)) for kind in NAMES}
RARE = ("logprobs", "began_at")  # hardly anybody asks for them; an answer begins once
ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_wire(event: Event) -> str:
    kind = type(event)
    values = {"kind": NAMES[kind]}
    for name in FIELDS[kind]:
        value = getattr(event, name)
        if value or name not in RARE:
            values[name] = value
    return ENCODE(values)


def from_wire(text: str | bytes) -> Event:
    values = json.loads(text)
    kind = KINDS[values.pop("kind")]
    if kind is Delta:
        values["token_ids"] = tuple(values["token_ids"])
        values["logprobs"] = tuple(values.get("logprobs", ()))
    event: Event = kind(**values)
    return event
