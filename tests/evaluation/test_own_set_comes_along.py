"""The questions that come with the site are there from the first start, in every reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from arena.evaluation import question_sets
from arena.evaluation.models import Question, QuestionSet
from arena.evaluation.question_sets import delete_set, import_own_set, register_own_set
from arena.evaluation.questions import OWN_SLUG

pytestmark = pytest.mark.django_db


def test_they_are_added_once_and_a_later_start_asks_the_database_once(django_assert_num_queries: Any) -> None:
    added = register_own_set()
    assert added is not None and Question.objects.filter(question_set=added).count() == 40
    with django_assert_num_queries(1):
        assert register_own_set() is None
    assert QuestionSet.objects.count() == 1


def test_what_an_administrator_deleted_does_not_come_back() -> None:
    added = register_own_set()
    assert added is not None
    delete_set(added)
    assert register_own_set() is None
    assert not QuestionSet.objects.exists()
    assert import_own_set().slug == OWN_SLUG, "the button still brings it"


def test_a_set_that_is_there_already_stays_as_it_is() -> None:
    QuestionSet.objects.create(slug=OWN_SLUG, name="Ours, changed")
    assert register_own_set() is None
    assert QuestionSet.objects.get().name == "Ours, changed"


def test_a_failed_import_is_tried_again_at_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken, pytest.raises(OSError, match="disk"):
        broken.setattr(
            question_sets, "import_questions", lambda *args, **options: (_ for _ in ()).throw(OSError("disk"))
        )
        register_own_set()
    assert register_own_set() is not None


@pytest.mark.parametrize("importer", ["en", "zh-hant"])
def test_name_and_description_are_in_the_readers_language(importer: str) -> None:
    with translation.override(importer):
        own = import_own_set()
    own.refresh_from_db()
    assert (own.label, str(own)) == ("Forty questions of this site", "Forty questions of this site v1")
    with translation.override("zh-hant"):
        assert own.label == "本站的四十題" and own.about.startswith("四十題")
        kept = QuestionSet.objects.create(slug="kept-before", name="本站的四十題", description=own.about)
    assert kept.label == "Forty questions of this site" and kept.about.startswith("Forty questions of two turns")


def test_any_other_name_stays_as_it_was_written() -> None:
    with translation.override("zh-hant"):
        assert QuestionSet(slug="x", name="Soil", description="Name").label == "Soil"
        assert QuestionSet(slug="x", name="Soil", description="Name").about == "Name"
