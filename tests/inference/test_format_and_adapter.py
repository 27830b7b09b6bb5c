"""A model's prompt format and adapter: by command and by form, as the engine gets them; what was guessed is told."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from inference import lease
from inference.engine.prompt_format import NO_TEMPLATE_WARNING
from inference.models import ModelEntry
from inference.services import offered_models

pytestmark = pytest.mark.django_db
SOURCE = "meta-llama/Llama-2-7b-hf"
MODELS = "/admin/inference/modelentry/"


def add(*words: str) -> str:
    said = io.StringIO()
    call_command("addmodel", *words, stdout=said)
    return said.getvalue()


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "base_model_name_or_path": SOURCE}))
    (tmp_path / "adapter_model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    return tmp_path


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[lease.WorkerReport]:
    live: list[lease.WorkerReport] = []
    monkeypatch.setattr(lease, "live_workers", lambda: live)
    return live


def test_the_command_keeps_both_and_the_engine_gets_them(adapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(adapter.parent)
    add(SOURCE, "--adapter", adapter.name, "--family", "alpaca", "--slug", "mine")
    spec = ModelEntry.objects.get(slug="mine").spec
    assert (spec.family, spec.adapter) == ("alpaca", str(adapter)), "a worker starts in another folder"
    add(SOURCE, "--adapter", "timdettmers/guanaco-7b", "--slug", "hub")
    assert ModelEntry.objects.get(slug="hub").spec.adapter == "timdettmers/guanaco-7b"
    add(SOURCE, "--slug", "bare")
    assert len({entry.spec for entry in ModelEntry.objects.all()}) == 3, "three engines on one base"


def test_an_adapter_alone_is_a_source_too(adapter: Path) -> None:
    add(str(adapter), "--slug", "pasted")
    assert ModelEntry.objects.get().source == str(adapter)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--adapter", "/nowhere/at/all"], "The adapter folder /nowhere/at/all does not exist. Nothing was added."),
        (["--family", "klingon"], "invalid choice: 'klingon'"),
        (["--backend", "echo", "--adapter", "x/y", "--name", "E"], "Only a local model takes an adapter"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        add(SOURCE, *words)
    assert not ModelEntry.objects.exists()


def test_a_format_that_does_not_exist_is_refused_at_its_field() -> None:
    with pytest.raises(ValidationError) as caught:
        ModelEntry(slug="x", name="X", source=SOURCE, family="klingon").full_clean()
    assert "no such prompt format" in caught.value.message_dict["family"][0]


def test_the_form_offers_the_formats_and_checks_the_adapter(as_user: Any, ada: Any, workers: Any) -> None:
    client = as_user(ada)
    page = client.get(f"{MODELS}add/").content.decode()
    assert '<option value="" selected>recognise it</option>' in page and '<option value="vicuna">Vicuna' in page
    fields = {"name": "Mine", "slug": "mine", "backend": "transformers", "source": SOURCE, "defaults": "{}"}
    fields |= {"position": "1", "task": "chat", "family": "alpaca", "adapter": "/nowhere/lora"}
    page = client.post(f"{MODELS}add/", fields, follow=True).content.decode()
    assert "seen from this machine: The adapter folder /nowhere/lora does not exist." in page
    entry = ModelEntry.objects.get()
    assert (entry.family, entry.adapter) == ("alpaca", "/nowhere/lora")
    page = client.get(f"{MODELS}{entry.pk}/change/").content.decode()
    assert '<option value="alpaca" selected>' in page


def test_a_model_that_is_asked_plainly_says_so_where_it_is_chosen(as_user: Any, ada: Any, workers: Any) -> None:
    entry = ModelEntry.objects.create(slug="stranger", name="Stranger", source=SOURCE)
    engines = {entry.queue: lease.EngineReport("ready", NO_TEMPLATE_WARNING)}
    workers.append(lease.WorkerReport("w1", "here", 1, 0.0, queues=[entry.queue], engines=engines))
    assert offered_models()[0].reason == NO_TEMPLATE_WARNING
    said = io.StringIO()
    call_command("models", stdout=said)
    assert "Ready: This model ships no chat template" in said.getvalue()
    client = as_user(ada)
    assert "This model ships no chat template" in client.get(MODELS).content.decode()
    assert "This model ships no chat template" in client.get(reverse("model-picker")).content.decode()
