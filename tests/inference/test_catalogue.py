"""The models that come with the site: there at the first start, and the administrator's to keep or to delete."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.catalogue import EXPERTS, LOCAL_MODELS, register_bundled_models
from inference.models import ModelEntry

pytestmark = pytest.mark.django_db

EVERY_SLUG = {fields["slug"] for fields in LOCAL_MODELS + EXPERTS}


def slugs() -> set[str]:
    return set(ModelEntry.objects.values_list("slug", flat=True))


def test_the_first_start_adds_them_and_the_second_nothing() -> None:
    assert {entry.slug for entry in register_bundled_models()} == EVERY_SLUG == slugs()
    assert register_bundled_models() == []


def test_a_deleted_one_does_not_come_back_and_a_changed_one_stays() -> None:
    register_bundled_models()
    ModelEntry.objects.filter(slug="demo-small").delete()
    ModelEntry.objects.filter(slug="air-quality-expert").delete()
    ModelEntry.objects.filter(slug="demo-large").update(name="Ours")
    assert register_bundled_models() == []
    assert slugs() == EVERY_SLUG - {"demo-small", "air-quality-expert"}
    assert ModelEntry.objects.get(slug="demo-large").name == "Ours"


def test_a_model_of_ones_own_with_such_a_name_is_left_alone() -> None:
    mine = ModelEntry.objects.create(slug="demo-small", name="Mine", backend=ModelEntry.Backend.ECHO)
    register_bundled_models()
    mine.refresh_from_db()
    assert mine.backend == ModelEntry.Backend.ECHO and ModelEntry.objects.filter(slug="demo-small").count() == 1


def test_one_whose_weights_are_not_there_yet_is_added_when_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as away:
        away.setattr("inference.catalogue.BUNDLED_MODELS", tmp_path)
        assert register_bundled_models() == []
    assert {entry.slug for entry in register_bundled_models()} == EVERY_SLUG
