"""Answers beside each other: what is shown, how it is graded, and what a mangled address does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from arena.evaluation.answer_page import Place, sides_of
from arena.evaluation.models import HumanGrade, QuestionSet, Run
from arena.evaluation.services import create_run
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import play, verdict
from tests.evaluation.test_pages import HTMX, page, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry) -> Run:
    def says(generation: Generation) -> str:
        if generation.model == judge:
            return "The judge thinks **hard**. " + verdict(generation)
        return f"<b>{generation.model.slug}</b> says 42"

    return play(create_run(question_set=small_set, entries=[echo_a, echo_b], mode="pairwise_all", judges=[judge]), says)


@pytest.fixture
def client(as_user: Any, bob: Any) -> Client:
    return as_user(bob)


def body(run: Run, **more: Any) -> dict[str, Any]:
    question = run.question_set.questions.first()
    left, right = (candidate.entry_id for candidate in run.candidates.all())
    return {"question": question.pk, "turn": 1, "left": left, "right": right, **more}


def test_both_answers_their_checks_and_the_judges_words_are_shown(client: Client, run: Run) -> None:
    html = page(client, f"/arena/evaluation/runs/{run.pk}/answers/")
    said = text_of(html)
    assert "What is 6 x 7?" in said and said.count("right") >= 2 and "Echo A" in said
    assert "<strong>hard</strong>" in html and "Echo B first, then Echo A" in said
    assert "<b>echo-a</b>" not in html, "a model's words are no markup"
    second = text_of(page(client, f"/arena/evaluation/runs/{run.pk}/answers/", turn=2))
    assert "And minus 2?" in second


def test_without_names_neither_model_nor_judge_can_be_told(client: Client, run: Run) -> None:
    html = page(client, f"/arena/evaluation/runs/{run.pk}/answers/", blind=1)
    pair = html.split('id="pair"')[1]
    assert "Model A" in pair and "Echo A" not in pair and "thinks" not in pair


def test_without_names_the_sides_are_mixed_and_stay_so(run: Run, bob: Any) -> None:
    left, right = (candidate.entry for candidate in run.candidates.all())
    places = [Place(run.question_set.questions.all()[0], turn, left, right, is_blind=True) for turn in range(1, 61)]
    first = [sides_of(place, bob)[0] for place in places]
    assert 15 < first.count(left) < 45 and first == [sides_of(place, bob)[0] for place in places]
    turned = [sides_of(Place(place.question, place.turn, right, left, is_blind=True), bob)[0] for place in places]
    assert first == turned, "whoever is chosen first, too"


@pytest.mark.parametrize("blind", [0, 1])
def test_what_one_presses_counts_for_the_answer_one_saw(client: Client, run: Run, blind: int) -> None:
    path = f"/arena/evaluation/runs/{run.pk}/"
    for question in run.question_set.questions.all():
        place = body(run, question=question.pk, **({"blind": 1} if blind else {}))
        shown = page(client, f"{path}answers/", **place).split('id="pair"')[1]
        left_is_a = shown.index("echo-a") < shown.index("echo-b")
        pressed = client.post(f"{path}grade/", {**place, "choice": "left"}, headers=HTMX).content.decode()
        assert 'value="left" aria-pressed="true"' in pressed
        grade = HumanGrade.objects.latest("pk")
        winner = grade.entry if grade.winner == "first" else grade.opponent
        assert winner and winner.slug == ("echo-a" if left_is_a else "echo-b")
        client.post(f"{path}grade/", {**place, "points": "right:8"}, headers=HTMX)
        assert HumanGrade.objects.latest("pk").entry.slug == ("echo-b" if left_is_a else "echo-a")


def test_grading_again_changes_the_grade(client: Client, run: Run) -> None:
    path = f"/arena/evaluation/runs/{run.pk}/grade/"
    for points in ("3", "9"):
        response = client.post(path, body(run, points=f"left:{points}"))
        assert response.status_code == 302 and "question=" in response.url
    assert HumanGrade.objects.get().score == 9
    assert 'value="left:9" aria-pressed="true"' in page(client, response.url)


@pytest.mark.parametrize("wrong", [{"points": "left:11"}, {"points": "left:x"}, {"choice": "both"}, {}])
def test_an_impossible_grade_is_refused_in_one_sentence(client: Client, run: Run, wrong: dict[str, str]) -> None:
    response = client.post(f"/arena/evaluation/runs/{run.pk}/grade/", body(run, **wrong), headers=HTMX)
    assert response.status_code == 422 and 'role="alert"' in response.content.decode()
    assert not HumanGrade.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"question": 999}, {"turn": 7}, {"left": 0}, {"right": "x"}, {"question": ""}, {"turn": "١"}]
)
def test_a_grade_for_something_else_is_not_taken_for_the_first_question(
    client: Client, run: Run, wrong: dict[str, Any]
) -> None:
    path = f"/arena/evaluation/runs/{run.pk}/grade/"
    assert client.post(path, body(run, points="left:5") | wrong).status_code == 404
    assert not HumanGrade.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        {"question": "x", "turn": "0", "left": "-1", "right": "99999999999999999999"},
        {"judge": "x" * 50, "turn": "9" * 30, "with": "0", "before": "\0", "measure": "nonsense", "all": "2"},
    ],
)
def test_a_mangled_address_shows_something_sensible(client: Client, run: Run, query: dict[str, str]) -> None:
    for part in ("", "answers/", "compare/", "state/"):
        assert client.get(f"/arena/evaluation/runs/{run.pk}/{part}", query).status_code == 200
    assert client.get(f"/arena/evaluation/runs/{10**30}/").status_code == 404


def test_a_run_of_one_model_has_one_column_and_no_choice(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry
) -> None:
    alone = play(create_run(question_set=small_set, entries=[echo_a], mode="checkers"))
    html = page(client, f"/arena/evaluation/runs/{alone.pk}/answers/")
    assert "has-1" in html and "Which answer is better?" not in html
    question = small_set.questions.first()
    place = {"question": question.pk, "turn": 1, "left": echo_a.pk, "choice": "left"}
    assert client.post(f"/arena/evaluation/runs/{alone.pk}/grade/", place, headers=HTMX).status_code == 422
    assert "There is no other run of this set yet" in page(client, f"/arena/evaluation/runs/{alone.pk}/compare/")


def test_an_answer_that_is_not_there_yet_says_so(client: Client, small_set: QuestionSet, echo_a: ModelEntry) -> None:
    run = create_run(question_set=small_set, entries=[echo_a], mode="checkers")
    html = page(client, f"/arena/evaluation/runs/{run.pk}/answers/")
    assert "Not asked yet." in html and 'name="points"' not in html
