"""Question sets: files in and out, versions, questions out of chats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from arena.evaluation.models import Question, QuestionSet, Run
from arena.evaluation.question_sets import (
    add_message_to_set,
    create_set,
    delete_set,
    export_questions,
    import_questions,
    import_references,
    remove_question,
    save_question,
)
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.services import create_run
from arena.formats.rows import FileRefused
from chat.models import Conversation, Message
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import QUESTIONS

pytestmark = pytest.mark.django_db(transaction=True)


def numbers(question_set: QuestionSet) -> list[str]:
    return list(question_set.questions.values_list("external_id", flat=True))


def asked(question_set: QuestionSet, entry: ModelEntry) -> Run:
    return create_run(question_set=question_set, entries=[entry], mode="checkers")


def test_a_file_comes_back_field_for_field(small_set: QuestionSet) -> None:
    lines = [json.loads(line) for line in export_questions(small_set).splitlines()]
    for line, question in zip(lines, QUESTIONS, strict=True):
        assert {name: line[name] for name in question} == question
        assert line.keys() - question.keys() <= {"language"}
    assert [line["language"] for line in lines] == ["en", "en", "zh-hant"]
    assert list(lines[0])[:4] == ["question_id", "category", "turns", "reference"], "as FastChat orders them"


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_export_and_import_again_change_nothing(small_set: QuestionSet, format: str) -> None:
    content = export_questions(small_set, format).encode()
    again = import_questions(content, into=small_set, format="auto")
    assert (again.added, again.changed) == (0, 0)
    copy = import_questions(content, into=create_set(name="Copy"), format=format).question_set
    assert export_questions(copy) == export_questions(small_set)


def test_a_table_from_a_spreadsheet(db: None) -> None:
    table = "\ufeffquestion_id;category;turn_1;turn_2;reference_1;required_temperature\r\n"
    table += '7;math;"What; is\r\n1+1?";And 2+2?;2;0.5\r\n8;writing;Hello;;;\r\n'
    found = import_questions(table.encode(), into=create_set(name="Table")).question_set
    seven, eight = found.questions.all()
    assert seven.turns == ["What; is\r\n1+1?", "And 2+2?"] and seven.references == ["2"]
    assert (seven.required_temperature, eight.turns, eight.references) == (0.5, ["Hello"], [])


FAULTY = [
    (b"", "empty"),
    (b"\x1f\x8b123", "compressed"),
    (b"\xff\xfe", "Line 1: this is no UTF-8"),
    (b'{"question_id": 1, "category": "math", "turns": ["x"]}\n{"category": 3, "turns": []}', "Line 2: turns"),
    (b'{"question_id": 1, "category": "m", "turns": ["x"]}\n' * 2, "Line 2: question 1 is there already (Line 1)"),
    (b'{"question_id": 1, "category": "m", "turns": ["x"]}\n\n{broken', "Line 3: this is not valid JSON"),
    (b'{"question_id": 1, "category": "m", "turns": ["x"], "reference": ["a", "b"]}', "reference has 2 entries"),
    (b'{"question_id": 1, "category": "m", "turns": ["x"], "required_temperature": 3}', "from 0 to 2"),
    (b'{"question_id": 1, "category": "m", "turns": ["x"], "checkers": [{"name": "magic"}]}', "no checker"),
    (b'{"question_id": true, "category": "m", "turns": ["x"]}', "question_id is missing"),
    (b'{"question_id": 1, "category": "m", "turns": "x"}', "turns must be a list"),
    (b"[1, 2]", "Entry 1"),
    (b"question_id,category\n1,m", "Line 1: the heading has no column turn_1"),
    (b"question_id,category,turn_1\n1,m", "Line 2: there are 2 values"),
    (b"question_id,category,turn_1,checkers\n1,m,x,{oops", "Line 2: a cell cannot be read"),
    (b'question_id,category,turn_1\n1,m,"x', "Line 2: this is no CSV"),
    (b"question_id,category,turn_1,extra\n1,m,x,7", "Line 2: a cell"),
]


@pytest.mark.parametrize(("content", "sentence"), FAULTY)
def test_a_faulty_file_changes_nothing_and_names_the_line(
    small_set: QuestionSet, content: bytes, sentence: str
) -> None:
    before = export_questions(small_set)
    with pytest.raises(FileRefused) as refused:
        import_questions(content, into=small_set)
    assert sentence in str(refused.value)
    assert export_questions(small_set) == before and QuestionSet.objects.count() == 1


def test_a_number_that_is_there_takes_the_place(small_set: QuestionSet) -> None:
    content = b'{"question_id": 2, "category": "writing", "turns": ["Another line."]}\n'
    content += b'{"question_id": 99, "category": "stem", "turns": ["New."]}'
    found = import_questions(content, into=small_set)
    assert (found.added, found.changed, found.question_set) == (1, 1, small_set)
    assert numbers(small_set) == ["1", "2", "q-3", "99"]
    assert Question.objects.get(external_id="2").turns == ["Another line."]


def test_what_a_run_has_asked_stays_and_the_change_is_a_new_version(
    small_set: QuestionSet, echo_a: ModelEntry, ada: Any
) -> None:
    run = asked(small_set, echo_a)
    before = export_questions(small_set)
    changed = save_question(small_set, question=small_set.questions.get(external_id="2"), turns=["New words"], user=ada)
    assert (changed.question_set.version, changed.question_set.slug) == (2, small_set.slug)
    assert export_questions(small_set) == before and run.question_set == small_set
    assert changed.question_set.created_by == ada and small_set.newest() == changed.question_set
    # Whichever version is named, the newest is written; without a run it is written in place.
    removed = remove_question(small_set.questions.get(external_id="q-3"))
    assert removed == changed.question_set and numbers(removed) == ["1", "2"]
    assert QuestionSet.objects.latest_versions().get() == removed


def test_the_same_file_again_makes_no_version(small_set: QuestionSet, echo_a: ModelEntry) -> None:
    asked(small_set, echo_a)
    assert import_questions(export_questions(small_set).encode(), into=small_set).question_set == small_set
    assert QuestionSet.objects.count() == 1


def test_fastchats_reference_answers(small_set: QuestionSet) -> None:
    line = {"question_id": 2, "answer_id": "x", "model_id": "gpt-4", "choices": [{"index": 0, "turns": ["a", "b"]}]}
    other = {**line, "question_id": 77}
    found = import_references(f"{json.dumps(line)}\n{json.dumps(other)}\n".encode(), into=small_set)
    assert found.changed == 1 and small_set.questions.get(external_id="2").references == ["a", "b"]
    with pytest.raises(FileRefused, match="Line 1"):
        import_references(b'{"question_id": 2}', into=small_set)
    with pytest.raises(EvaluationRefused):
        import_references(json.dumps(other).encode(), into=small_set)


def test_a_question_out_of_a_chat(small_set: QuestionSet, alice: Any, echo_a: ModelEntry) -> None:
    talk = Conversation.objects.create(owner=alice, model=echo_a)
    parent = None
    for text in ("什麼是 BOD？", "An answer.", "And COD?", "Another."):
        generation = None
        if text.endswith("."):
            generation = Generation.objects.create(model=echo_a, requester="user:1", prompt=[], text=text)
        fields: Any = {"role": "user", "content": text}
        if generation:
            fields = {"role": "assistant", "generation": generation}
        parent = Message.objects.create(conversation=talk, parent=parent, **fields)
    assert parent is not None and parent.parent is not None
    question = add_message_to_set(parent.parent, small_set, category="water", expected_points=[" oxygen ", ""])
    assert question.turns == ["什麼是 BOD？", "And COD?"] and question.references == []
    assert (question.external_id, question.language, question.expected_points) == ("3", "zh-hant", ["oxygen"])
    with_answers = add_message_to_set(parent, small_set, category="water", with_answer_as_reference=True)
    assert with_answers.references == ["An answer.", "Another."] and with_answers.external_id == "4"
    talk.delete()
    assert Question.objects.filter(pk=question.pk).exists()


def test_what_cannot_be_saved(small_set: QuestionSet, echo_a: ModelEntry) -> None:
    for fields in (
        {"category": "", "turns": ["x"]},
        {"category": "m", "turns": [" "]},
        {"category": "m", "turns": ["x"], "external_id": "1"},
        {"category": "m", "turns": ["x"], "checkers": [{"name": "magic"}]},
        {"category": "m", "turns": ["x"], "required_temperature": float("nan")},
    ):
        with pytest.raises(EvaluationRefused):
            save_question(small_set, **fields)
    assert numbers(small_set) == ["1", "2", "q-3"]
    for name, slug in (("", ""), ("x", small_set.slug), ("x", "環境")):
        with pytest.raises(EvaluationRefused):
            create_set(name=name, slug=slug)
    assert create_set(name="Small set").slug == "small-set-2"
    assert create_set(name="環境題庫").slug == "questions"
    asked(small_set, echo_a)
    with pytest.raises(EvaluationRefused):
        delete_set(small_set)


def test_required_temperature_can_be_taken_away(small_set: QuestionSet) -> None:
    question = small_set.questions.get(external_id="q-3")
    assert save_question(small_set, question=question, required_temperature=None).required_temperature is None
    question.refresh_from_db()
    assert question.extra == {"note": "kept"}


def test_our_own_set_imports(db: None) -> None:
    path = Path(__file__).resolve().parents[2] / "arena" / "evaluation" / "questions" / "own.jsonl"
    found = import_questions(path.read_bytes(), into=create_set(name="Own"))
    assert found.added == 40
