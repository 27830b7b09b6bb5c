"""LoRA adapters: merged exactly, refused in one sentence when they do not fit, asked in the adapter's own format."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, PromptTuningConfig, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from inference.engine.checks import check_adapter, check_adapter_source, check_source
from inference.engine.loading import load_model
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, EngineRequest, EngineSpec, ModelUnavailable, SamplingParams

Make = Callable[[str], Path]
WEIGHTS = "adapter_model.safetensors"


def make_adapter(base: Path, folder: Path, **options: Any) -> Path:
    """A LoRA adapter with wide random weights, saved as PEFT saves it."""
    torch.manual_seed(3)
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    config = LoraConfig(r=4, lora_alpha=16, target_modules=["q_proj", "v_proj", "down_proj"], **options)
    adapted = get_peft_model(model, config)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.3)
    adapted.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def base(make_checkpoint: Make) -> Path:
    return make_checkpoint("llama")


@pytest.fixture
def adapter(base: Path, tmp_path: Path) -> Path:
    return make_adapter(base, tmp_path / "my-lora")


def spec(source: Path | str, adapter: Path | str = "", **changes: Any) -> EngineSpec:
    return EngineSpec("m", "transformers", str(source), dtype="float32", adapter=str(adapter), **changes)


def sentence(source: Path | str, adapter: Path | str = "") -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load_model(spec(source, adapter))
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".") and "Traceback" not in text
    return text


@pytest.mark.parametrize("options", [{}, {"use_rslora": True}, {"use_dora": True}, {"bias": "all"}])
def test_a_merged_adapter_computes_what_peft_computes(base: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    folder = make_adapter(base, tmp_path / "lora", **options)
    loaded = load_model(spec(base, folder))
    token_ids = torch.tensor([[5, 9, 200, 31, 7]])
    plain: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with torch.inference_mode():
        alone = plain(token_ids).logits
        expected = PeftModel.from_pretrained(plain, str(folder)).eval()(token_ids).logits
        computed = loaded.model(token_ids).logits
    assert torch.allclose(computed, expected, atol=1e-3)
    assert not torch.allclose(computed, alone, atol=0.1), "the premise: the adapter changes something"
    assert type(loaded.model).__name__ == "LlamaForCausalLM", "merged: no layer of PEFT is left"


def test_a_merge_is_the_known_formula(base: Path, adapter: Path) -> None:
    """W + B·A·alpha/r, as in the paper (Hu et al. 2021), and nothing else is touched."""
    name = "model.layers.1.self_attn.q_proj"
    before, change = load_file(base / "model.safetensors"), load_file(adapter / WEIGHTS)
    down, up = (change[f"base_model.model.{name}.lora_{part}.weight"] for part in ("A", "B"))
    merged = load_model(spec(base, adapter)).model.state_dict()
    assert torch.allclose(merged[f"{name}.weight"], before[f"{name}.weight"] + up @ down * (16 / 4), atol=1e-5)
    untouched = "model.layers.1.self_attn.k_proj.weight"
    assert torch.equal(merged[untouched], before[untouched])


def test_it_answers_through_the_engine_like_generate(base: Path, adapter: Path, drive: Callable[[Any], Any]) -> None:
    loaded = load_model(spec(base, adapter))
    driver = drive(TransformersEngine(loaded))
    asked = EngineRequest("1", (ChatMessage("user", "hello"),), SamplingParams(temperature=0, max_tokens=12))
    driver.answer(asked)
    prompt = torch.tensor([driver.engine._prompts.encode(asked.messages)])
    output = loaded.model.generate(
        prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=12, pad_token_id=0
    )[0, prompt.shape[1] :].tolist()
    assert driver.token_ids("1") == [token_id for token_id in output if token_id not in loaded.end_token_ids]


def test_an_adapter_pasted_as_the_source_brings_its_base(base: Path, adapter: Path) -> None:
    check_source(str(adapter))
    direct, pasted = load_model(spec(base, adapter)).model, load_model(spec(adapter)).model
    for name, tensor in direct.state_dict().items():
        assert torch.equal(tensor, pasted.state_dict()[name])


def test_it_is_asked_in_the_format_of_the_adapter(base: Path, tmp_path: Path) -> None:
    bare = tmp_path / "llama-7b"
    shutil.copytree(base, bare)
    (bare / "chat_template.jinja").unlink()
    adapter = make_adapter(bare, tmp_path / "guanaco-7b")
    found = load_model(spec(bare, adapter)).prompt_format
    assert found and found.family == "guanaco", "the adapter's name tells more than the base's"
    (adapter / "chat_template.jinja").write_text("{{ messages[-1].content }}!")
    found = load_model(spec(bare, adapter)).prompt_format
    assert found and found.render([ChatMessage("user", "hi")]) == "hi!", "what was trained with it comes first"


def test_two_adapters_on_one_base_are_two_engines(base: Path, adapter: Path) -> None:
    assert len({spec(base), spec(base, adapter), spec(base, adapter), spec(base, "other")}) == 3


def test_one_for_another_model_is_refused(base: Path, adapter: Path, make_checkpoint: Make, tmp_path: Path) -> None:
    assert "does not fit this base model" in sentence(make_checkpoint("gpt_neox"), adapter)
    narrow = tmp_path / "narrow"
    shutil.copytree(adapter, narrow)
    weights = {name: tensor[:, :-1].contiguous() for name, tensor in load_file(narrow / WEIGHTS).items()}
    save_file(weights, narrow / WEIGHTS)
    assert "does not fit this base model" in sentence(base, narrow)


def test_one_that_lacks_weights_is_refused(base: Path, adapter: Path) -> None:
    weights = load_file(adapter / WEIGHTS)
    save_file({name: tensor for name, tensor in weights.items() if "layers.1" not in name}, adapter / WEIGHTS)
    assert "its file lacks weights" in sentence(base, adapter)


def test_a_kind_that_is_no_change_of_weights_is_refused(base: Path, tmp_path: Path) -> None:
    model: Any = AutoModelForCausalLM.from_pretrained(base)
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=4)
    get_peft_model(model, config).save_pretrained(tmp_path / "tuned")
    assert "cannot be merged into weights" in sentence(base, tmp_path / "tuned")


def test_defects_of_the_folder_are_one_sentence_each(base: Path, adapter: Path, tmp_path: Path) -> None:
    assert "does not exist" in sentence(base, tmp_path / "nothing")
    assert "holds no adapter" in sentence(base, base)
    content = (adapter / WEIGHTS).read_bytes()
    (adapter / WEIGHTS).write_bytes(content[: len(content) // 2])
    assert "cut off" in sentence(base, adapter)
    (adapter / WEIGHTS).unlink()
    assert "holds no weights" in sentence(base, adapter)
    (adapter / "adapter_model.bin").write_bytes(b"x")
    assert "only safetensors" in sentence(base, adapter)
    (adapter / "adapter_config.json").write_text("{")
    assert "not valid JSON" in sentence(base, adapter)
    with pytest.raises(ModelUnavailable, match="of what kind"):
        (adapter / "adapter_config.json").write_text("{}")
        check_adapter(adapter)
    check_adapter_source("")
    check_adapter_source("timdettmers/guanaco-7b")


def test_a_pasted_adapter_whose_base_is_not_here_says_what_to_do(adapter: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    for named, said in (("/somewhere/else/llama", "is not on this machine"), (None, "does not name its base model")):
        (adapter / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": named}))
        with pytest.raises(ModelUnavailable, match=said):
            check_source(str(adapter))
        assert "give" in sentence(adapter)
