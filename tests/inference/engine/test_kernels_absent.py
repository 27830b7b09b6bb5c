"""Where the compiled arithmetic cannot be: no compiler, another CPU, a model that does not suit; all is as before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.engine import hardware, host, kernels, loading
from inference.engine.choose_forward import fastest_right_forward
from inference.engine.flat_forward import FlatForward
from inference.engine.packing import PackedLinear
from inference.engine.types import EngineSpec

from .conftest import CONTEXT_LENGTH, MakeCheckpoint
from .test_flat_forward import CPU, loaded_in_bfloat16

pytestmark = pytest.mark.usefixtures("compiler")  # these tests, too, need a CPU that the program is for


@pytest.fixture
def anew() -> Iterator[None]:
    kernels.kernels.cache_clear()
    yield
    kernels.kernels.cache_clear()


@pytest.mark.usefixtures("anew")
def test_without_a_compiler_everything_is_as_before(
    make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kernels, "c_compiler", lambda: None)
    model = loaded_in_bfloat16(make_checkpoint, "llama_32")
    assert type(fastest_right_forward(model, CPU, CONTEXT_LENGTH)) is FlatForward
    assert type(model.lm_head) is PackedLinear
    assert caplog.text.count("without gcc on this machine") == 1


@pytest.mark.usefixtures("anew")
def test_what_the_compiler_says_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "kernels.c"
    broken.write_text("#error this cannot be\n")
    monkeypatch.setattr(kernels, "SOURCE", broken)
    with caplog.at_level(logging.WARNING):
        assert kernels.kernels() is None
    assert "could not be compiled and is not used" in caplog.text and "this cannot be" in caplog.text


@pytest.mark.parametrize(
    ("flags", "suits"),
    [
        ("avx512f avx512bw avx512vl avx512dq", True),
        ("avx512f avx512bw avx512vl avx512dq avx512_bf16", False),
        ("avx512f avx512bw avx512vl avx512dq avx512_bf16 amx_bf16", True),
        ("avx2", False),
    ],
)
def test_cpus_that_it_is_for(flags: str, suits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "cpu_flags", lambda: frozenset(flags.split()))
    assert host.suits_kernels() is suits


@pytest.mark.parametrize(
    ("name", "changed", "spec", "dtype"),
    [
        ("llama_32", {}, {}, "bfloat16"),
        ("mistral_64", {"sliding_window": 4096}, {}, "bfloat16"),
        ("gpt_neox_64", {}, {}, "float32"),
        ("llama_32", {}, {"quantization": "8bit"}, "float32"),
        ("llama_32", {}, {"trust_remote_code": True}, "float32"),
        ("llama_32", {"vocab_size": 32001}, {}, "float32"),
        ("llama_32", {"head_dim": 80}, {}, "float32"),
        ("llama_32", {"hidden_act": "gelu"}, {}, "float32"),
        ("llama_32", {"rope_parameters": {"rope_type": "dynamic"}}, {}, "float32"),
        ("mistral_64", {"sliding_window": 128}, {}, "float32"),
    ],
)
def test_a_cpu_without_bfloat16_has_it_for_what_is_compiled(
    name: str, changed: Any, spec: Any, dtype: str, make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "cpu_flags", lambda: frozenset({"avx512f"}))
    asked = EngineSpec("m", "transformers", "", **spec)
    config = loading.load_config(make_checkpoint(name), EngineSpec("m", "transformers", ""))
    for key, value in changed.items():
        setattr(config, key, value)
    is_taken = loading._is_compiled(config, asked, CPU)
    assert hardware.choose_dtype("auto", CPU, is_taken) == getattr(torch, dtype)
    assert hardware.choose_dtype("float32", CPU, is_taken) == torch.float32


def test_tiles_that_cannot_be_used_are_told_and_nothing_is_compiled(
    anew: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = kernels.compiled
    monkeypatch.setattr(kernels, "has_tiles", lambda: True)
    monkeypatch.setattr(kernels, "compiled", lambda compiler: own(compiler, "skylake-avx512"))
    assert kernels.kernels() is None
    assert "tiles cannot be used" in caplog.text
