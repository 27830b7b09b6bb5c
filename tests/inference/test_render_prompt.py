"""`manage.py render_prompt`: by hub name, folder, short name and adapter; without torch, network and database."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inference.models import ModelEntry

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT.parent / "shared" / "data" / "family_prompts.json"
QUESTION = [{"role": "user", "content": "What is PM2.5?"}]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    """The command's answer, and what it warned of."""

    def run(source: str, messages: Any = QUESTION, *options: str) -> tuple[dict[str, Any], str]:
        file, said, warned = tmp_path / "messages.json", io.StringIO(), io.StringIO()
        file.write_text(messages if isinstance(messages, str) else json.dumps(messages), encoding="utf-8")
        call_command("render_prompt", source, *options, messages=str(file), stdout=said, stderr=warned)
        return json.loads(said.getvalue()), warned.getvalue()

    return run


def test_fastchats_prompts_come_out_byte_for_byte(ask: Any) -> None:
    if not GOLDEN.exists():
        assert not os.environ.get("CI"), f"{GOLDEN} is missing"
        pytest.skip(f"{GOLDEN} is not on this machine: nothing was compared with FastChat's prompts")
    entries = json.loads(GOLDEN.read_text())
    assert len(entries) >= 34
    for entry in entries:
        answer, warned = ask(entry["model"], entry["messages"])
        assert answer["prompt"] == entry["prompt"], entry["model"]
        assert set(answer) == {"prompt", "stop", "stop_token_ids", "family"} and warned == ""
        assert {entry["stop_str"]} - {None} <= set(answer["stop"])
        assert set(entry["stop_token_ids"] or ()) <= set(answer["stop_token_ids"])


def test_it_needs_no_torch_no_network_and_no_database(tmp_path: Path) -> None:
    (tmp_path / "messages.json").write_text(json.dumps({"messages": QUESTION}))
    blocker = tmp_path / "sitecustomize.py"
    blocker.write_text(
        "import socket, sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('torch', 'transformers'): raise ImportError(name + ' was imported')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "def refuse(*args, **kwargs): raise OSError('the network was used')\n"
        "socket.getaddrinfo = refuse\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "DATA_DIR": str(tmp_path / "empty"),  # its database has no tables
        "DJANGO_SETTINGS_MODULE": "fastchat_site.settings",
    }
    run = subprocess.run(
        [sys.executable, "manage.py", "render_prompt", "gpt4all-13b-snoozy", "--messages", tmp_path / "messages.json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["prompt"].endswith("\n### Prompt: What is PM2.5?\n### Response:")


def test_a_stranger_is_asked_plainly_with_a_warning(ask: Any, tmp_path: Path) -> None:
    answer, warned = ask("unknown/model")
    assert answer == {
        "prompt": "User: What is PM2.5?\nAssistant:",
        "stop": ["\nUser:"],
        "stop_token_ids": [],
        "family": "plain",
    }
    assert "warning: Nothing of unknown/model is on this machine" in warned
    answer, warned = ask(str(tmp_path))
    assert answer["family"] == "plain" and "ships no chat template" in warned
    assert "Nothing of Qwen/Qwen3-0.6B" in ask("Qwen/Qwen3-0.6B")[1], "only a stand-in for what it ships"


def test_a_folder_without_weights_tells_its_own_template_and_ends(ask: Any, tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"bos_token": "<s>", "chat_template": "{{ bos_token }}Q: {{ messages[-1].content }} A:"})
    )
    (folder / "generation_config.json").write_text('{"eos_token_id": [7, 9]}')
    answer, warned = ask(str(folder))
    assert answer == {"prompt": "<s>Q: What is PM2.5? A:", "stop": [], "stop_token_ids": [7, 9], "family": "own"}
    assert warned == ""
    (folder / "tokenizer_config.json").write_text('{"added_tokens_decoder": {"31": {"content": "</s>"}}}')
    answer, _ = ask(str(folder), QUESTION, "--family", "vicuna")
    assert answer["stop_token_ids"] == [31, 7, 9], "the number of this tokenizer, not of Vicuna's"


def test_a_short_name_is_asked_as_people_would(ask: Any, tmp_path: Path) -> None:
    base = ModelEntry.objects.create(
        slug="base", name="B", source="lmsys/vicuna-7b-v1.5", system_prompt="Base.", adapter="me/baize-lora-7B"
    )
    ModelEntry.objects.create(slug="soil", name="S", backend="expert", base=base, system_prompt="Soil!")
    answer, _ = ask("soil", [{"role": "system", "content": "Today."}, *QUESTION])
    assert answer["family"] == "baize" and "Base.\n\nSoil!\n\nToday." in answer["prompt"]
    base.family = "vicuna"
    base.save()
    assert ask("soil")[0]["prompt"] == "Base.\n\nSoil! USER: What is PM2.5? ASSISTANT:"
    assert ask("base", QUESTION, "--family", "plain")[0]["family"] == "plain"
    assert ask("lmsys/vicuna-7b-v1.5", QUESTION, "--adapter", "timdettmers/guanaco-7b")[0]["family"] == "guanaco"


def test_a_pasted_adapter_is_asked_like_its_base(ask: Any, tmp_path: Path) -> None:
    folder = tmp_path / "my-lora"
    folder.mkdir()
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "lmsys/vicuna-7b-v1.5"}')
    assert ask(str(folder))[0]["family"] == "vicuna"


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ("{", "not valid JSON"),
        ("[]", "must hold a list of messages"),
        ('{"a": 1}', "must hold a list of messages"),
        ('[{"role": "robot", "content": "x"}]', "Message 1 must have a role"),
        ('[{"role": "user", "content": 1}]', "Message 1 must have a role"),
        ('["hello"]', "Message 1 must have a role"),
    ],
)
def test_messages_that_make_no_sense_are_one_sentence(ask: Any, messages: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        ask("lmsys/vicuna-7b-v1.5", messages)


def test_what_cannot_be_rendered_is_one_sentence(ask: Any, echo_a: ModelEntry, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no local model"):
        ask("echo-a")
    with pytest.raises(CommandError, match="There is no prompt format “klingon”"):
        ask("x/y", QUESTION, "--family", "klingon")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("render_prompt", "x/y", messages=str(tmp_path / "nothing.json"))
