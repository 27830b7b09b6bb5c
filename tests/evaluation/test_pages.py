"""What the pages of the evaluation show and do, with runs that the real driver played to their end."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arena.evaluation.driving import advance
from arena.evaluation.forms import QuestionForm, joined_turns, parted_turns
from arena.evaluation.models import Guard, HumanGrade, Question, QuestionSet, Run
from arena.evaluation.question_sets import save_question
from arena.evaluation.services import cancel_run, create_run, grade_pair
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import end_all, play, verdict

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(as_user: Any, staff: Any) -> Client:
    return as_user(staff)


@pytest.fixture
def pairs(small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry) -> Run:
    """A run whose judge always prefers what was shown first."""
    return play(create_run(question_set=small_set, entries=[echo_a, echo_b], mode="pairwise_all", judges=[judge]))


def page(client: Client, path: str, **query: Any) -> str:
    response = client.get(path, query)
    assert response.status_code == 200, response.content.decode()[:2000]
    html = response.content.decode()
    assert " style=" not in html and "<script>" not in html and " onclick" not in html, "the policy refuses these"
    return html


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- sets -------------------------------------------------------------------------------------------------------------


def test_our_own_set_is_imported_by_a_button_and_again_without_doubles(client: Client) -> None:
    assert "There is no question set yet" in page(client, "/arena/evaluation/")
    for _twice in range(2):
        response = client.post("/arena/evaluation/sets/own/", follow=True)
        assert "40 questions" in text_of(response.content.decode())
    assert QuestionSet.objects.count() == 1 and Question.objects.count() == 40
    assert "Mathematics" in page(client, "/arena/evaluation/")


def test_our_own_set_gets_no_new_version_unless_it_has_changed(client: Client, echo_a: ModelEntry) -> None:
    client.post("/arena/evaluation/sets/own/")
    own = QuestionSet.objects.get()
    cancel_run(create_run(question_set=own, entries=[echo_a], mode="checkers"))
    client.post("/arena/evaluation/sets/own/")
    assert QuestionSet.objects.get() == own
    changed = save_question(own, question=own.questions.first(), category="changed").question_set
    client.post("/arena/evaluation/sets/own/")
    assert changed.version == 2 and QuestionSet.objects.count() == 2, "a category is the administrator's business"
    save_question(changed, question=changed.questions.first(), turns=["Changed"], references=[], checkers=[])
    client.post("/arena/evaluation/sets/own/")
    assert len(changed.newest().questions.first().turns) == 2


def test_a_file_with_a_wrong_line_is_refused_whole_and_its_line_is_named(
    client: Client, small_set: QuestionSet
) -> None:
    lines = [json.dumps({"question_id": 9, "category": "x", "turns": ["fine"]}), "{broken"]
    file = SimpleUploadedFile("questions.jsonl", "\n".join(lines).encode())
    path = f"/arena/evaluation/sets/{small_set.pk}/import/"
    response = client.post(path, {"file": file, "kind": "questions"})
    assert response.status_code == 422 and "2" in text_of(response.content.decode()).split("Nothing was changed:")[1]
    assert small_set.questions.count() == 3
    good = SimpleUploadedFile("questions.jsonl", lines[0].encode())
    said = text_of(client.post(path, {"file": good, "kind": "questions"}, follow=True).content.decode())
    assert "1 question added, 0 changed." in said and small_set.questions.count() == 4


def test_what_is_downloaded_can_be_imported(client: Client, small_set: QuestionSet) -> None:
    for format in ("jsonl", "csv"):
        path = f"/arena/evaluation/sets/{small_set.pk}/questions.{format}"
        response = client.get(path)
        assert "attachment" in response["Content-Disposition"] and "空氣品質".encode() in response.content
        client.post("/arena/evaluation/sets/new/", {"name": f"Copy {format}"})
        copy = QuestionSet.objects.get(name=f"Copy {format}")
        file = SimpleUploadedFile(f"q.{format}", response.content)
        done = client.post(f"/arena/evaluation/sets/{copy.pk}/import/", {"file": file, "kind": "questions"})
        assert done.status_code == 302 and copy.questions.count() == 3
        turns = [question.turns for question in copy.questions.all()]
        assert turns == [question.turns for question in small_set.questions.all()]
    assert client.get(f"/arena/evaluation/sets/{small_set.pk}/questions.exe").status_code == 404


def test_a_question_is_written_changed_and_removed_on_its_page(client: Client, small_set: QuestionSet) -> None:
    form = {
        **{"category": "math", "turns": "One?\n---\nTwo?\nStill two.", "references": "1\n---\n2"},
        **{"expected_points": "a\n\n b ", "checkers": '[{"name": "number", "value": 1}, null]'},
    }
    assert client.post(f"/arena/evaluation/sets/{small_set.pk}/new/", form).status_code == 302
    made = small_set.questions.latest("pk")
    assert made.turns == ["One?", "Two?\nStill two."] and made.references == ["1", "2"]
    assert made.expected_points == ["a", "b"] and made.checker(1) == {"name": "number", "value": 1}
    path = f"/arena/evaluation/questions/{made.pk}/"
    assert "---" in page(client, path)
    wrong = client.post(path, {**form, "checkers": '[{"name": "numbre"}]'})
    assert wrong.status_code == 422 and "numbre" in wrong.content.decode()
    assert client.post(path, {**form, "checkers": "{}", "turns": "x"}).status_code == 422
    assert client.post(path, {**form, "category": "coding", "external_id": made.external_id}).status_code == 302
    made.refresh_from_db()
    assert made.category == "coding" and small_set.questions.count() == 4
    assert client.post(path, {"remove": "1"}).status_code == 302 and small_set.questions.count() == 3


def test_a_line_that_looks_like_the_mark_between_turns_survives(client: Client, small_set: QuestionSet) -> None:
    turns = ["Part one\n---\nstill\n ---\npart one", "\\---\nand\n \\\\---  \nmore", "last"]
    question = save_question(small_set, category="math", turns=turns)
    assert parted_turns(joined_turns(turns)) == turns
    path = f"/arena/evaluation/questions/{question.pk}/"
    client.post(path, QuestionForm.initial_of(question) | {"checkers": "", "required_temperature": ""})
    question.refresh_from_db()
    assert question.turns == turns


def test_a_change_after_a_run_makes_a_new_version_and_the_old_one_stays(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry
) -> None:
    run = play(create_run(question_set=small_set, entries=[echo_a], mode="checkers"))
    first = small_set.questions.first()
    form = {"category": first.category, "turns": "Now another", "references": "", "external_id": first.external_id}
    assert "A run has asked this version" in page(client, f"/arena/evaluation/questions/{first.pk}/")
    client.post(f"/arena/evaluation/questions/{first.pk}/", form)
    newest = small_set.newest()
    assert newest.version == 2 and newest.questions.first().turns == ["Now another"]
    old = page(client, f"/arena/evaluation/sets/{small_set.pk}/")
    assert "This is an older version" in old and "6 x 7" in old
    assert "6 x 7" in page(client, f"/arena/evaluation/runs/{run.pk}/answers/")


# --- runs -------------------------------------------------------------------------------------------------------------


def test_what_a_run_would_take_is_shown_before_it_starts(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry
) -> None:
    assert "Small set v1" in page(client, "/arena/evaluation/runs/new/", set=small_set.pk)
    form = {
        **{"question_set": small_set.pk, "entries": [echo_a.pk, echo_b.pk], "mode": "pairwise_all"},
        **{"judges": [judge.pk], "at_once": 8},
    }
    said = text_of(client.post("/arena/evaluation/runs/estimate/", form, headers=HTMX).content.decode())
    assert "20 requests" in said, "5 turns by 2 models, and each pair in both orders"
    without_script = client.post("/arena/evaluation/runs/new/", {**form, "estimate": "1"})
    assert "20 requests" in text_of(without_script.content.decode()) and not Run.objects.exists()
    nothing = client.post("/arena/evaluation/runs/estimate/", {"mode": "?", "entries": "x"}, headers=HTMX)
    assert nothing.status_code == 200 and "Choose a set" in nothing.content.decode()
    response = client.post("/arena/evaluation/runs/new/", form)
    run = Run.objects.get()
    assert response.url == f"/arena/evaluation/runs/{run.pk}/" and run.at_once == 8 and run.judges.get() == judge


def test_an_impossible_run_is_refused_in_one_sentence(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry
) -> None:
    form = {"question_set": small_set.pk, "entries": [echo_a.pk], "mode": "single", "at_once": 8}
    response = client.post("/arena/evaluation/runs/new/", form)
    assert response.status_code == 422 and "Please choose a judge" in response.content.decode()
    assert f'value="{echo_a.pk}" checked' in response.content.decode() and not Run.objects.exists()
    assert client.post("/arena/evaluation/runs/new/", {**form, "entries": []}).status_code == 422


def test_a_page_that_watches_a_run_sees_its_end_and_its_results(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry, judge: ModelEntry
) -> None:
    run = create_run(question_set=small_set, entries=[echo_a], mode="single", judges=[judge])
    state = f"/arena/evaluation/runs/{run.pk}/state/"
    assert 'hx-trigger="every 2s"' in page(client, f"/arena/evaluation/runs/{run.pk}/")
    advance(run)
    end_all(verdict)
    fragment = page(client, state)
    assert 'hx-trigger="every 2s"' in fragment and "3 / 5" in text_of(fragment) and "Cancel the run" in fragment
    play(run)
    ended = page(client, state)
    assert "every 2s" not in ended and 'id="results" hx-swap-oob' in ended and "Points by judges" in ended


def test_cancel_go_on_and_delete(client: Client, small_set: QuestionSet, echo_a: ModelEntry) -> None:
    run = create_run(question_set=small_set, entries=[echo_a], mode="checkers")
    advance(run)
    act = f"/arena/evaluation/runs/{run.pk}/do/"
    for action, state in (("cancel", "cancelled"), ("resume", "pending"), ("cancel", "cancelled")):
        assert client.post(act, {"action": action}).status_code == 302
        run.refresh_from_db()
        assert run.state == state
    assert client.post(act, {"action": "explode"}).status_code == 400
    said = client.post(act, {"action": "retry_unreadable"}, follow=True).content.decode()
    assert "asked again" in said or "nothing to ask again" in said
    assert client.post(act, {"action": "delete"}).url == "/arena/evaluation/"
    assert not Run.objects.exists() and not Generation.objects.exists()


def test_results_show_points_checks_and_what_could_not_be_read(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry
) -> None:
    def says(generation: Generation) -> str:
        if generation.model == judge and "echo-b answers" in generation.prompt[-1]["content"]:
            return "no idea"
        return verdict(generation, single="[[4]]")

    run = play(create_run(question_set=small_set, entries=[echo_a, echo_b], mode="single", judges=[judge]), says)
    html = page(client, f"/arena/evaluation/runs/{run.pk}/")
    said = text_of(html)
    assert "Points by judges" in said and "Echo A 4.0" in said and "5 unreadable" in said
    assert "5 judgments of Judge could not be read" in said
    points, checks = html.split('id="measure-checks"')[0], html.split('id="measure-checks"')[1]
    assert "Echo B" not in text_of(points.split('id="measure-points"')[1]), "what was never read has no mean"
    assert "Echo B" in text_of(checks) and 'class="radar"' in html
    only_second = page(client, f"/arena/evaluation/runs/{run.pk}/", turn=2, judge=judge.pk)
    assert "環境" not in text_of(only_second.split('id="measure-points"')[1].split("Exact checks")[0])


def test_a_judge_that_prefers_the_first_place_is_exposed(client: Client, small_set: QuestionSet, echo_a: ModelEntry,
                                                         echo_b: ModelEntry, judge: ModelEntry) -> None:  # fmt: skip
    for number in range(3, 9):
        save_question(small_set, category="math", turns=[f"Question {number}?"])
    run = play(create_run(question_set=small_set, entries=[echo_a, echo_b], mode="pairwise_all", judges=[judge]))
    said = text_of(page(client, f"/arena/evaluation/runs/{run.pk}/"))
    assert "prefers the first place" in said and "100 % 0 % 11 : 0 &lt; 0.001" in said
    assert "Echo A 50 %" in said and "Echo B 50 %" in said, "in both orders everything is a tie"


def test_people_and_judges_are_held_beside_each_other(client: Client, pairs: Run, bob: Any) -> None:
    left, right = (candidate.entry for candidate in pairs.candidates.all())
    before = text_of(page(client, f"/arena/evaluation/runs/{pairs.pk}/"))
    assert "Nobody has graded answers of this run yet" in before
    for question in pairs.question_set.questions.all():
        grade_pair(run=pairs, question=question, turn=1, left=left, right=right, user=bob, choice="left")
    after = text_of(page(client, f"/arena/evaluation/runs/{pairs.pk}/"))
    assert "Judge and people 3 0 %" in after


def test_the_files_of_a_run_are_downloaded(client: Client, pairs: Run) -> None:
    response = client.get(f"/arena/evaluation/runs/{pairs.pk}/run.zip")
    assert response.content[:2] == b"PK" and response["Content-Disposition"].endswith('.zip"')


def test_a_guard_watches_its_expert_and_shows_the_difference(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry
) -> None:
    expert = ModelEntry.objects.create(
        slug="expert", name="Expert", backend="expert", base=echo_a, system_prompt="Be brief."
    )
    path = f"/arena/evaluation/sets/{small_set.pk}/guard/"
    assert client.post(path, {"expert": expert.pk, "mode": "single"}).status_code == 422
    assert client.post(path, {"expert": expert.pk, "mode": "checkers"}).status_code == 302
    guard = Guard.objects.get()
    play(Run.objects.get(), lambda generation: "41")
    client.post(path, {"now": str(guard.pk)})
    run = play(Run.objects.latest("pk"), lambda generation: "42")
    assert "What became better or worse" in page(client, f"/arena/evaluation/runs/{run.pk}/")
    said = text_of(page(client, f"/arena/evaluation/runs/{run.pk}/compare/"))
    assert "better 1 " in said and "worse 0" in said and "▲ better" in said
    save_question(small_set, question=small_set.questions.first(), category="changed")
    newest = f"/arena/evaluation/sets/{small_set.newest().pk}/guard/"
    client.post(newest, {"expert": expert.pk, "mode": "checkers"})
    assert Guard.objects.get() == guard, "one guard for all versions of a set"
    assert client.post(path, {"remove": str(guard.pk)}).status_code == 302 and not Guard.objects.exists()
    assert client.post(path, {"remove": "x"}).status_code == 404


def test_cancelled_runs_are_listed_and_pages_continue_by_key(
    client: Client, small_set: QuestionSet, echo_a: ModelEntry
) -> None:
    for _number in range(27):
        cancel_run(create_run(question_set=small_set, entries=[echo_a], mode="checkers"))
    first = page(client, "/arena/evaluation/")
    older = re.search(r"\?before=(\d+)", first)
    assert older and first.count('class="run-row"') == 25
    assert page(client, "/arena/evaluation/", before=older[1]).count('class="run-row"') == 2
    assert client.get("/arena/evaluation/", {"before": "x" * 30}).status_code == 200


def test_grades_of_somebody_else_are_not_shown(client: Client, pairs: Run, bob: Any) -> None:
    answer = pairs.answers.first()
    HumanGrade.objects.create(
        run=pairs, question=answer.question, turn=answer.turn, user=bob, entry=answer.entry, score=9
    )
    shown = page(client, f"/arena/evaluation/runs/{pairs.pk}/answers/").split('id="pair"')[1]
    assert 'aria-pressed="true"' not in shown.split("</form>")[0]
