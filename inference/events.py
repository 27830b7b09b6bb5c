"""Everything that can happen while a model answers; the stored form is the wire form."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
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


def to_wire(event: Event) -> str:
    fields = {"kind": NAMES[type(event)], **asdict(event)}
    for rare in ("logprobs", "began_at"):  # hardly anybody asks for them; an answer begins once
        if not fields.get(rare):
            fields.pop(rare, None)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def from_wire(text: str | bytes) -> Event:
    fields = json.loads(text)
    kind = KINDS[fields.pop("kind")]
    if kind is Delta:
        fields["token_ids"] = tuple(fields["token_ids"])
        fields["logprobs"] = tuple(fields.get("logprobs", ()))
    event: Event = kind(**fields)
    return event
