"""addmodel, models and test_message, as somebody types them."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inference import lease, services, valkey
from inference.events import Delta, Failed, Finished, Status
from inference.management.commands import test_message
from inference.management.tables import table, width
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out, no_color=True)
    return out.getvalue()


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[lease.WorkerReport]:
    alive: list[lease.WorkerReport] = []
    monkeypatch.setattr(lease, "live_workers", lambda: alive)
    return alive


def worker_for(*entries: ModelEntry) -> lease.WorkerReport:
    queues = [entry.queue for entry in entries]
    engines = {queue: lease.EngineReport("ready", device="cpu", dtype="float32") for queue in queues}
    return lease.WorkerReport("工作站-1", "host", 4321, 1_700_000_000.0, queues=queues, engines=engines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    made = tmp_path / "Tiny Model-1B"
    made.mkdir()
    (made / "config.json").write_text("{}")
    (made / "tokenizer.json").write_text("{}")
    (made / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    return made


# --- addmodel ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_added_with_a_name_made_from_it(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder.parent)
    said = run("addmodel", folder.name)
    entry = ModelEntry.objects.get()
    assert (entry.slug, entry.name, entry.backend) == ("tiny-model-1b", "Tiny Model-1B", "transformers")
    assert entry.source == str(folder), "a worker starts in another folder"
    assert "./run models" in said and "test_message --model tiny-model-1b" in said


def test_all_that_people_read_can_be_given(folder: Path) -> None:
    run(
        *("addmodel", str(folder), "--slug", "t", "--name", "T", "--name-zh", "小模型", "--description", "Small."),
        *("--description-zh", "小。", "--organisation", "Us", "--licence", "MIT", "--link", "https://example.com"),
        *("--temperature", "0.2", "--top-p", "0.9", "--max-tokens", "50", "--context-length", "512", "--preload"),
        *("--system-prompt", "Be brief.", "--position", "3", "--threads", "2", "--disabled"),
    )
    entry = ModelEntry.objects.get(slug="t")
    assert entry.defaults == {"temperature": 0.2, "top_p": 0.9, "max_tokens": 50}
    assert (entry.preload, entry.is_enabled, entry.position, entry.threads) == (True, False, 3, 2)
    assert (entry.context_length, entry.system_prompt, entry.name_zh_hant) == (512, "Be brief.", "小模型")


def test_an_expert_is_made_of_a_base(echo_a: ModelEntry) -> None:
    run("addmodel", "--backend", "expert", "--base", "echo-a", "--name", "Soil expert", "--system-prompt", "Soil!")
    expert = ModelEntry.objects.get(slug="soil-expert")
    assert (expert.base, expert.source, expert.queue) == (echo_a, "", echo_a.queue)


def test_a_hub_name_is_taken_as_such_and_said_so() -> None:
    assert "the worker downloads it" in run("addmodel", "Qwen/Qwen2.5-0.5B-Instruct")
    assert ModelEntry.objects.get().source == "Qwen/Qwen2.5-0.5B-Instruct"


def _remove(name: str) -> Any:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_remove("config.json"), "holds no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "not valid JSON"),
        (_remove("model.safetensors"), "holds no weights"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\1"), "cut off"),
        (_remove("tokenizer.json"), "holds no tokenizer"),
    ],
)
def test_each_defect_of_a_folder_is_one_sentence_and_nothing_is_added(folder: Path, damage: Any, sentence: str) -> None:
    damage(folder)
    with pytest.raises(CommandError, match=sentence) as error:
        run("addmodel", str(folder))
    assert str(error.value).endswith("Nothing was added.")
    assert not ModelEntry.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Which model"),
        (["/nowhere/at/all"], "does not exist"),
        (["x/y", "--temperature", "9"], "temperature must be between 0 and 2"),
        (["x/y", "--slug", "a b"], "slug"),
        (["x/y", "--slug", "echo-a"], "echo-a is taken"),
        (["x/y", "--link", "nonsense"], "link"),
        (["x/y", "--context-length", "1"], "context_length"),
        (["x/y", "--name", "模型"], "short name can be made"),
        (["--backend", "expert", "--name", "E"], "needs a base model"),
        (["--backend", "expert", "--name", "E", "--base", "nix"], "There are: echo-a"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(echo_a: ModelEntry, words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("addmodel", *words)
    assert ModelEntry.objects.count() == 1


def test_adding_a_model_does_not_load_torch(folder: Path) -> None:
    program = (
        "import django, sys; django.setup(); from django.core.management import call_command; "
        "import inference.management.commands.addmodel, inference.management.commands.models, "
        "inference.management.commands.test_message; sys.exit('torch' in sys.modules)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "fastchat_site.settings", "DATA_DIR": str(folder.parent)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


# --- models -----------------------------------------------------------------------------------------------------------


def test_models_and_workers_are_listed_in_straight_columns(echo_a, echo_b, workers) -> None:
    echo_b.name, echo_b.is_enabled = "回聲模型", False
    echo_b.save()
    workers.append(worker_for(echo_a))
    lines = run("models").splitlines()
    column = width(lines[0].split("KIND")[0])
    assert [width(re.split(r"\becho$|\becho  ", line)[0]) for line in lines[1:3]] == [column, column]
    assert "Ready" in lines[1] and "cpu float32" in lines[1] and "Not offered" in lines[2]
    assert "工作站-1" in lines[-1] and lines[-1].endswith("echo-a")


def test_without_a_worker_it_says_how_to_start_one(echo_a, workers) -> None:
    said = run("models")
    assert "Offline: No worker is running." in said and "./run worker" in said


def test_without_a_broker_it_still_lists_the_models(echo_a, monkeypatch) -> None:
    def away() -> list[lease.WorkerReport]:
        raise valkey.Away[0]

    monkeypatch.setattr(lease, "live_workers", away)
    assert "not reachable" in run("models")


def test_an_empty_list_says_how_to_add_one(workers) -> None:
    assert "addmodel" in run("models")


def test_json_is_for_programs(echo_a, workers) -> None:
    workers.append(worker_for(echo_a))
    told = json.loads(run("models", "--json"))
    assert told["models"][0]["slug"] == "echo-a" and told["models"][0]["state"] == "ready"
    assert told["workers"][0]["models"] == ["echo-a"]


def test_a_chinese_character_takes_two_columns() -> None:
    assert [width(text) for text in ("ab", "模型", "é", "e\u0301")] == [2, 4, 1, 1]
    assert table(("A", "B"), [("模", "x"), ("ab", "y")]) == "A   B\n模  x\nab  y"


# --- test_message -----------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, workers, echo_a) -> list[Any]:
    """What the stream will say to the next question."""
    events: list[Any] = []

    async def follow(_generation_id: Any) -> Any:
        for number, event in enumerate(events):
            yield (1, number), event

    workers.append(worker_for(echo_a))
    monkeypatch.setattr(test_message.stream, "follow", follow)
    monkeypatch.setattr(services, "enqueue", lambda generation: True)
    return events


def test_the_answer_is_printed_as_it_comes(answers: list[Any]) -> None:
    answers += [Status("loading", "reading"), Delta("Hello "), Delta("你好"), Finished("stop", 3, 2)]
    said = run("test_message", "--model", "echo-a", "--message", "hi")
    assert "Hello 你好\n" in said and "[loading reading]" in said and "tokens" in said and "[asked: hi]" in said
    generation = Generation.objects.get()
    assert (generation.requester, generation.prompt) == ("command", [{"role": "user", "content": "hi"}])


def test_a_failure_is_its_sentence(answers: list[Any]) -> None:
    answers += [Failed("The model folder is gone.")]
    with pytest.raises(CommandError, match="The model folder is gone"):
        run("test_message", "--model", "echo-a")


def test_an_answer_that_does_not_come_is_stopped(answers: list[Any], monkeypatch) -> None:
    async def follow(_generation_id: Any) -> Any:
        await asyncio.sleep(10)
        yield (1, 1), Delta("late")

    stopped: list[Any] = []
    monkeypatch.setattr(test_message.stream, "follow", follow)
    monkeypatch.setattr(test_message, "stop_generation", stopped.append)
    with pytest.raises(CommandError, match=r"not complete after 0\.05 s"):
        run("test_message", "--model", "echo-a", "--timeout", "0.05")
    assert stopped == [Generation.objects.get()]


def test_offline_unknown_and_empty_are_said_at_once(answers: list[Any], echo_b) -> None:
    with pytest.raises(CommandError, match="echo-b is offline: No running worker serves this model"):
        run("test_message", "--model", "echo-b")
    with pytest.raises(CommandError, match="Offered are: echo-a, echo-b"):
        run("test_message", "--model", "nix")
    with pytest.raises(CommandError, match="empty"):
        run("test_message", "--model", "echo-a", "--message", " ")
    assert not Generation.objects.exists()
