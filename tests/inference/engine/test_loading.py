"""A model folder that cannot work says why in one sentence, before or instead of a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from inference.engine import hardware, loading
from inference.engine.checks import check_source, is_hub_name, parameter_count
from inference.engine.loading import context_length_of, load_model
from inference.engine.types import EngineSpec, Loading, ModelUnavailable


@pytest.fixture
def folder(tmp_path: Path, make_checkpoint: Callable[[str], Path]) -> Path:
    """A copy of a good model folder, to be broken."""
    copy = tmp_path / "model"
    shutil.copytree(make_checkpoint("llama"), copy)
    return copy


def sentence(source: Path | str, **changes: object) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load_model(EngineSpec("m", "transformers", str(source), **changes))  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".") and "Traceback" not in text
    return text


def change_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_good_folder_loads_and_reports_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SECONDS_BETWEEN_TELLING", 0)
    stages: list[Loading] = []
    loaded = load_model(EngineSpec("m", "transformers", str(folder), context_length=100), stages.append)
    assert loaded.info.context_length == 100
    assert loaded.info.parameters == sum(parameter.numel() for parameter in loaded.model.parameters())
    assert parameter_count(folder) == loaded.info.parameters
    assert loaded.info.device in ("cpu", "cuda", "mps", "xpu") and loaded.info.load_seconds > 0
    assert loaded.end_token_ids == {2}
    fractions = [stage.fraction for stage in stages]
    assert fractions == sorted(fractions) and len(set(fractions)) > 10


def test_a_missing_folder(tmp_path: Path) -> None:
    assert "does not exist" in sentence(tmp_path / "nothing")


def test_a_file_instead_of_a_folder(folder: Path) -> None:
    assert "is a file" in sentence(folder / "config.json")


def test_no_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert "no config.json" in sentence(folder)
    (folder / "adapter_config.json").write_text("{}")
    assert "adapter" in sentence(folder)


@pytest.mark.parametrize("content", ["{", "", "[]", "\x00"])
def test_a_broken_config(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    assert "config.json is broken" in sentence(folder)


def test_no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "no weights" in sentence(folder)
    (folder / "pytorch_model.bin").write_bytes(b"x")
    assert "only safetensors" in sentence(folder)


@pytest.mark.parametrize("share", [0.0, 0.00001, 0.01, 0.5, 0.999])
def test_weights_that_are_cut_off(folder: Path, share: float) -> None:
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[: int(len(content) * share)])
    assert "cut off" in sentence(folder)


def test_weights_that_are_something_else(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 9\n")
    assert "git-lfs pointer" in sentence(folder)
    (folder / "model.safetensors").write_bytes((20).to_bytes(8, "little") + b"this is not a header, is it?")
    assert "not a safetensors file" in sentence(folder)


def test_weights_in_several_files_one_of_which_is_missing(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}))
    assert "model-00002-of-00002.safetensors is missing" in sentence(folder)


def test_weights_that_lack_a_layer(folder: Path) -> None:
    change_config(folder, num_hidden_layers=3)
    assert "lack" in sentence(folder) and "layers.2" in sentence(folder)


def test_weights_of_another_shape(folder: Path) -> None:
    change_config(folder, intermediate_size=65)
    assert "cannot be loaded" in sentence(folder)


def test_an_unknown_architecture(folder: Path) -> None:
    change_config(folder, model_type="never_heard_of", architectures=["NeverHeardOf"])
    assert "architecture" in sentence(folder) and "never_heard_of" in sentence(folder)


def test_a_chatglm_says_that_its_code_is_too_old(folder: Path) -> None:
    change_config(folder, model_type="chatglm", auto_map={"AutoConfig": "configuration_chatglm.ChatGLMConfig"})
    (folder / "configuration_chatglm.py").write_text("raise ImportError('an old name')")
    assert "is a ChatGLM" in sentence(folder)
    assert "is a ChatGLM" in sentence(folder, trust_remote_code=True)


def test_a_model_that_brings_its_own_code(folder: Path) -> None:
    change_config(folder, model_type="own", auto_map={"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"})
    (folder / "own.py").write_text("raise SystemExit('code of the model was run')")
    assert "own program code" in sentence(folder)


def test_weights_of_another_kind_of_model(folder: Path) -> None:
    change_config(folder, model_type="t5", architectures=["T5ForConditionalGeneration"], is_encoder_decoder=True)
    assert "lack" in sentence(folder)


def test_a_tokenizer_that_only_sentencepiece_can_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.model").write_bytes(b"x")
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    assert "needs the package sentencepiece" in sentence(folder)


def test_a_hub_model_that_offers_no_safetensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *args, **kwargs: str(tmp_path))
    assert "offers no safetensors weights" in sentence("lmsys/old-model")


def test_a_prompt_format_that_does_not_exist(folder: Path) -> None:
    assert "no prompt format “klingon”" in sentence(folder, family="klingon")


def test_a_prompt_format_that_was_chosen(folder: Path) -> None:
    loaded = load_model(EngineSpec("m", "transformers", str(folder), family="baize"))
    assert loaded.prompt_format and loaded.prompt_format.family == "baize"
    loaded = load_model(EngineSpec("m", "transformers", str(folder)))
    assert loaded.prompt_format and loaded.prompt_format.family == "own", "its files ship a template"


def test_no_tokenizer(folder: Path) -> None:
    for path in folder.glob("*token*"):
        path.unlink()
    assert "no tokenizer" in sentence(folder)


def test_a_broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{")
    assert "tokenizer" in sentence(folder)


def test_weights_full_of_nan(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = {
        name: torch.full_like(tensor, torch.nan) for name, tensor in load_file(folder / "model.safetensors").items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert "NaN" in sentence(folder)


def test_not_enough_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "free_memory", lambda device: 1000)
    assert "needs about" in sentence(folder)


def test_devices_and_number_formats_that_are_not_there(folder: Path) -> None:
    assert "'abacus' is unknown" in sentence(folder, device="abacus")
    assert "'int3' is unknown" in sentence(folder, dtype="int3")
    if not torch.cuda.is_available():
        assert "no cuda device" in sentence(folder, device="cuda:0")


def test_a_hub_name_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    text = sentence("nobody/has-this-model")
    assert "neither a folder" in text and "HF_HUB_OFFLINE" in text


def test_hub_names_and_folders_are_told_apart(tmp_path: Path) -> None:
    assert is_hub_name("gpt2") and is_hub_name("Qwen/Qwen3-0.6B")
    for path in ("/models/x", "./x", "~/x", "../x", "a/b/c", str(tmp_path)):
        assert not is_hub_name(path)
    check_source("Qwen/Qwen3-0.6B")
    with pytest.raises(ModelUnavailable):
        check_source("/models/x")


@pytest.mark.parametrize(
    ("flags", "dtype"),
    [("avx2 avx512_bf16", "bfloat16"), ("avx2 amx_bf16", "bfloat16"), ("avx2 avx512f", "float32"), ("", "float32")],
)
def test_a_cpu_takes_bfloat16_only_where_it_is_fast(flags: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "cpu_flags", lambda: frozenset(flags.split()))
    assert hardware.choose_dtype("auto", torch.device("cpu")) == getattr(torch, dtype)
    assert hardware.choose_dtype("float16", torch.device("cpu")) == torch.float16


def test_the_context_length_comes_from_the_config_and_a_wish_only_shortens_it() -> None:
    class Config(SimpleNamespace):
        def get_text_config(self) -> Config:
            return self

    assert context_length_of(Config(max_position_embeddings=4096), None) == 4096
    assert context_length_of(Config(n_positions=1024), 512) == 512
    assert context_length_of(Config(max_seq_len=1024), 4096) == 1024
    assert context_length_of(Config(), None) == 2048
    assert context_length_of(Config(n_positions=512, relative_attention_num_buckets=32), None) == 2048
