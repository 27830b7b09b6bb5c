"""How each family is asked: against FastChat's own prompts, and by the model cards where they differ."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from inference.engine.families import FAMILIES, NEWER, PLAIN, family_named, recognise
from inference.engine.families.family import TEMPLATES
from inference.engine.prompt_format import OWN, PROMPT_FORMATS, choose_format
from inference.engine.shipped import Shipped, local_folder, shipped_with
from inference.engine.types import ChatMessage, EngineError, ModelUnavailable

GOLDEN = Path(__file__).resolve().parents[4] / "shared" / "data" / "family_prompts.json"
TALK = (ChatMessage("user", "U1"), ChatMessage("assistant", " A1\n"), ChatMessage("user", "U2"))
WITH_SYSTEM = (ChatMessage("system", "Rule-1"), *TALK)


def prompt(name: str, messages: tuple[ChatMessage, ...] = TALK, family: str = "", **shipped: Any) -> str:
    return choose_format(family, Shipped(**shipped), name).render(messages)


def golden() -> list[dict[str, Any]]:
    if not GOLDEN.exists():
        return []
    entries: list[dict[str, Any]] = json.loads(GOLDEN.read_text())
    return entries


def test_fastchats_prompts_are_here_to_be_compared_with() -> None:
    if not GOLDEN.exists():
        assert not os.environ.get("CI"), f"{GOLDEN} is missing"
        pytest.skip(f"{GOLDEN} is not on this machine: nothing was compared with FastChat's prompts")
    assert len(golden()) >= 34


@pytest.mark.parametrize("entry", golden(), ids=lambda entry: f"{entry['model']}-{entry['chat']}")
def test_the_prompt_is_fastchats_byte_for_byte(entry: dict[str, Any]) -> None:
    found = choose_format("", Shipped(), entry["model"])
    messages = [ChatMessage(**message) for message in entry["messages"]]
    assert found.render(messages) == entry["prompt"]
    assert {entry["stop_str"]} - {None} <= set(found.stop_strings)
    assert set(entry["stop_token_ids"] or ()) <= set(found.stop_token_ids(Shipped()))
    if entry["default_system"]:
        system = ChatMessage("system", entry["default_system"])
        assert found.render([system, *messages]) == entry["prompt"], "said aloud, the family's text changes nothing"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("chavinlo/alpaca-13b", "### Instruction:\nU1\n\n### Response:\nA1</s>### Instruction:\nU2\n\n### Response:"),
        ("THUDM/chatglm-6b", "[Round 0]\n问：U1\n答：A1\n[Round 1]\n问：U2\n答："),
        ("lmsys/fastchat-t5-3b-v1.0", "\n\n### Human: U1\n### Assistant: A1\n### Human: U2\n### Assistant:"),
        ("WizardLM/WizardLM-7B-V1.0", "U1\n\n### Response:A1</s>U2\n\n### Response:"),
        ("mosaicml/mpt-7b-instruct", "### Response:\nA1\n\n### Instruction:\nU2\n\n### Response:\n"),
        ("togethercomputer/RedPajama-INCITE-7B-Chat", "<human>: U1\n<bot>: A1\n<human>: U2\n<bot>:"),
        ("OpenAssistant/falcon-40b-sft-top1-560", "<|prompter|>U2<|endoftext|><|assistant|>"),
        ("OpenAssistant/llama2-70b-oasst-sft-v10", "<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\n"),
        ("nomic-ai/gpt4all-j", "\n### Prompt: U1\n### Response: A1\n### Prompt: U2\n### Response:"),
        ("young-geng/koala-13b", "BEGINNING OF CONVERSATION: USER: U1 GPT: A1</s>USER: U2 GPT:"),
        ("google/gemma-2b-it", "A1<end_of_turn>\n<start_of_turn>user\nU2<end_of_turn>\n<start_of_turn>model\n"),
        ("mistralai/Mistral-7B-Instruct-v0.2", "[INST] U1 [/INST] A1</s>[INST] U2 [/INST]"),
        ("meta-llama/Llama-3.2-1B-Instruct", "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"),
        ("microsoft/Phi-3-mini-4k-instruct", "<|user|>\nU1<|end|>\n<|assistant|>\nA1<|end|>\n"),
        ("stabilityai/stablelm-zephyr-3b", "<|user|>\nU1<|endoftext|>\n<|assistant|>\n"),
    ],
)
def test_where_a_model_card_differs_from_fastchat_the_card_is_followed(name: str, written: str) -> None:
    assert written in re.sub(r"(?<=\|>\n) A1\n(?=<)", "A1", prompt(name))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (
            "meta-llama/Llama-2-7b-chat-hf",
            "[INST] <<SYS>>\nRule-1\n<</SYS>>\n\nU1 [/INST] A1 </s><s>[INST] U2 [/INST]",
        ),
        ("THUDM/chatglm2-6b", "Rule-1\n\n[Round 1]\n\n问：U1\n\n答：A1\n\n[Round 2]\n\n问：U2\n\n答："),
        ("tiiuae/falcon-180B-chat", "System: Rule-1\nUser: U1\nFalcon: A1\nUser: U2\nFalcon:"),
        ("lmsys/vicuna-7b-v1.5", "Rule-1 USER: U1 ASSISTANT: A1</s>USER: U2 ASSISTANT:"),
        ("databricks/dolly-v2-3b", "Rule-1\n\n### Instruction:\nU1\n\n### Response:\nA1### End\n\n### Instruction:\n"),
        ("project-baize/baize-v2-7b", "Rule-1\n[|Human|]U1\n[|AI|]A1\n[|Human|]U2\n[|AI|]"),
        ("tiiuae/falcon-7b-instruct", "Rule-1\n\nUser: U1\n\nAssistant: A1\n\nUser: U2\n\nAssistant:"),
    ],
)
def test_a_system_text_of_ones_own_takes_the_place_of_the_familys(name: str, written: str) -> None:
    assert prompt(name, WITH_SYSTEM).startswith(written)


def test_falcon_reads_no_empty_lines_inside_a_message() -> None:
    asked = (ChatMessage("user", "one\r\n\r\ntwo\n\nthree"),)
    assert prompt("tiiuae/falcon-7b-instruct", asked) == "User: one\ntwo\nthree\n\nAssistant:"


def test_chatglms_lone_first_question_is_bare_and_redpajama_begins_with_its_tag() -> None:
    assert prompt("THUDM/chatglm-6b", TALK[:1]) == "U1"
    assert prompt("THUDM/chatglm-6b", (ChatMessage("system", "S"), TALK[0])) == "S\n[Round 0]\n问：U1\n答："
    assert prompt("togethercomputer/RedPajama-INCITE-Chat-3B-v1", TALK[:1]) == "<human>: U1\n<bot>:"


@pytest.mark.parametrize("family", [*FAMILIES, PLAIN], ids=lambda family: family.slug)
def test_every_family_takes_every_conversation_whole(family: Any) -> None:
    """Own system text, a question that was never answered, blank system text: nothing is lost, nothing doubled."""
    written = prompt("x", (*WITH_SYSTEM, ChatMessage("user", "U3")), family.slug)
    for word in ("Rule-1", "U1", "A1", "U2", "U3"):
        assert written.count(word) == 1, word
    places = [written.index(word) for word in ("Rule-1", "U1", "A1", "U2", "U3")]
    assert places == sorted(places)
    assert "Rule-1" not in prompt("x", TALK, family.slug)
    assert prompt("x", (ChatMessage("system", " "), *TALK), family.slug) == prompt("x", TALK, family.slug)
    if family.default_system:
        assert family.default_system in prompt("x", TALK, family.slug) and family.default_system not in written


@pytest.mark.parametrize("family", [*FAMILIES, PLAIN], ids=lambda family: family.slug)
def test_every_record_has_a_template_a_title_and_an_end(family: Any) -> None:
    assert family.template_text and family.title and (family.stop_strings or family.stop_tokens)
    assert PROMPT_FORMATS[family.slug] == family.title and len(family.slug) <= 40
    assert "bos_token" not in family.template_text, "the tokenizer adds it"


def test_every_template_belongs_to_a_family() -> None:
    used = {family.template or family.slug for family in (*FAMILIES, PLAIN)}
    assert used == {path.stem for path in TEMPLATES.glob("*.jinja")}
    assert len({family.slug for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("meta-llama/Llama-2-13b-chat-hf", "llama-2"),
        ("/models/llama2-7b-chat", "llama-2"),
        ("codellama/CodeLlama-7b-Instruct-hf", "llama-2"),
        ("lmsys/vicuna-13b-v1.1", "vicuna"),
        ("lmsys/vicuna-13b-v1.5-16k", "vicuna"),
        ("lmsys/longchat-7b-v1.5-32k", "vicuna"),
        ("lmsys/vicuna-7b-delta-v0", "vicuna-v0"),
        ("CarperAI/stable-vicuna-13b-delta", "stable-vicuna"),
        ("TheBloke/Wizard-Vicuna-13B-Uncensored-HF", "vicuna"),
        ("WizardLM/WizardLM-30B-V1.0", "vicuna"),
        ("WizardLM/WizardLM-70B-V1.0", "vicuna"),
        ("tatsu-lab/alpaca-7b-wdiff", "alpaca"),
        ("hfl/chinese-alpaca-2-7b", "chinese-alpaca-2"),
        ("project-baize/baize-v2-13b", "baize"),
        ("THUDM/chatglm2-6b-32k", "chatglm2"),
        ("THUDM/chatglm3-6b-base", "chatglm3"),
        ("databricks/dolly-v2-3b", "dolly-v2"),
        ("tiiuae/falcon-7b-instruct", "falcon"),
        ("tiiuae/falcon-180B-chat", "falcon-chat"),
        ("google/flan-t5-xxl", "flan-t5"),
        ("nomic-ai/gpt4all-13b-snoozy", "gpt4all"),
        ("nomic-ai/gpt4all-falcon", "gpt4all"),
        ("timdettmers/guanaco-65b", "guanaco"),
        ("mosaicml/mpt-7b-8k-chat", "mpt-30b-chat"),
        ("mosaicml/mpt-30b-instruct", "mpt-instruct"),
        ("OpenAssistant/oasst-sft-1-pythia-12b", "oasst-pythia"),
        ("OpenAssistant/pythia-12b-sft-v8-7k-steps", "oasst-pythia"),
        ("OpenAssistant/stablelm-7b-sft-v7-epoch-3", "oasst-pythia"),
        ("OpenAssistant/oasst-sft-6-llama-30b", "oasst-llama"),
        ("stabilityai/stablelm-tuned-alpha-3b", "stablelm"),
        ("Qwen/Qwen2.5-0.5B-Instruct", "qwen2.5"),
        ("Qwen/Qwen3-4B", "qwen3"),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "zephyr"),
        ("HuggingFaceTB/SmolLM2-360M-Instruct", "smollm2"),
        ("microsoft/phi-4", "phi-4"),
        ("THUDM/glm-4-9b-chat-hf", "glm-4"),
        # a name that says nothing gives way to the folder above it; the hub's cache has names of its own
        ("/models/vicuna-7b-v1.5/", "vicuna"),
        ("/models/Baize_v2/7B", "baize"),
        ("C:\\models\\falcon-40b-instruct", "falcon"),
        (f"/cache/models--lmsys--vicuna-7b-v1.3/snapshots/{'0a' * 20}", "vicuna"),
        ("/models/guanaco/checkpoint-1500", "guanaco"),
    ],
)
def test_names_tell_the_family(name: str, slug: str) -> None:
    family = recognise(name)
    assert family and family.slug == slug


@pytest.mark.parametrize(
    "name",
    [
        "gpt2",
        "EleutherAI/pythia-1b",
        "meta-llama/Llama-2-7b-hf",
        "mosaicml/mpt-7b",
        "tiiuae/falcon-7b",
        "tiiuae/Falcon3-7B-Base",
        "tiiuae/falcon-mamba-7b-instruct",
        "stabilityai/stablelm-base-alpha-7b",
        "togethercomputer/RedPajama-INCITE-7B-Base",
        "Qwen/Qwen2.5-7B",
        "prompt-tuned/attempt-chat",
        "FlagAlpha/Llama2-Chinese-7b-Chat",
        "beomi/KoAlpaca-Polyglot-5.8B",
        "mlabonne/miniguanaco",
        "/home/alpaca/models/my-own",
        "unknown/model",
        "",
    ],
)
def test_base_models_and_strangers_are_not_guessed(name: str) -> None:
    assert recognise(name) is None


def test_a_stranger_without_a_template_is_asked_plainly_and_says_so() -> None:
    found = choose_format("", Shipped(), "/models/my-own")
    assert (found.family, found.stop_strings) == ("plain", ("\nUser:",))
    assert "no chat template" in found.warnings[0]
    assert found.render(TALK) == "User: U1\nAssistant: A1\nUser: U2\nAssistant:"
    assert choose_format("plain", Shipped(), "x").warnings == (), "chosen by hand it is nothing to warn of"


OWN_TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"


def test_a_shipped_template_comes_first_unless_it_is_the_familys_own_with_faults() -> None:
    shipped = Shipped(template=OWN_TEMPLATE)
    assert choose_format("", shipped, "unknown/model").family == OWN
    assert choose_format("", shipped, "me/vicuna-7b-retrained").family == OWN, "trained anew, in a format of its own"
    assert choose_format("vicuna", shipped, "unknown/model").family == "vicuna", "what was chosen wins"
    # As mosaicml ships it: no end behind the system text, and the assistant's header behind every message.
    faulty = (
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content }}"
        "{% if m.role != 'system' %}{{ '<|im_end|>\n<|im_start|>assistant\n' }}{% endif %}{% endfor %}"
    )
    assert choose_format("", Shipped(template=faulty), "mosaicml/mpt-7b-chat").family == "mpt-7b-chat"
    for family in NEWER:
        assert not family.has_marks_of(family.template_text), "a newer model's own template always comes first"


def test_what_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(ModelUnavailable, match=r"no prompt format “klingon”; there are own, .*vicuna.*\."):
        choose_format("klingon", Shipped(), "x")
    with pytest.raises(ModelUnavailable, match="ships no chat template of its own"):
        choose_format(OWN, Shipped(), "lmsys/vicuna-7b-v1.5")
    assert family_named("klingon") is None


def test_a_template_that_refuses_is_an_error_with_its_words() -> None:
    with pytest.raises(EngineError, match="Not today"):
        prompt("x", template="{{ raise_exception('Not today') }}")


def test_files_tell_template_special_tokens_and_ends(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "bos_token": {"content": "<s>"},
                "eos_token": "</s>",
                "chat_template": [{"name": "tool_use", "template": "T"}, {"name": "default", "template": OWN_TEMPLATE}],
                "added_tokens_decoder": {"1": {"content": "<s>"}, "2": {"content": "</s>"}, "9": {"content": "<end>"}},
            }
        )
    )
    (tmp_path / "generation_config.json").write_text('{"eos_token_id": [9, 2]}')
    (tmp_path / "config.json").write_text('{"_name_or_path": "lmsys/vicuna-7b-v1.5", "eos_token_id": 2}')
    found = shipped_with(tmp_path)
    assert found.template == OWN_TEMPLATE and found.special_tokens["bos_token"] == "<s>"
    assert found.end_token_ids == (9, 2) and found.made_from == "lmsys/vicuna-7b-v1.5"
    assert choose_format("", found, str(tmp_path)).stop_token_ids(found) == [9, 2]
    (tmp_path / "chat_template.jinja").write_text("{{ bos_token }}J")
    assert choose_format("", shipped_with(tmp_path), "x").render(TALK) == "<s>J"
    for path in tmp_path.iterdir():
        path.write_bytes(b"\xff{[")
    assert shipped_with(tmp_path) == Shipped(), "broken files are said at loading"


def test_a_retrained_vicuna_is_known_by_what_it_was_made_from(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"_name_or_path": "lmsys/vicuna-7b-v1.5"}')
    assert choose_format("", shipped_with(local_folder(str(tmp_path))), "/models/eia-expert").family == "vicuna"


@pytest.mark.parametrize(
    "source", ["/nowhere/at/all", "nobody/has-this", "a b/c", "x" * 300, "a/b/c/d", "~nobody/x", ""]
)
def test_what_is_not_here_has_no_folder(source: str) -> None:
    assert local_folder(source) is None
