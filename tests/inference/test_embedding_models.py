"""Models for embeddings among the others: listed for programs, never offered to talk to; and codes kept in rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from arena.drawing import offered_models as offered_in_the_arena
from inference import lease, run
from inference.engine.types import ChatMessage
from inference.events import Failed
from inference.models import Endpoint, Generation, ModelEntry
from inference.services import ModelNotOffered, offered_models, start_generation
from inference.stream import follow, key_of
from inference.valkey import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def vectors(db: None, monkeypatch: pytest.MonkeyPatch) -> ModelEntry:
    """An embedding model that a worker serves."""
    entry = ModelEntry.objects.create(slug="vectors", name="Vectors 768", source="/models/x", task="embedding")
    worker = lease.WorkerReport("w", "here", 1, 0.0, queues=[entry.queue])
    monkeypatch.setattr(lease, "live_workers", lambda: [worker])
    return entry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As an encoder's files look; nobody loads it."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    return tmp_path


def test_nobody_is_offered_it_to_talk_to(vectors: ModelEntry, echo_a: ModelEntry, as_user: Any, alice: Any) -> None:
    for offered in (offered_models(), offered_in_the_arena()):
        assert [state.entry for state in offered] == [echo_a]
    for page in ("/chat/", "/arena/side-by-side/"):
        text = as_user(alice).get(page).content.decode()
        assert "Echo A" in text and "Vectors 768" not in text
    with pytest.raises(ModelNotOffered):
        start_generation(model=vectors, messages=[ChatMessage("user", "x")], params={}, requester="user:1")
    assert vectors in ModelEntry.objects.askable() and vectors in ModelEntry.objects.loadable()
    assert vectors.spec.task == "embedding" and echo_a.spec.task == "chat"


def test_the_administrator_sees_its_state(vectors: ModelEntry, as_user: Any, ada: Any) -> None:
    page = as_user(ada).get("/admin/inference/modelentry/").content.decode()
    assert "Vectors 768" in page and "Loads with the first question" in page
    assert f"/{vectors.pk}/ask/" not in page
    assert (
        "Ask it something" not in as_user(ada).get(f"/admin/inference/modelentry/{vectors.pk}/change/").content.decode()
    )


def test_a_key_may_be_made_for_it(vectors: ModelEntry, as_user: Any, alice: Any) -> None:
    assert "Vectors 768" in as_user(alice).get("/accounts/api-keys/").content.decode()


def test_the_command_recognises_its_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("addmodel", str(folder), "--slug", "found")
    assert ModelEntry.objects.get(slug="found").is_embedding
    assert "turns texts into vectors" in capsys.readouterr().out
    call_command("addmodel", str(folder), "--slug", "told", "--task", "chat", "--matryoshka")
    told = ModelEntry.objects.get(slug="told")
    assert not told.is_embedding and told.is_matryoshka
    with pytest.raises(CommandError, match="Only a local or a remote model"):
        call_command("addmodel", "--backend", "echo", "--name", "E", "--task", "embedding")


def test_the_admin_recognises_its_folder(folder: Path, as_user: Any, ada: Any) -> None:
    from tests.inference.test_admin import FIELDS

    answer = as_user(ada).post("/admin/inference/modelentry/add/", {**FIELDS, "source": str(folder)}, follow=True)
    assert "files are those of an embedding model" in answer.content.decode()
    assert ModelEntry.objects.get(slug="tiny").is_embedding


def test_what_cannot_be_one_is_refused(vectors: ModelEntry, echo_a: ModelEntry) -> None:
    for fields, named in [
        ({"backend": "echo"}, "task"),
        ({"backend": "expert", "base": echo_a}, "task"),
        ({"source": "x", "adapter": "y"}, "adapter"),
    ]:
        with pytest.raises(ValidationError) as caught:
            ModelEntry(**{"slug": "s", "name": "S", "task": "embedding", **fields}).full_clean()
        assert named in caught.value.message_dict
    with pytest.raises(ValidationError, match="must be a model that answers questions"):
        ModelEntry(slug="e", name="E", backend="expert", base=vectors).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelEntry.objects.filter(pk=echo_a.pk).update(task="embedding")
    base = ModelEntry.objects.create(slug="b", name="B", source="/b")
    ModelEntry.objects.create(slug="e", name="E", backend="expert", base=base)
    base.task = "embedding"
    with pytest.raises(ValidationError, match="Experts are made of this model"):
        base.full_clean()
    remote = ModelEntry(slug="r", name="R", backend="remote", source="x", task="embedding")
    remote.endpoint = Endpoint.objects.create(name="far", base_url="https://api.example.com/v1")
    remote.full_clean()


@pytest.mark.django_db(transaction=True)
async def test_an_error_is_the_same_after_its_stream_is_gone(valkey: Any, alice: Any, echo_a: ModelEntry) -> None:
    from asgiref.sync import sync_to_async

    def failed() -> Generation:
        messages = [ChatMessage("user", "word " * 9000)]
        with transaction.atomic():
            generation = start_generation(model=echo_a, messages=messages, params={}, requester="user:1", user=alice)
        run.answer(str(generation.pk), 1)
        return generation

    generation = await sync_to_async(failed)()
    for _time in range(2):
        last = [event async for _id, event in follow(generation.pk)][-1]
        assert isinstance(last, Failed) and last.code == "context_length_exceeded" and "too long" in last.error
        client().delete(key_of(generation.pk))
