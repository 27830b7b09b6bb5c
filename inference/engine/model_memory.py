"""How many models a worker holds at a time: room for one more is made by ending what was used longest ago.

A model with running answers is never ended. Knows processes and bytes; knows no request. Thread-safe.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from inference.engine import host
from inference.engine.checks import is_hub_name, parameter_count
from inference.engine.types import BYTES_OF_A_QUANTIZED_WEIGHT, EngineSpec, Loading, ModelUnavailable

SHARE_OF_THE_MACHINE = 0.8
RUNTIME = 400 * 2**20  # what torch and transformers take before any weight
WEIGHTS_AND_SOME = 1.1
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 20.0  # then a model that is never idle takes no further questions until another had its turn
WAITING = Loading("waiting until another model can be unloaded", 0.0)


class Resident(Protocol):
    """One life of an engine's process, from before its start to its end."""

    @property
    def is_over(self) -> bool: ...
    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for it; otherwise it is only being loaded in advance, and nothing is ended for it."""
        ...

    @property
    def last_used(self) -> float: ...
    @property
    def memory(self) -> int:
        """Bytes that it holds, or will hold when it is loaded."""
        ...

    def retire_if_idle(self) -> bool:
        """Ends it unless it has work; True when it is gone."""
        ...

    def take_no_more(self) -> None:
        """It answers what it has; new questions go to another life."""
        ...


class ModelMemory:
    """wanted: bytes for all models of this worker together; None takes a share of the machine's, and all are let in
    where nobody can say how much that is."""

    def __init__(self, wanted: int | None = None) -> None:
        machine = host.total_memory()
        self._wanted = wanted
        self._total = wanted or (int(machine * SHARE_OF_THE_MACHINE) if machine else None)
        self._residents: list[Resident] = []
        self._guests: list[Resident] = []  # waiting, in the order of their coming
        self._lock = threading.Lock()

    def enter(self, guest: Resident, tell: Callable[[Loading], None]) -> bool:
        """Returns when there is room for it; False when it was ended while it waited.

        Raises ModelUnavailable when it is larger than all the memory that was given.
        """
        if self._wanted and guest.memory > self._wanted:
            raise ModelUnavailable(
                f"The model needs about {guest.memory / 2**30:.1f} GiB of memory, but the models of this worker may "
                f"use only {self._wanted / 2**30:.1f} GiB together."
            )
        with self._lock:
            self._guests.append(guest)
        came = time.monotonic()
        is_told = False
        try:
            while not guest.is_over:
                with self._lock:
                    if self._has_room_for(guest):
                        self._residents.append(guest)
                        return True
                    is_next = next((waiting for waiting in self._guests if waiting.is_wanted), None) is guest
                    if is_next and self._retire_one(impatient=time.monotonic() - came > PATIENCE_SECONDS):
                        continue
                if not is_told:
                    tell(WAITING)
                    is_told = True
                time.sleep(LOOK_SECONDS)
            return False
        finally:
            with self._lock:
                self._guests.remove(guest)

    def _has_room_for(self, guest: Resident) -> bool:
        self._residents = [resident for resident in self._residents if not resident.is_over]
        if self._total is None or not self._residents:
            return True
        held = sum(resident.memory for resident in self._residents)
        available = host.available_memory()
        return held + guest.memory <= self._total and (available is None or guest.memory <= available)

    def _retire_one(self, impatient: bool) -> bool:
        by_age = sorted(self._residents, key=lambda resident: resident.last_used)
        for resident in by_age:
            if resident.retire_if_idle():
                return True
        if impatient:
            by_age[0].take_no_more()
        return False


def estimated_memory(spec: EngineSpec) -> int:
    """Bytes that a model's process takes when it is loaded, as far as its files say it without loading them."""
    folder = Path(spec.source).expanduser()
    try:
        numbers = 0 if is_hub_name(spec.source) else parameter_count(folder)
    except ModelUnavailable:
        numbers = 0  # whoever loads it says what is wrong with it
    return RUNTIME + int(numbers * _bytes_of_a_number(spec) * WEIGHTS_AND_SOME)


def _bytes_of_a_number(spec: EngineSpec) -> float:
    """As `hardware.choose_dtype` decides it, or more; for an accelerator, whose kind only torch knows, what all can."""
    if spec.quantization:
        return BYTES_OF_A_QUANTIZED_WEIGHT[spec.quantization]
    if spec.dtype != "auto":
        return 4 if spec.dtype == "float32" else 2
    if spec.device in ("auto", "cpu"):
        return 2 if host.cpu_flags() & {"avx512_bf16", "amx_bf16"} else 4
    return 2
