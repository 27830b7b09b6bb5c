"""Several models under one budget: the one used longest ago makes room, one with work never does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference.engine import host, model_memory
from inference.engine.model_memory import RUNTIME, ModelMemory, estimated_memory
from inference.engine.process import EngineProcess
from inference.engine.types import Chunk, EngineRequest, EngineSpec, Loading, ModelUnavailable

from .test_process import answer_to, is_alive, wait_until

Ask = Callable[..., EngineRequest]


class Model:
    """A resident as the budget sees one."""

    def __init__(self, memory: int, last_used: float = 0.0, is_busy: bool = False, is_wanted: bool = True) -> None:
        self.memory, self.last_used, self.is_busy, self.is_wanted = memory, last_used, is_busy, is_wanted
        self.is_over = self.is_closed_to_others = False

    def retire_if_idle(self) -> bool:
        self.is_over = self.is_over or not self.is_busy
        return not self.is_busy

    def take_no_more(self) -> None:
        self.is_closed_to_others = True


def enter(memory: ModelMemory, *models: Model) -> None:
    for model in models:
        assert memory.enter(model, lambda loading: None)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_memory, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(model_memory, "PATIENCE_SECONDS", 0.1)


def test_what_was_used_longest_ago_makes_room_and_no_more_than_needed() -> None:
    memory = ModelMemory(100)
    old, older, young = Model(30, 2), Model(30, 1), Model(30, 3)
    enter(memory, old, older, young)
    assert not (old.is_over or older.is_over or young.is_over), "they fit together"
    enter(memory, Model(40, 5))
    assert (old.is_over, older.is_over, young.is_over) == (False, True, False)
    enter(memory, Model(60, 9))
    assert (old.is_over, young.is_over) == (True, True)


def test_a_busy_one_is_waited_for_and_in_the_end_takes_no_more() -> None:
    memory = ModelMemory(100)
    busy, idle, guest = Model(60, 1, is_busy=True), Model(20, 2), Model(90)
    enter(memory, busy, idle)
    told: list[Loading] = []
    entered = threading.Thread(target=memory.enter, args=(guest, told.append))
    entered.start()
    wait_until(lambda: busy.is_closed_to_others)
    assert idle.is_over and not busy.is_over and entered.is_alive()
    assert told == [model_memory.WAITING], "said once"
    busy.is_busy = False
    entered.join(10)
    assert busy.is_over and not entered.is_alive()


def test_nothing_is_ended_for_a_model_that_nobody_asked_yet() -> None:
    memory = ModelMemory(100)
    resident, early, asked = Model(80), Model(80, is_wanted=False), Model(80)
    enter(memory, resident)
    waits = threading.Thread(target=memory.enter, args=(early, lambda loading: None))
    waits.start()
    time.sleep(0.1)
    assert not resident.is_over
    enter(memory, asked)  # though the other came first
    assert resident.is_over and waits.is_alive()
    early.is_over = True  # closed meanwhile
    waits.join(10)
    assert not waits.is_alive()


def test_what_can_never_fit_is_refused_only_where_a_limit_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelUnavailable, match=r"needs about 2.0 GiB .* only 1.0 GiB together"):
        ModelMemory(2**30).enter(Model(2 * 2**30), lambda loading: None)
    monkeypatch.setattr(host, "total_memory", lambda: 100)
    enter(ModelMemory(), Model(1000))
    monkeypatch.setattr(host, "total_memory", lambda: None)
    enter(ModelMemory(), Model(1000), Model(1000))


def test_the_memory_that_others_left_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, first = ModelMemory(1000), Model(10)
    enter(memory, first)
    monkeypatch.setattr(host, "available_memory", lambda: 50)
    enter(memory, Model(60))
    assert first.is_over


def test_an_estimate_comes_from_the_files(
    make_checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(make_checkpoint("llama"))

    def weights(dtype: str = "auto", device: str = "cpu", flags: str = "") -> int:
        monkeypatch.setattr(host, "cpu_flags", lambda: frozenset(flags.split()))
        return estimated_memory(EngineSpec("m", "transformers", folder, device=device, dtype=dtype)) - RUNTIME

    single = weights("float32")
    assert 4 * 40_000 < single < 8 * 60_000
    assert weights() == single and abs(weights("bfloat16") - single // 2) <= 1
    assert weights(flags="avx512_bf16") == weights("bfloat16") == weights(device="cuda")
    assert estimated_memory(EngineSpec("m", "transformers", "some/hub-name")) == RUNTIME
    assert estimated_memory(EngineSpec("m", "transformers", "/nowhere")) == RUNTIME


@pytest.fixture
def two_models(make_checkpoint: Callable[[str], Path]) -> Iterator[list[EngineProcess]]:
    """Each takes some 400 MB, and there is room for one."""
    memory = ModelMemory(int(RUNTIME * 1.5))
    engines = [
        EngineProcess(EngineSpec(name, "transformers", str(make_checkpoint("llama")), threads=1, device="cpu"), memory)
        for name in ("first", "second")
    ]
    yield engines
    for engine in engines:
        engine.close()


def test_real_processes_take_turns_and_no_answer_is_broken_off(two_models: list[EngineProcess], ask: Ask) -> None:
    first, second = two_models
    assert answer_to(first, ask("hello", max_tokens=4))[-1].finish
    first_pid = first.pid
    running = iter(first.start(ask("hello", max_tokens=200)))
    next(running)  # so it certainly runs
    waiting = second.start(ask("hello", max_tokens=4))
    told = [arrival.stage for arrival in waiting if isinstance(arrival, Loading)]
    rest = [arrival for arrival in running if isinstance(arrival, Chunk)]
    assert rest[-1].finish and rest[-1].finish.reason in ("length", "stop")
    assert "loading torch" in told
    assert first_pid and not is_alive(first_pid)
    assert (first.state, second.state) == ("idle", "ready")
    first.load()  # as the look-out for models with `preload` does every two seconds
    assert first.state == "idle", "it comes back when somebody asks, not by itself"
    assert answer_to(first, ask("hello", max_tokens=4))[-1].finish
    assert (first.state, second.state) == ("ready", "idle")
