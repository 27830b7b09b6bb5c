"""An engine in a process of its own: end to end, killed, broken, repaired, closed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference.engine.engine_child import REPOSITORY
from inference.engine.process import EngineProcess
from inference.engine.serve import FLUSH_SECONDS, LONGEST_FLUSH_SECONDS, NICE, Outbox, flush_seconds
from inference.engine.types import (
    Chunk,
    EngineDied,
    EngineError,
    EngineRequest,
    EngineSpec,
    Finish,
    Loading,
    ModelUnavailable,
    PromptTooLong,
    Queued,
    TextStream,
)

Ask = Callable[..., EngineRequest]


@pytest.fixture(scope="module")
def folder(make_checkpoint: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of this module's own, to be broken and repaired."""
    copy = tmp_path_factory.mktemp("process") / "model"
    shutil.copytree(make_checkpoint("llama"), copy)
    return copy


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[EngineProcess]:
    """One for the whole module, because each start takes seconds; the tests run in this order."""
    engine = EngineProcess(EngineSpec("llama", "transformers", str(folder), threads=1))
    yield engine
    engine.close()


def answer_to(engine: EngineProcess, request: EngineRequest) -> list[Chunk]:
    return chunks_of(engine.start(request))


def chunks_of(stream: TextStream) -> list[Chunk]:
    return [arrival for arrival in stream if isinstance(arrival, Chunk)]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_broken_folder_is_refused_and_the_next_request_tries_again(
    engine: EngineProcess, folder: Path, ask: Ask
) -> None:
    assert engine.state == "idle" and engine.loading
    weights, tokenizer = folder / "model.safetensors", folder / "tokenizer.json"
    weights.rename(folder / "elsewhere")
    with pytest.raises(ModelUnavailable, match="no weights"):
        answer_to(engine, ask("hello"))
    assert engine.pid is None, "seen without starting a process"
    assert engine.state == "failed" and "no weights" in engine.failure
    (folder / "elsewhere").rename(weights)

    content = tokenizer.read_text()
    tokenizer.write_text("{")  # only the loader itself can see this
    with pytest.raises(ModelUnavailable, match="tokenizer"):
        answer_to(engine, ask("hello"))
    wait_until(lambda: engine.state == "failed")
    assert "tokenizer" in engine.failure
    tokenizer.write_text(content)  # the tests below start it again


def test_pages_and_words_on_their_way_come_before_the_model(engine: EngineProcess) -> None:
    engine.load()
    expected = min(19, os.nice(0) + NICE)
    wait_until(lambda: engine.pid is not None and os.getpriority(os.PRIO_PROCESS, engine.pid) == expected)


def test_it_answers_several_at_once_and_reports_itself(engine: EngineProcess, ask: Ask) -> None:
    assert engine.loading and not engine.info.parameters
    streams = [engine.start(ask(f"question {index}", max_tokens=30, seed=index)) for index in range(5)]
    cancelled_while_loading = engine.start(ask("never mind"))
    cancelled_while_loading.cancel()
    assert [chunk.finish and chunk.finish.reason for chunk in chunks_of(cancelled_while_loading)] == ["cancelled"]
    told = list(streams[0])
    stages = [arrival for arrival in told if isinstance(arrival, Loading)]
    assert len(stages) > 2 and stages == sorted(stages, key=lambda stage: stage.fraction)
    assert told[: len(stages)] == stages, "first how the loading goes, then the answer"
    answers = [[arrival for arrival in told if isinstance(arrival, Chunk)], *map(chunks_of, streams[1:])]
    assert engine.loading is None and engine.state == "ready"
    assert engine.info.parameters > 0 and engine.info.dtype
    for chunks in answers:
        assert chunks[-1].finish and not any(chunk.finish for chunk in chunks[:-1])
        assert sum(len(chunk.token_ids) for chunk in chunks) == chunks[-1].finish.completion_tokens
    again = answer_to(engine, ask("question 3", max_tokens=30, seed=3))
    assert text_of(again) == text_of(answers[3])


def test_the_worker_never_imports_torch() -> None:
    code = (
        "import sys; import inference.engine.registry, inference.engine.process, inference.engine.echo; "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules or 'django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


def test_errors_of_a_request_reach_its_caller_as_what_they_are(engine: EngineProcess, ask: Ask) -> None:
    with pytest.raises(PromptTooLong, match="too long for this model"):
        list(engine.start(ask("wind " * 3000)))
    assert answer_to(engine, ask("hello", max_tokens=2))[-1].finish


def test_cancel_from_another_thread_ends_the_stream_soon(engine: EngineProcess, ask: Ask) -> None:
    stream = engine.start(ask("hello", max_tokens=100_000, temperature=1.0, seed=11))
    chunks: list[Chunk] = []
    for chunk in stream:
        assert isinstance(chunk, Chunk)
        if not chunks:
            threading.Thread(target=stream.cancel).start()
        chunks.append(chunk)
    assert chunks[-1].finish and chunks[-1].finish.reason in ("cancelled", "length", "stop")
    stream.cancel()  # once more does no harm


def test_a_stream_that_nobody_reads_any_more_is_cancelled(engine: EngineProcess, ask: Ask) -> None:
    stream = iter(engine.start(ask("hello", max_tokens=100_000)))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert engine._child
    wait_until(lambda: not engine._child._streams)  # type: ignore[union-attr]


def test_a_killed_process_ends_its_answers_and_the_next_request_starts_another(engine: EngineProcess, ask: Ask) -> None:
    list(engine.start(ask("hello", max_tokens=1)))
    pid = engine.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)  # so that the answers are certainly still running when it dies
    streams = [engine.start(ask("hello", max_tokens=200)) for _ in range(3)]
    os.kill(pid, signal.SIGKILL)
    for stream in streams:
        with pytest.raises(EngineDied, match="SIGKILL"):
            list(stream)
    assert answer_to(engine, ask("hello", max_tokens=2))[-1].finish
    assert engine.pid != pid


def test_what_does_not_fit_waits_and_is_told_behind_how_many(folder: Path, ask: Ask) -> None:
    smallest = EngineSpec("llama", "transformers", str(folder), threads=1, answer_memory=1)  # two answers at a time
    engine = EngineProcess(smallest)
    params = {"max_tokens": 120, "temperature": 0}
    streams = [engine.start(ask(f"hello {number}", request_id=str(number), **params)) for number in range(5)]
    told: list[Queued] = []
    for arrival in streams[4]:
        if isinstance(arrival, Queued):
            told.append(arrival)
            streams[4].cancel()
        assert not isinstance(arrival, Chunk) or (arrival.finish and arrival.finish.reason == "cancelled")
    assert told[0].ahead in (1, 2)
    assert all(chunks_of(stream)[-1].finish for stream in streams[:4])
    engine.close()


def test_a_process_killed_while_loading_makes_the_model_unavailable(folder: Path, ask: Ask) -> None:
    """Otherwise a model that is too large for the machine would be tried again for ever."""
    engine = EngineProcess(EngineSpec("llama", "transformers", str(folder), threads=1))
    stream = engine.start(ask("hello"))
    wait_until(lambda: engine.pid is not None)
    os.kill(engine.pid or 0, signal.SIGKILL)
    with pytest.raises(ModelUnavailable, match=r"SIGKILL .*memory.* while it loaded"):
        chunks_of(stream)
    assert engine.state == "failed" and "SIGKILL" in engine.failure
    engine.close()


def test_a_closed_engine_is_gone_and_says_so(engine: EngineProcess, ask: Ask) -> None:
    pid = engine.pid
    running = engine.start(ask("hello", max_tokens=100_000))
    engine.close()
    assert pid and not is_alive(pid)
    for stream in (running, engine.start(ask("hello"))):
        with pytest.raises(EngineDied, match="stopped"):
            chunks_of(stream)


def test_the_process_dies_with_its_worker(make_checkpoint: Callable[[str], Path]) -> None:
    code = f"""
import time
from inference.engine.process import EngineProcess
from inference.engine.types import EngineSpec
engine = EngineProcess(EngineSpec("m", "transformers", {str(make_checkpoint("llama"))!r}, threads=1))
engine.load()
while not engine.pid: time.sleep(0.01)
print(engine.pid, flush=True)
time.sleep(60)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert worker.stdout
    pid = int(worker.stdout.readline())
    assert is_alive(pid)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    wait_until(lambda: not is_alive(pid), seconds=10)


def test_text_is_sent_more_seldom_beside_others_but_five_times_a_second() -> None:
    assert flush_seconds(0) == flush_seconds(2) == FLUSH_SECONDS
    assert FLUSH_SECONDS < flush_seconds(8) < flush_seconds(12) < LONGEST_FLUSH_SECONDS
    assert flush_seconds(16) == flush_seconds(500) == LONGEST_FLUSH_SECONDS == 0.2


class RecordingConnection:
    def __init__(self) -> None:
        self.sent: list[list[tuple[str, Chunk | EngineError]]] = []

    def send(self, message: tuple[str, list[tuple[str, Chunk | EngineError]]]) -> None:
        self.sent.append(message[1])


def test_chunks_travel_together_but_the_first_and_the_last_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("inference.engine.serve.time.monotonic", lambda: now)
    connection = RecordingConnection()
    outbox = Outbox(connection)  # type: ignore[arg-type]
    outbox.collect([])
    outbox._last_flush = now
    outbox.collect([("a", Chunk("1", (1,)))])
    assert connection.sent.pop() == [("a", Chunk("1", (1,)))], "the first text at once"
    outbox.collect([("a", Chunk("2", (2,)))])
    outbox.collect([("a", Chunk("3", (3,))), ("b", Chunk("", (9,)))])
    assert connection.sent == [], "the others wait"
    now += FLUSH_SECONDS
    outbox.collect([])
    assert connection.sent.pop() == [("a", Chunk("23", (2, 3))), ("b", Chunk("", (9,)))]
    end = Finish("stop", 1, 4)
    outbox.collect([("a", Chunk("4", (4,)))])
    outbox.collect([("a", Chunk("5", (), end))])
    assert connection.sent.pop() == [("a", Chunk("45", (4,), end))]
    outbox.collect([("b", Chunk("x", (10,)))])
    connection.sent.clear()
    outbox.collect([("b", Chunk("y", (11,)))])
    error = EngineError("broken")
    outbox.collect([("b", error)])
    assert connection.sent == [[("b", Chunk("y", (11,)))], [("b", error)]], "text before an error is not lost"
