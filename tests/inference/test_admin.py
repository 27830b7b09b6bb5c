"""Models and generations in the admin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from chat.models import Conversation
from inference import lease, services, stopping
from inference.engine.types import Finish
from inference.models import Generation, ModelEntry

pytestmark = pytest.mark.django_db
MODELS, GENERATIONS = "/admin/inference/modelentry/", "/admin/inference/generation/"
FIELDS = {
    "name": "Tiny", "name_zh_hant": "", "slug": "tiny", "is_enabled": "on", "position": "5", "backend": "transformers",
    "source": "", "base": "", "system_prompt": "", "description": "", "description_zh_hant": "", "organisation": "",
    "licence": "", "link": "", "defaults": "{}", "context_length": "", "threads": "", "task": "chat",
}  # fmt: skip


@pytest.fixture
def workers(monkeypatch) -> list[lease.WorkerReport]:
    """The workers that seem to be alive; add to the list."""
    alive: list[lease.WorkerReport] = []
    monkeypatch.setattr(lease, "live_workers", lambda: alive)
    return alive


@pytest.fixture
def sent(monkeypatch, django_capture_on_commit_callbacks) -> list[Generation]:
    """What went to the queue."""
    queued: list[Generation] = []
    monkeypatch.setattr(services, "enqueue", queued.append)
    return queued


def worker_for(*entries: ModelEntry, state: str = "ready", detail: str = "") -> lease.WorkerReport:
    queues = [entry.queue for entry in entries]
    engines = {queue: lease.EngineReport(state, detail, 0.4) for queue in queues}
    return lease.WorkerReport("w1", "here", 1, 0.0, queues=queues, engines=engines)


def model_folder(tmp_path: Path) -> Path:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    folder = tmp_path / "a model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    return folder


def test_a_local_folder_is_added_and_its_state_is_shown(as_user, ada, tmp_path, workers) -> None:
    client = as_user(ada)
    added = client.post(f"{MODELS}add/", {**FIELDS, "source": str(model_folder(tmp_path))}, follow=True)
    assert b"seen from this machine" not in added.content
    tiny = ModelEntry.objects.get(slug="tiny")
    assert "Offline: No worker is running." in client.get(MODELS).content.decode()
    workers.append(worker_for(tiny))
    assert "Ready" in client.get(MODELS).content.decode()
    workers[:] = [worker_for(tiny, state="loading", detail="reading the weights")]
    assert "Loading 40%: reading the weights" in client.get(f"{MODELS}{tiny.pk}/change/").content.decode()


def test_a_folder_that_cannot_work_is_saved_with_a_warning(as_user, ada, workers) -> None:
    page = as_user(ada).post(f"{MODELS}add/", {**FIELDS, "source": "/nowhere/model"}, follow=True).content.decode()
    assert "seen from this machine: The model folder /nowhere/model does not exist." in page
    assert ModelEntry.objects.filter(slug="tiny").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "A local model needs a folder or a hub name."),
        ({"backend": "expert"}, "An expert needs a base model."),
        ({"source": "x/y", "defaults": '{"temperature": 9}'}, "temperature must be between 0 and 2"),
        ({"source": "x/y", "defaults": '{"warmth": 1}'}, "warmth is not a sampling parameter"),
        ({"source": "x/y", "defaults": '{"stop": "abc"}'}, "stop must be a list of at most 8 strings"),
        ({"source": "x/y", "defaults": '{"max_tokens": 1.5}'}, "max_tokens must be a whole number."),
        ({"source": "x/y", "defaults": '{"seed": true}'}, "seed must be a whole number."),
        ({"source": "x/y", "defaults": "[1]"}, "errorlist"),
        ({"source": "x/y", "slug": "echo-a"}, "already exists"),
    ],
)
def test_what_cannot_be_saved_is_said_at_the_field(as_user, ada, echo_a, workers, change, sentence) -> None:
    response = as_user(ada).post(f"{MODELS}add/", {**FIELDS, **change})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert ModelEntry.objects.count() == 1


def test_order_and_offering_are_changed_in_the_list(as_user, ada, echo_a, echo_b, workers) -> None:
    sent = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save"}
    for row, (entry, position) in enumerate([(echo_a, 9), (echo_b, 3)]):
        sent |= {f"form-{row}-id": entry.pk, f"form-{row}-position": position}
    sent["form-1-is_enabled"] = "on"
    assert as_user(ada).post(MODELS, sent).status_code == 302
    assert list(ModelEntry.objects.values_list("slug", "position", "is_enabled")) == [
        ("echo-b", 3, True),
        ("echo-a", 9, False),
    ]
    assert "Not offered" in as_user(ada).get(MODELS).content.decode()


def test_the_list_asks_for_the_workers_once(as_user, ada, echo_a, echo_b, monkeypatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(lease, "live_workers", lambda: asked.append(1) or [])
    as_user(ada).get(MODELS)
    assert len(asked) == 1


def test_a_model_in_use_is_not_deleted_and_no_title_is_shown(as_user, staff, alice, echo_a, workers) -> None:
    Conversation.objects.create(owner=alice, model=echo_a, title="a very secret title")
    for response in (
        as_user(staff).get(f"{MODELS}{echo_a.pk}/delete/"),
        as_user(staff).post(f"{MODELS}{echo_a.pk}/delete/", {"post": "yes"}),
        as_user(staff).post(MODELS, {"action": "delete_selected", "_selected_action": [echo_a.pk], "post": "yes"}),
    ):
        page = response.content.decode()
        assert "secret" not in page and "conversations: 1" in page
    assert ModelEntry.objects.exists()


def test_an_unused_model_is_deleted(as_user, ada, echo_a, workers) -> None:
    as_user(ada).post(f"{MODELS}{echo_a.pk}/delete/", {"post": "yes"})
    assert not ModelEntry.objects.exists()


def test_a_model_is_asked_something(as_user, ada, echo_a, workers, sent, django_capture_on_commit_callbacks) -> None:
    client, page = as_user(ada), f"{MODELS}{echo_a.pk}/ask/"
    workers.append(worker_for(echo_a))
    with django_capture_on_commit_callbacks(execute=True):
        answer_page = client.post(page, {"message": "hello?"}).url
    generation = Generation.objects.get()
    assert (generation.requester, generation.user) == (f"admin:{ada.pk}", ada)
    assert sent == [generation]
    waiting = client.get(answer_page).content.decode()
    assert 'http-equiv="refresh"' in waiting and "hello?" in waiting
    generation.begin("w1")
    generation.finish("You said <b>hello</b>", Finish("stop", 3, 5), timezone.now())
    done = client.get(answer_page).content.decode()
    assert "You said &lt;b&gt;hello" in done and "refresh" not in done
    assert "tokens/s" in done and "first token after" in done


def test_an_offline_model_says_so_instead_of_queueing_a_question(as_user, ada, echo_a, workers) -> None:
    response = as_user(ada).post(f"{MODELS}{echo_a.pk}/ask/", {"message": "hello?"})
    assert "Offline: No worker is running." in response.content.decode()
    assert not Generation.objects.exists()


def test_a_failed_answer_shows_its_sentence(as_user, ada, echo_a, workers) -> None:
    generation = Generation.objects.create(
        model=echo_a, requester=f"admin:{ada.pk}", prompt=[{"role": "user", "content": "hello?"}]
    )
    generation.fail("The model folder is gone.")
    page = as_user(ada).get(f"{MODELS}{echo_a.pk}/ask/?generation={generation.pk}").content.decode()
    assert "The model folder is gone." in page


def test_a_waiting_question_is_stopped(as_user, ada, echo_a, workers, monkeypatch) -> None:
    monkeypatch.setattr(stopping.stream, "publish_end", lambda *args: None)
    generation = Generation.objects.create(
        model=echo_a, requester=f"admin:{ada.pk}", prompt=[{"role": "user", "content": "hello?"}]
    )
    page = f"{MODELS}{echo_a.pk}/ask/?generation={generation.pk}"
    assert as_user(ada).post(page, {"stop": "Stop"}).status_code == 302
    generation.refresh_from_db()
    assert generation.status == "stopped"


@pytest.mark.parametrize("which", ["of alice", "made up", ""])
def test_nobody_elses_answer_is_shown_there(as_user, ada, alice, echo_a, workers, which: str) -> None:
    other = Generation.objects.create(
        model=echo_a, requester=f"user:{alice.pk}", user=alice, prompt=[{"role": "user", "content": "my secret"}]
    )
    asked = str(other.pk) if which == "of alice" else which
    assert as_user(ada).get(f"{MODELS}{echo_a.pk}/ask/?generation={asked}").status_code == 404


def test_asking_takes_the_right_to_change_models(as_user, alice, echo_a, workers) -> None:
    page = f"{MODELS}{echo_a.pk}/ask/"
    assert as_user(alice).get(page).url.startswith("/admin/login/")
    reader = get_user_model().objects.create_user("rita", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_modelentry"))
    assert as_user(reader).post(page, {"message": "x"}).status_code == 403
    assert as_user(reader).get(f"{MODELS}999/ask/").status_code == 404


@pytest.fixture
def private(alice, echo_a) -> Generation:
    return Generation.objects.create(
        model=echo_a,
        user=alice,
        requester=f"user:{alice.pk}",
        prompt=[{"role": "user", "content": "a very secret question"}],
        text="a very secret answer",
    )


def test_staff_see_the_numbers_of_a_generation_and_never_its_texts(as_user, staff, private) -> None:
    for path in (GENERATIONS, f"{GENERATIONS}{private.pk}/change/", f"{GENERATIONS}{private.pk}/history/"):
        response = as_user(staff).get(path)
        assert response.status_code == 200 and "secret" not in response.content.decode(), path


@pytest.mark.parametrize(
    "lookup", ["text__contains", "prompt__icontains", "text__startswith", "user__password__startswith"]
)
def test_texts_cannot_be_guessed_by_filtering(as_user, staff, private, lookup: str) -> None:
    assert as_user(staff).get(GENERATIONS, {lookup: "secret"}).status_code == 400


def test_a_superuser_who_reads_the_texts_leaves_a_trace(as_user, ada, private) -> None:
    page = as_user(ada).get(f"{GENERATIONS}{private.pk}/change/").content.decode()
    assert "a very secret question" in page and "a very secret answer" in page
    assert LogEntry.objects.get().get_change_message() == f"Read the texts of a generation of {private.requester}."


def test_a_generation_is_read_only_even_for_a_superuser(as_user, ada, private) -> None:
    client = as_user(ada)
    assert client.post(f"{GENERATIONS}{private.pk}/change/", {"text": "forged"}).status_code == 403
    assert client.post(f"{GENERATIONS}{private.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{GENERATIONS}add/").status_code == 403


def test_the_key_of_a_guest_is_not_shown(as_user, ada, echo_a) -> None:
    guests = Generation.objects.create(model=echo_a, requester="guest:sessionkey123", prompt=[])
    for path in (GENERATIONS, f"{GENERATIONS}{guests.pk}/change/"):
        assert "sessionkey123" not in as_user(ada).get(path).content.decode()
