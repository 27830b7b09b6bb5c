"""Guards: an expert that has changed is asked again, and only then."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from arena.evaluation.guards import check_guard, look_at_guards, previous_run
from arena.evaluation.models import Guard, QuestionSet, Run
from arena.evaluation.question_sets import save_question
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.results import comparable
from arena.evaluation.setups import fingerprint_of, setup_of
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import play

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def expert(echo_a: ModelEntry) -> ModelEntry:
    return ModelEntry.objects.create(
        slug="expert", name="Expert", backend="expert", base=echo_a, system_prompt="You are an expert."
    )


@pytest.fixture
def guard(small_set: QuestionSet, expert: ModelEntry) -> Guard:
    return Guard.objects.create(expert=expert, question_set=small_set)


def test_a_new_version_is_run_and_compared_with_the_one_before(guard: Guard, expert: ModelEntry) -> None:
    assert look_at_guards() == 1
    first = Run.objects.get()
    assert look_at_guards() == 0, "its run is under way"
    play(first, lambda generation: "41")
    assert look_at_guards() == 0 and previous_run(first) is None
    expert.system_prompt = "You are a better expert."
    expert.save()
    assert look_at_guards() == 1
    second = Run.objects.latest("pk")
    play(second, lambda generation: "42")
    assert Generation.objects.latest("created_at").prompt[0]["content"] == "You are a better expert."
    assert previous_run(second) == first and len(comparable(second, first)) == 3
    assert first.judgments.get(kind="check").score == 0 and second.judgments.get(kind="check").score == 1


@pytest.mark.parametrize("change", ["system_prompt", "defaults", "base", "system text of the base"])
def test_what_makes_a_version(guard: Guard, expert: ModelEntry, echo_b: ModelEntry, change: str) -> None:
    before = fingerprint_of(setup_of(expert))
    if change == "system_prompt":
        expert.system_prompt = "Other."
    elif change == "defaults":
        expert.defaults = {"temperature": 0.1}
    elif change == "base":
        expert.base = echo_b
    elif expert.base:
        expert.base.system_prompt = "Be brief."
    assert fingerprint_of(setup_of(expert)) != before
    expert.name, expert.description, expert.position = "New name", "New words", 5
    after = fingerprint_of(setup_of(expert))
    expert.name = "Another name"
    assert fingerprint_of(setup_of(expert)) == after, "a name is no version"


def test_a_change_amid_a_run_begins_afresh(guard: Guard, expert: ModelEntry) -> None:
    look_at_guards()
    expert.system_prompt = "Changed."
    expert.save()
    assert look_at_guards() == 1
    assert sorted(Run.objects.values_list("state", flat=True)) == ["cancelled", "pending"]


def test_a_new_version_of_the_set_is_asked_too(guard: Guard, small_set: QuestionSet) -> None:
    look_at_guards()
    play(Run.objects.get(), lambda generation: "42")
    changed = save_question(small_set, category="math", turns=["1+1?"])
    assert changed.question_set.version == 2
    assert look_at_guards() == 1 and Run.objects.latest("pk").question_set == changed.question_set


def test_by_hand(guard: Guard, ada: Any, as_user: Any) -> None:
    play(check_guard(guard), lambda generation: "42")  # type: ignore[arg-type]
    assert check_guard(guard) is None
    browser = as_user(ada)
    for expected in (2, 2):  # the second time it is under way
        page = browser.post(
            reverse("admin:evaluation_guard_changelist"),
            {"action": "run_now", "_selected_action": [guard.pk]},
            follow=True,
        )
        assert page.status_code == 200 and Run.objects.count() == expected
    assert Run.objects.latest("pk").created_by == ada
    for name in ("questionset", "run", "guard", "humangrade"):
        assert browser.get(reverse(f"admin:evaluation_{name}_changelist")).status_code == 200
    run = Run.objects.latest("pk")
    assert browser.get(reverse("admin:evaluation_run_change", args=[run.pk])).status_code == 200
    deleted = browser.post(reverse("admin:evaluation_run_delete", args=[run.pk]), {"post": "yes"})
    assert deleted.status_code == 302 and Run.objects.count() == 1


def test_a_guard_is_made_in_the_admin(small_set: QuestionSet, expert: ModelEntry, ada: Any, as_user: Any) -> None:
    address, browser = reverse("admin:evaluation_guard_add"), as_user(ada)
    fields = {"expert": expert.pk, "question_set": small_set.pk, "is_active": "on"}
    for mode, made in (("single", 0), ("pairwise_all", 0), ("checkers", 1)):
        page = browser.post(address, {**fields, "mode": mode})
        assert page.status_code == (302 if made else 200) and Guard.objects.count() == made, mode
    assert Guard.objects.get().created_by == ada


def test_an_inactive_guard_and_one_that_cannot_run_do_nothing(guard: Guard, expert: ModelEntry) -> None:
    Guard.objects.update(is_active=False)
    assert look_at_guards() == 0
    Guard.objects.update(is_active=True)
    ModelEntry.objects.filter(pk=expert.pk).update(is_enabled=False)
    assert look_at_guards() == 0 and not Run.objects.exists()
    with pytest.raises(EvaluationRefused):
        check_guard(guard)
