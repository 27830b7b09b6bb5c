"""A remote model that cannot answer is offline everywhere, not drawn and nobody's default."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from arena.drawing import eligible
from inference import lease, run
from inference.engine import remote_health
from inference.engine.types import ChatMessage
from inference.models import Endpoint, Generation, ModelEntry
from inference.services import ModelState, start_generation, states_of
from inference.worker import Worker
from tests.inference.remote_server import ANSWER, MODELS, REFUSED, RemoteServer, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

UNSET = "The variable UNSET_API_KEY is not set on the worker."


class Control:
    """Celery's remote control of a worker that does what it is told."""

    def add_consumer(self, queue: str, **_: Any) -> list[Any]:
        return [{"worker": {"ok": queue}}]

    def cancel_consumer(self, queue: str, **_: Any) -> None:
        """Done."""


@pytest.fixture
def far(server: RemoteServer, settings: Any, db: None) -> ModelEntry:
    settings.ALLOW_PRIVATE_ENDPOINTS = True
    endpoint = Endpoint.objects.create(name="far", base_url=server.url)
    return ModelEntry.objects.create(
        slug="far", name="Far", backend="remote", source="their-model", endpoint=endpoint, position=0
    )


@pytest.fixture
def worker(valkey: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Worker]]:
    """Each call: another worker, not looking yet."""
    monkeypatch.setattr("inference.worker.current_app.control", Control(), raising=False)
    monkeypatch.setattr(lease, "LEASE_SECONDS", 60)  # one sign of life for a whole test
    made: list[Worker] = []

    def another() -> Worker:
        made.append(Worker())
        made[-1]._celery_name = "celery@worker"
        return made[-1]

    yield another
    for worker in made:
        worker.end()


def told(worker: Worker, entry: ModelEntry) -> ModelState:
    """What everybody is told of the entry once this worker has looked."""
    worker._subscribe_to_models()
    worker.beat()
    return states_of([entry])[0]


def told_in_time(worker: Worker, entry: ModelEntry, state: str) -> ModelState:
    wait_until(lambda: told(worker, entry).state == state)
    return told(worker, entry)


def ask(worker: Worker, entry: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> Generation:
    monkeypatch.setattr(run, "this_worker", lambda: worker)
    generation = start_generation(model=entry, messages=[ChatMessage("user", "hi")], params={}, requester="test")
    run.answer(str(generation.pk), 1)
    generation.refresh_from_db()
    return generation


def listed(slug: str) -> dict[str, Any]:
    out = StringIO()
    call_command("models", "--json", stdout=out)
    return next(model for model in json.loads(out.getvalue())["models"] if model["slug"] == slug)


def test_a_missing_variable_is_told_everywhere(
    worker: Any, server: RemoteServer, far: ModelEntry, echo_a: ModelEntry, echo_b: ModelEntry, as_user: Any, ada: Any
) -> None:
    Endpoint.objects.update(api_key_env="UNSET_API_KEY")
    expert = ModelEntry.objects.create(slug="expert", name="Expert", backend="expert", base=far)
    theirs = worker()
    state = told_in_time(theirs, far, "offline")
    assert (state.reason, state.is_tried) == (UNSET, True) and told(theirs, expert).reason == UNSET
    with translation.override("zh-hant"):
        assert states_of([far])[0].reason == "工作程式上沒有設定變數 UNSET_API_KEY。"
    assert listed("far")["reason"] == UNSET
    browser: Client = as_user(ada)
    assert f"Offline: {UNSET}" in browser.get("/admin/inference/modelentry/").content.decode()
    assert f"Offline: {UNSET}" in browser.get("/chat/models/").content.decode()
    page = browser.get("/chat/").content.decode()
    assert 'name="model" value="echo-a"' in page  # not the first one
    assert "it is tried again at once" in browser.get("/chat/?model=far").content.decode()
    assert {contestant.model for contestant in eligible()} == {echo_a, echo_b}
    assert not server.looks and not server.questions


def test_a_changed_entry_is_noticed_and_looked_at(worker: Any, server: RemoteServer, far: ModelEntry) -> None:
    Endpoint.objects.update(encrypted_key="not of this site")
    theirs = worker()
    assert "SECRET_KEY has changed" in told_in_time(theirs, far, "offline").reason
    mended = Endpoint.objects.get()
    mended.set_key("sk-new")
    mended.save()
    assert told_in_time(theirs, far, "ready").reason == ""
    assert [look["authorization"] for look in server.looks] == ["Bearer sk-new"]
    Endpoint.objects.update(base_url="http://127.0.0.1:9/v1")
    assert "cannot be reached" in told_in_time(theirs, far, "offline").reason


def test_one_that_nobody_can_look_at_is_not_asked_yet(
    worker: Any, server: RemoteServer, far: ModelEntry, as_user: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.models = (404, REFUSED)
    theirs = worker()
    told(theirs, far)
    wait_until(lambda: server.looks)
    state = told(theirs, far)
    assert (state.state, state.reason) == ("idle", "Not asked yet")
    browser: Client = as_user(ada)
    for address in ("/admin/inference/modelentry/", "/chat/models/"):
        page = browser.get(address).content.decode()
        assert "Not asked yet" in page and "Sleeps until" not in page and "Loads with" not in page
    assert [contestant.model for contestant in eligible()] == [far]
    assert ask(theirs, far, monkeypatch).text == "yes"
    assert told(theirs, far).state == "ready"


def test_a_failed_question_takes_it_out_until_one_succeeds(
    worker: Any, server: RemoteServer, far: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = worker()
    told_in_time(theirs, far, "ready")
    server.answer = (403, REFUSED)
    assert ask(theirs, far, monkeypatch).status == "failed"
    state = told(theirs, far)
    assert state.state == "offline" and "does not accept our key" in state.reason
    assert eligible() == []
    server.answer = (200, ANSWER)  # before the pause is over: a person's question is tried at once
    assert ask(theirs, far, monkeypatch).status == "finished"
    assert told(theirs, far).state == "ready" and len(eligible()) == 1 and len(server.looks) == 1


def test_the_worker_finds_by_itself_that_it_is_back(
    worker: Any, server: RemoteServer, far: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_health, "FIRST_PAUSE", 0.1)
    server.models = (401, REFUSED)
    theirs = worker()
    told_in_time(theirs, far, "offline")
    server.models = (200, MODELS)
    told_in_time(theirs, far, "ready")
    assert not server.questions


def test_one_worker_that_reaches_it_is_enough(worker: Any, far: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    Endpoint.objects.update(api_key_env="FAR_API_KEY")
    without = worker()
    told_in_time(without, far, "offline")
    assert told(without, far).reason == "The variable FAR_API_KEY is not set on the worker."
    monkeypatch.setenv("FAR_API_KEY", "sk-far")
    told_in_time(worker(), far, "ready")
    without.beat()
    assert len(lease.live_workers()) == 2 and states_of([far])[0].state == "ready"


@pytest.mark.parametrize(
    ("states", "told"),
    [(["failed", "failed"], "offline"), (["failed", "idle"], "idle"), (["idle", "ready"], "ready"), (["idle"], "idle")],
)
def test_what_several_workers_know_together(
    far: ModelEntry, monkeypatch: pytest.MonkeyPatch, states: list[str], told: str
) -> None:
    reports = [
        lease.WorkerReport(str(number), "x", 1, 0.0, [far.queue], {far.queue: lease.EngineReport(state, "why")})
        for number, state in enumerate(states)
    ]
    monkeypatch.setattr(lease, "live_workers", lambda: reports)
    assert states_of([far])[0].state == told


def test_an_administrator_may_ask_a_failed_one(
    far: ModelEntry, monkeypatch: pytest.MonkeyPatch, as_user: Any, ada: Any
) -> None:
    engines = {far.queue: lease.EngineReport("failed", "it is ill")}
    monkeypatch.setattr(lease, "live_workers", lambda: [lease.WorkerReport("w", "x", 1, 0.0, [far.queue], engines)])
    monkeypatch.setattr("inference.services.enqueue", lambda generation: True)
    monkeypatch.setattr("inference.limits.take", lambda **asked: None)
    as_user(ada).post(f"/admin/inference/modelentry/{far.pk}/ask/", {"message": "hi"})
    assert Generation.objects.filter(model=far).exists()
