"""People's grades, plain rows for statistics, estimates, and files with FastChat's fields."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arena.evaluation.estimates import estimate
from arena.evaluation.exporting import archive, model_answers, pair_judgments, single_judgments
from arena.evaluation.models import HumanGrade, Question, QuestionSet, Run
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.results import check_rows, grade_pair_rows, grade_rows, pair_rows, score_rows, unparsable_counts
from arena.evaluation.services import create_run, grade_answer, grade_pair
from arena.evaluation.summary import footnotes, summary
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import heard, play, verdict

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairs(small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry) -> Run:
    """A judge that always prefers what stands first, and says nothing about one question."""
    run = create_run(
        question_set=small_set, entries=[echo_a], mode="pairwise_baseline", judges=[judge], baseline=echo_b
    )

    def says(generation: Generation) -> str:
        return verdict(generation, pair="Hm." if "Make it shorter." in heard(generation) else "[[A]]")

    return play(run, says)


@pytest.fixture
def single(small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry) -> Run:
    run = create_run(question_set=small_set, entries=[echo_a, echo_b], mode="single", judges=[judge])

    def says(generation: Generation) -> str:
        return verdict(generation, single="[[8]]" if "echo-a answers" in heard(generation) else "no points")

    return play(run, says)


def test_rows_and_table_of_points(single: Run, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry) -> None:
    rows = score_rows(single)
    assert len(rows) == 5 and {(row.entry_id, row.judge_id, row.score) for row in rows} == {(echo_a.pk, judge.pk, 8.0)}
    assert unparsable_counts(single) == {judge.pk: 5}
    assert {(row.external_id, row.score) for row in check_rows(single)} == {("1", 1.0)}
    assert summary(single) == [
        ["model", "turn 1", "turn 2", "mean", "exact"],
        ["echo-a", "8.00", "8.00", "8.00", "100%"],
        ["echo-b", "-", "-", "-", "100%"],
    ]
    assert "5 judgments of judge" in footnotes(single)[0]


def test_rows_and_table_of_pairs(pairs: Run, echo_a: ModelEntry, echo_b: ModelEntry) -> None:
    rows = pair_rows(pairs)
    assert len(rows) == 8 and {row.winner for row in rows} == {"first"}
    assert {(row.first_id, row.second_id) for row in rows} == {(echo_a.pk, echo_b.pk), (echo_b.pk, echo_a.pk)}
    # Two orders that contradict each other are a tie, as FastChat counts them.
    assert summary(pairs)[1:] == [["echo-a", "0", "0", "4", "50%", "100%"], ["echo-b", "0", "0", "4", "50%", "100%"]]


def test_people_grade_and_grade_again(single: Run, alice: Any, echo_a: ModelEntry, echo_b: ModelEntry) -> None:
    question = single.question_set.questions.first()
    assert question is not None
    about: dict[str, Any] = {"run": single, "question": question, "turn": 1, "user": alice}
    grade_answer(**about, entry=echo_a, score=3)
    grade_answer(**about, entry=echo_a, score=9)
    assert [(row.entry_id, row.judge_id, row.score) for row in grade_rows(single)] == [(echo_a.pk, alice.pk, 9.0)]
    grade_pair(**about, left=echo_a, right=echo_b, choice="left")
    grade_pair(**about, left=echo_b, right=echo_a, choice="left")  # the other order, and another opinion
    [row] = grade_pair_rows(single)
    assert (row.first_id, row.second_id, row.winner) == (echo_a.pk, echo_b.pk, "second")
    for wrong in ({"score": 0}, {"score": 11}, {"turn": 3, "score": 5}):
        with pytest.raises(EvaluationRefused):
            grade_answer(**{**about, "entry": echo_a, **wrong})
    with pytest.raises(EvaluationRefused):
        grade_pair(**about, left=echo_a, right=echo_a, choice="tie")
    assert HumanGrade.objects.count() == 2


def test_files_of_points(single: Run, judge: ModelEntry, echo_a: ModelEntry) -> None:
    answers = [json.loads(line) for line in model_answers(single, echo_a)]
    assert [answer["question_id"] for answer in answers] == [1, 2, "q-3"]
    assert answers[0]["choices"] == [{"index": 0, "turns": ["echo-a answers: 42"] * 2}]
    judgments = [json.loads(line) for line in single_judgments(single, judge)]
    assert len(judgments) == 10 and {judgment["score"] for judgment in judgments} == {8, -1}
    first = judgments[0]
    assert first["judge"] == ["judge", "single-reference-en-v1"] and first["model"] == "echo-a" and first["turn"] == 1
    assert first["judgment"] == "[[8]]" and "What is 6 x 7?" in first["user_prompt"]


def test_files_of_pairs(pairs: Run, judge: ModelEntry) -> None:
    lines = [json.loads(line) for line in pair_judgments(pairs, judge)]
    assert len(lines) == 5
    names = ["question_id", "model_1", "model_2", "g1_winner", "g2_winner", "judge", "g1_user_prompt", "g1_judgment"]
    assert all(list(line) == [*names, "g2_user_prompt", "g2_judgment", "turn", "tstamp"] for line in lines)
    # show_result.py: model_1 is the model, model_2 the baseline; the judge preferred whoever stood first.
    winners = {(line["question_id"], line["turn"]): (line["g1_winner"], line["g2_winner"]) for line in lines}
    assert winners.pop((2, 2)) == ("error", "error")
    assert set(winners.values()) == {("model_1", "model_2")}
    assert {(line["model_1"], line["model_2"]) for line in lines} == {("echo-a", "echo-b")}
    with zipfile.ZipFile(io.BytesIO(archive(pairs))) as files:
        expected = {"question.jsonl", "model_answer/echo-a.jsonl", "model_answer/echo-b.jsonl"}
        assert set(files.namelist()) == {*expected, "model_judgment/judge_pair.jsonl"}


def test_an_answer_that_failed_is_exported_as_fastchat_does(
    small_set: QuestionSet, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.evaluation.planning.MOST_TRIES", 1)
    run = create_run(question_set=small_set, entries=[echo_a], mode="checkers")
    play(run, lambda generation: "!fail" if heard(generation) == "And minus 2?" else "fine")
    turns = [json.loads(line)["choices"][0]["turns"] for line in model_answers(run, echo_a)]
    assert turns == [["fine", "$ERROR$"], ["fine", "fine"], ["fine"]]


def test_the_estimate_counts_what_a_run_would_ask(
    small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry
) -> None:
    asked: dict[str, Any] = {"question_set": small_set, "entries": [echo_a, echo_b], "judges": [judge]}
    for mode, judgments in (("checkers", 0), ("single", 10), ("pairwise_all", 10)):
        found = estimate(**asked, mode=mode)
        assert found.requests == 10 + judgments and found.seconds is None and found.cost is None
        assert all(line.is_guess for line in found.lines)
    assert estimate(**{**asked, "entries": [echo_a]}, mode="pairwise_baseline", baseline=echo_b).requests == 20
    run = play(create_run(**asked, mode="single"), lambda generation: "[[5]]")
    ModelEntry.objects.filter(pk=judge.pk).update(prompt_price=2, completion_price=10)
    judge.refresh_from_db()
    known = estimate(**{**asked, "judges": [judge]}, mode="single")
    assert run.state == Run.State.FINISHED and not any(line.is_guess for line in known.lines)
    assert known.lines[0].completion_tokens == 5 * 5, "five tokens an answer, as before"
    assert known.cost is not None and known.cost > 0 and known.lines[0].cost is None


def test_the_commands_refuse_with_one_sentence(small_set: QuestionSet, echo_a: ModelEntry, tmp_path: Any) -> None:
    faulty = tmp_path / "faulty.jsonl"
    faulty.write_text("{}\n")
    for arguments, sentence in (
        (["import", str(tmp_path / "none"), "--set", "x"], "cannot be read"),
        (["import", str(faulty), "--set", "x"], "Line 1"),
        (["run", "--set", "nothing", "--models", "echo-a"], "There is no question set nothing"),
        (["run", "--set", "small-set", "--models", "nobody"], "No model nobody is offered"),
        (["run", "--set", "small-set", "--models", ""], "at least one model"),
        (["run", "--set", "small-set", "--models", "echo-a", "--mode", "single"], "choose a judge"),
        (["results", "77"], "There is no run 77"),
        (["export", "small-set"], "Say where to"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("evaluate", *arguments)
    assert not QuestionSet.objects.filter(slug="x").exists() and not Run.objects.exists()
    call_command("evaluate", "run", "--set", "small-set", "--models", "echo-a", "--no-wait")
    assert Run.objects.get().state == Run.State.PENDING
    call_command("evaluate", "export", "small-set", "--to", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text().startswith("question_id,category,language,turn_1,turn_2")
    assert Question.objects.count() == 3
