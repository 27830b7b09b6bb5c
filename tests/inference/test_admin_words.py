"""Words and numbers of the administration, as somebody reads them in either language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from arena.models import Battle
from inference import lease
from inference.models import Generation, ModelEntry, UsageDay
from inference.services import ModelState
from inference.state_words import state_words
from inference.usage_admin import charged_to_words
from tests.inference.test_admin import FIELDS, MODELS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "live_workers", list)


def read(client: Any, path: str, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_model_whose_name_makes_no_short_name_is_told_so_at_the_field(as_user: Any, ada: Any) -> None:
    fields = {**FIELDS, "source": "x/y", "name": "水質模型", "slug": ""}
    page = as_user(ada).post(f"{MODELS}add/", fields).content.decode()
    assert "No short name can be made from “水質模型”; please write one." in page
    assert "This field is required." not in page and not ModelEntry.objects.exists()


def test_a_short_name_is_made_from_the_name(as_user: Any, ada: Any) -> None:
    as_user(ada).post(f"{MODELS}add/", {**FIELDS, "source": "x/y", "name": "Soil Model 2", "slug": ""})
    assert ModelEntry.objects.get().slug == "soil-model-2"


def test_kinds_and_states_are_words_of_the_readers_language(as_user: Any, ada: Any, echo_a: ModelEntry) -> None:
    client = as_user(ada)
    ModelEntry.objects.create(slug="v", name="V", source="x/y", task="embedding")
    english, chinese = read(client, MODELS), read(client, MODELS, "zh-hant")
    assert ">echo<" in english and ">embeddings<" in english and "Offline: No worker is running." in english
    assert ">回聲<" in chinese and ">向量（embeddings）<" in chinese
    assert "離線：" in chinese and "離線:" not in chinese
    assert "css/admin_models.css" in english
    assert "狀態：離線：" in read(client, f"{MODELS}{echo_a.pk}/ask/", "zh-hant")
    assert ">Key:<" in read(client, "/admin/inference/endpoint/add/")


@pytest.mark.parametrize(
    ("state", "reason", "fraction", "words"),
    [
        ("ready", "", 0.0, "Ready"),
        ("ready", "Slow.", 0.0, "Ready: Slow."),
        ("idle", "The first question loads it.", 0.0, "Loads with the first question"),
        ("loading", "reading the weights", 0.4, "Loading 40%: reading the weights"),
        ("offline", "No worker is running.", 0.0, "Offline: No worker is running."),
        ("disabled", "", 0.0, "Not offered"),
    ],
)
def test_each_state_has_one_word(echo_a: ModelEntry, state: str, reason: str, fraction: float, words: str) -> None:
    assert state_words(ModelState(echo_a, state, reason, fraction)) == words


@pytest.mark.parametrize(
    ("charged_to", "words", "chinese"),
    [
        ("command", "command line", "命令列"),
        ("evaluation:1", "evaluation run 1", "評測執行 1"),
        ("admin:3", "administration (user 3)", "管理頁（使用者 3）"),
        ("user:7", "user 7", "使用者 7"),
        ("key:2", "API key 2", "API 金鑰 2"),
        ("guest", "guests", "訪客"),
        ("something else", "something else", "something else"),
    ],
)
def test_who_asked_is_said_in_words(charged_to: str, words: str, chinese: str) -> None:
    assert charged_to_words(charged_to) == words
    with translation.override("zh-hant"):
        assert charged_to_words(charged_to) == chinese


def test_usage_and_answers_name_who_asked(as_user: Any, ada: Any, echo_a: ModelEntry) -> None:
    UsageDay.objects.create(day=timezone.now().date(), model=echo_a, charged_to="command")
    Generation.objects.create(model=echo_a, requester="evaluation:1", prompt=[])
    assert ">command line<" in read(as_user(ada), "/admin/inference/usageday/")
    assert ">evaluation run 1<" in read(as_user(ada), "/admin/inference/generation/")


@pytest.mark.parametrize(("seconds", "words"), [(10, "2.0"), (0.001, "20000"), (0.2, "100")])
def test_a_speed_has_as_many_digits_as_mean_something(echo_a: ModelEntry, seconds: float, words: str) -> None:
    now = timezone.now()
    told = Generation(model=echo_a, completion_tokens=21, first_token_at=now, ended_at=now + timedelta(seconds=seconds))
    assert told.speed == words
    assert Generation(model=echo_a).speed == ""


def test_a_probability_is_a_percentage(as_user: Any, ada: Any) -> None:
    Battle.objects.create(mode="blind", probability=0.028980937622362556)
    page = read(as_user(ada), "/admin/arena/battle/")
    assert "2.9%" in page and "0.0289" not in page


def test_dates_have_one_style_in_each_language() -> None:
    moment = datetime(2026, 8, 1, 6, 5, tzinfo=UTC)
    for language, day, minute in (
        ("en", "2026-08-01", "2026-08-01 14:05"),
        ("zh-hant", "2026年8月1日", "2026年8月1日 14:05"),
    ):
        with translation.override(language), timezone.override("Asia/Taipei"):
            local = timezone.localtime(moment)
            assert {date_format(local, name) for name in ("DATE_FORMAT", "SHORT_DATE_FORMAT")} == {day}
            assert {date_format(local, name) for name in ("DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")} == {minute}


def test_who_may_not_open_the_administration_is_told_why(as_user: Any, alice: Any) -> None:
    response = as_user(alice).get("/admin/", follow=True)
    assert response.status_code == 403
    assert "does not have the right" in response.content.decode()
    assert "session may have changed" not in response.content.decode()


def test_a_form_from_an_old_page_is_told_to_be_loaded_again(alice: Any) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "alice"})
    assert response.status_code == 403
    assert "Your session may have changed" in response.content.decode()
