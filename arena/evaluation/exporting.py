"""A run as files that FastChat's scripts read: answers of each model, judgments of each judge."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from arena.evaluation.asking import asked_of
from arena.evaluation.formats.question_files import questions_as_jsonl
from arena.evaluation.formats.question_rows import number_of
from arena.evaluation.formats.run_records import FAILED, Judged, answer_record, pair_record, single_record
from arena.evaluation.models import Answer, Judgment, Question, Run
from arena.evaluation.modes import PAIRWISE
from arena.evaluation.prompts import prompt_name
from inference.models import Generation, ModelEntry


def model_answers(run: Run, entry: ModelEntry) -> Iterator[str]:
    """Lines of model_answer/MODEL.jsonl: questions with an ended answer; a failed one as FastChat writes it."""
    turns: list[Answer] = []
    ended = Answer.objects.filter(run=run, entry=entry).exclude(generation__status__in=Generation.ACTIVE)
    for answer in ended.select_related("generation", "question").order_by("question__position", "question_id", "turn"):
        if turns and turns[0].question_id != answer.question_id:
            yield _line(_answer(entry, turns))
            turns = []
        turns.append(answer)
    if turns:
        yield _line(_answer(entry, turns))


def single_judgments(run: Run, judge: ModelEntry) -> Iterator[str]:
    """Lines of model_judgment/JUDGE_single.jsonl; an unreadable judgment has FastChat's score -1."""
    for judgment in _ended(run, judge, Judgment.Kind.SINGLE):
        yield _line(single_record(judgment.entry.slug, _judged(judgment)))


def pair_judgments(run: Run, judge: ModelEntry) -> Iterator[str]:
    """Lines of model_judgment/JUDGE_pair.jsonl: pairs that were judged in both orders."""
    halves: dict[tuple[int, int, int, int], Judgment] = {}
    order = {entry.pk: place for place, entry in enumerate(_order(run))}
    for judgment in _ended(run, judge, Judgment.Kind.PAIR):
        first, second = judgment.entry_id, judgment.opponent_id
        assert second is not None
        other = halves.pop((judgment.question_id, judgment.turn, second, first), None)
        if other is None:
            halves[judgment.question_id, judgment.turn, first, second] = judgment
            continue
        one, two = (judgment, other) if order[first] < order[second] else (other, judgment)
        assert one.opponent is not None
        yield _line(pair_record(one.entry.slug, one.opponent.slug, _judged(one), _judged(two)))


def archive(run: Run) -> bytes:
    """All files of a run in FastChat's folders, as a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as files:
        for name, text in _files(run):
            files.writestr(name, text)
    return content.getvalue()


def write_files(run: Run, path: Path) -> None:
    """The same as a zip, if the path ends so, else as a folder. Raises OSError."""
    if path.suffix == ".zip":
        path.write_bytes(archive(run))
        return
    for name, text in _files(run):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _files(run: Run) -> Iterator[tuple[str, str]]:
    yield "question.jsonl", questions_as_jsonl(run.question_set.questions.all())
    for candidate in run.candidates.select_related("entry"):
        yield f"model_answer/{candidate.entry.slug}.jsonl", "".join(model_answers(run, candidate.entry))
    if run.mode in PAIRWISE:
        for judge in run.judges.all():
            yield f"model_judgment/{judge.slug}_pair.jsonl", "".join(pair_judgments(run, judge))
    else:
        for judge in run.judges.all():
            yield f"model_judgment/{judge.slug}_single.jsonl", "".join(single_judgments(run, judge))


def _order(run: Run) -> list[ModelEntry]:
    """Models as they were chosen, the baseline last: FastChat's baseline is model_2."""
    return [one.entry for one in run.candidates.select_related("entry").order_by("is_baseline", "position", "pk")]


def _ended(run: Run, judge: ModelEntry, kind: str) -> Iterator[Judgment]:
    rows = Judgment.objects.filter(run=run, judge=judge, kind=kind).exclude(outcome=Judgment.Outcome.WAITING)
    rows = rows.select_related("generation", "question", "entry", "opponent", "judge")
    return rows.order_by("question__position", "question_id", "turn", "pk").iterator(chunk_size=500)


def _judged(judgment: Judgment) -> Judged:
    generation, judge = judgment.generation, judgment.judge
    assert generation is not None and judge is not None
    question: Question = judgment.question
    failed = judgment.outcome == Judgment.Outcome.FAILED
    messages = generation.prompt_messages
    return Judged(
        question_id=number_of(question.external_id),
        turn=judgment.turn,
        judge=[judge.slug, prompt_name(judgment.kind, asked_of(question, judgment.turn))],
        user_prompt=messages[-1].content if messages else "",
        judgment=FAILED if failed else generation.text,
        score=judgment.score,
        winner=judgment.winner,
        tstamp=_seconds(generation),
    )


def _answer(entry: ModelEntry, turns: list[Answer]) -> dict[str, Any]:
    return answer_record(
        number_of(turns[0].question.external_id),
        turns[0].generation.pk.hex,
        entry.slug,
        [answer.text if answer.is_finished else FAILED for answer in turns],
        _seconds(turns[-1].generation),
    )


def _seconds(generation: Generation) -> float:
    ended = generation.ended_at or generation.created_at
    return round(ended.timestamp(), 3)


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
