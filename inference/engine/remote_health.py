"""What a worker knows of a remote model: whether it can be asked, why not, and when the server is looked at again.

            the list names it, or it answers
    idle ───────────────────────────────────► ready
     │ refused, not reached, busy three times   │ the same
     └──────────────► failed ◄──────────────────┘      failed: until an answer, or a list that speaks against the reason

A look is GET /models: quick, without tokens, and only while the model is not ready; each in vain doubles the pause.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

import httpx2

from inference.engine.remote_address import AddressRefused, check_address
from inference.engine.remote_wire import BUSY, beginning_of, error_of, not_reached
from inference.engine.types import EngineError, EngineState, RemoteSpec

FIRST_PAUSE = 15.0
LONGEST_PAUSE = 300.0
MOST_BUSY = 3  # in a row: one alone may be an accident, or somebody who asked too much at once
LOOK_SECONDS = 10.0
LARGEST_LIST_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Look:
    """What GET /models brought. status 0: nothing came. models: the names, None where no list came."""

    status: int
    error: str = ""
    models: frozenset[str] | None = None


class RemoteHealth:
    """Changed by the loop's thread alone; anybody may read."""

    def __init__(self, remote: RemoteSpec, model: str) -> None:
        self.fault = _refusal(remote)  # known without asking: nothing is sent until the entry is mended
        self.failure = self.fault
        self._model = model
        self._is_proven = False
        self._has_answered = False
        self._refused = 0  # the status with which the last question was refused
        self._list_needs_key = False
        self._busy = 0
        self._pause = FIRST_PAUSE
        self._look_at: float | None = None if self.fault else time.monotonic()

    @property
    def state(self) -> EngineState:
        if self.failure:
            return "failed"
        return "ready" if self._is_proven else "idle"

    @property
    def is_look_due(self) -> bool:
        return self._look_at is not None and time.monotonic() >= self._look_at

    def take_look(self) -> bool:
        """True for the one who shall look now."""
        is_due = self.is_look_due
        if is_due:
            self._look_at = None
        return is_due

    def answered(self) -> None:
        self._is_proven = self._has_answered = True
        self._pause = FIRST_PAUSE
        self._clear()

    def failed(self, error: EngineError, status: int | None) -> None:
        """A question ended so. status: of what came; 0: nothing came; None: nothing was sent."""
        if status == 200 or _is_busy(status):
            self._busy += 1
            if self._busy < MOST_BUSY or self.failure:
                return
        elif status in (0, 401, 403, 404) or (status and 300 <= status < 400):
            self._refused = status or self._refused
        else:
            return  # the question's own fault
        was_failed, self.failure = bool(self.failure), str(error)
        if not was_failed:
            self._look_later()
            if status == 401 and not self._list_needs_key:
                self._look_at = time.monotonic()  # only a list that refuses this key too can later speak for it

    def looked(self, look: Look) -> None:
        if self.state == "ready":
            return  # it answered meanwhile
        if look.status in (401, 403):
            self._list_needs_key = True
        if look.status == 0 or (look.status in (401, 403) and (self._refused or not self._has_answered)):
            self.failure = look.error
            self._look_later()
        elif _is_busy(look.status):
            self._busy += 1
            if self._busy >= MOST_BUSY:
                self.failure = self.failure or look.error
            self._look_later()
        elif self._refused and not self._is_contradicted_by(look.models or frozenset()):
            self._look_later()
        else:
            self._is_proven |= self._model in (look.models or ())  # without a list it can be reached, and no more
            self._clear()

    def _is_contradicted_by(self, models: frozenset[str]) -> bool:
        """Whether a server that shows these models would no longer refuse a question as it did."""
        if self._refused == 401:  # many show their models to everybody
            return bool(models) and self._list_needs_key
        return self._model in models if self._refused == 404 else self._refused == 403 and bool(models)

    def _clear(self) -> None:
        """The pause stays: a server that is soon lost again is looked at less and less, until it answers."""
        self.failure, self._refused, self._busy, self._look_at = "", 0, 0, None

    def _look_later(self) -> None:
        self._look_at = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)


async def look_at(client: httpx2.AsyncClient, remote: RemoteSpec) -> Look:
    """Raises nothing that a server can cause."""
    try:
        async with (
            asyncio.timeout(remote.connect_seconds + LOOK_SECONDS),
            client.stream("GET", f"{remote.base_url}/models") as response,
        ):
            said = await beginning_of(response, LARGEST_LIST_BYTES)
    except AddressRefused as error:
        return Look(0, str(error))
    except (TimeoutError, httpx2.HTTPError) as error:
        return Look(0, str(not_reached(error)))
    if response.status_code == 200:
        return Look(200, models=_names(said))
    return Look(response.status_code, str(error_of(response.status_code, said, remote.key)))


def _refusal(remote: RemoteSpec) -> str:
    if remote.key_fault:
        return remote.key_fault
    if not (remote.key.isascii() and remote.key.isprintable()):
        return "The key of the remote server holds signs that cannot be sent."
    try:
        check_address(remote.base_url, remote.allow_private)
    except AddressRefused as error:
        return str(error)
    return ""


def _is_busy(status: int | None) -> bool:
    return status is not None and (status in BUSY or status == 402 or status >= 500)


def _names(said: str) -> frozenset[str] | None:
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return None
    listed = told.get("data") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        return None
    return frozenset(item["id"] for item in listed if isinstance(item, dict) and isinstance(item.get("id"), str))
