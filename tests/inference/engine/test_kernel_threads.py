"""The threads of the compiled arithmetic: they are torch's, and what happens to them changes no result."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from inference.engine.choose_forward import fastest_right_forward
from inference.engine.compiled_forward import CompiledForward
from inference.engine.compiled_linear import CompiledLinear
from inference.engine.forward import Work

from .conftest import CONTEXT_LENGTH, MakeCheckpoint
from .test_flat_forward import loaded_in_bfloat16
from .test_kernels import CPU, linear

pytestmark = pytest.mark.usefixtures("compiler")


@pytest.fixture
def busy_cores() -> Iterator[None]:
    """Programs that take every core now and then, as the site does."""
    program = "import time\nwhile True:\n    time.sleep(0.001)\n    end = time.perf_counter() + 0.001\n"
    program += "    while time.perf_counter() < end: pass\n"
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(os.cpu_count() or 1)]
    yield
    for process in running:
        process.kill()
        process.wait()


def test_a_second_thread_is_refused(compiler: str) -> None:
    layer, rows = CompiledLinear(linear(1024, 2048)), torch.randn(32, 1024).to(torch.bfloat16)
    expected = layer(rows)
    refusals: list[str] = []

    def ask_often() -> None:
        for _ in range(300):
            try:
                assert torch.equal(layer(rows), expected)
            except RuntimeError as error:
                refusals.append(str(error))

    with ThreadPoolExecutor(2) as threads:
        for asked in [threads.submit(ask_often) for _ in range(2)]:
            asked.result()
    assert set(refusals) == {"another thread is using the compiled arithmetic"}


@pytest.mark.usefixtures("busy_cores")
def test_threads_that_are_sent_away_change_nothing(make_checkpoint: MakeCheckpoint, machine: str) -> None:
    """More threads than cores, so that the system takes them away in the middle of their parts, others do those parts
    again, and they come back when the pass is elsewhere."""
    forward = fastest_right_forward(loaded_in_bfloat16(make_checkpoint, "llama_32"), CPU, CONTEXT_LENGTH)
    assert type(forward) is CompiledForward
    long = [5 + number % 40 for number in range(150)]  # its attention goes on while others have long done theirs
    prompts = [long, [1, 5, 7], [2, 5], long[:70], [3]]

    def answered(threads: int, name: int) -> list[torch.Tensor]:
        torch.set_num_threads(threads)
        works = [Work(name + row, prompt) for row, prompt in enumerate(prompts)]
        told = []
        for step in range(40):
            arriving = [Work(name + 9, long[:90])] if step == 20 else []  # read beside those that decode
            results = forward.advance([*works, *arriving])
            told.append(torch.stack([each for each in results if isinstance(each, torch.Tensor)]))
            works = [Work(work.key, [(step * 7 + 3) % 50], is_decoding=True) for work in [*works, *arriving]]
        for work in works:
            forward.release(work.key)
        return told

    try:
        expected = answered(1, 0)
        for turn in range(1, 7):
            for mine, theirs in zip(answered(4 * (os.cpu_count() or 1), 10 * turn), expected, strict=True):
                assert torch.equal(mine, theirs)
    finally:
        torch.set_num_threads(1)


def test_the_threads_are_those_of_torch(compiler: str) -> None:
    """A second OpenMP library would start as many threads again."""
    program = (
        "import torch; from inference.engine.kernels import kernels; found = kernels(); assert found;"
        "torch.set_num_threads(3); a = torch.randn(400, 400); a @ a; before = threads(); found.use_threads(3);"
        "found.linear(Weights(w.data_ptr(), None, 64, 512), torch.randn(9, 64).bfloat16()); print(before, threads())"
    )
    setup = (
        "import os; from inference.engine.kernels import Weights; import torch\n"
        "threads = lambda: len(os.listdir('/proc/self/task')); w = torch.randn(512, 64).bfloat16()\n"
    )
    told = subprocess.run([sys.executable, "-c", setup + program], capture_output=True, text=True, check=True).stdout
    before, after = map(int, told.split())
    assert before == after >= 3
