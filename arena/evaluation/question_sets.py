"""The verbs of question sets. A version that a run has asked stays as it was: a change goes into a new version."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from arena.evaluation.formats.question_files import (
    AUTO,
    CSV,
    questions_as_csv,
    questions_as_jsonl,
    read_questions,
    read_references,
)
from arena.evaluation.formats.question_rows import QuestionRow, record_of, row_of
from arena.evaluation.models import Question, QuestionSet, SetOnceAdded
from arena.evaluation.questions import OWN_DESCRIPTION, OWN_NAME, OWN_SET, OWN_SLUG
from arena.evaluation.refusals import EvaluationRefused
from arena.formats.rows import Wrong
from chat.models import Message

MOST_QUESTIONS = 5000


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file. question_set may be a new version of the one that was given."""

    question_set: QuestionSet
    added: int
    changed: int


def create_set(*, name: str, slug: str = "", description: str = "", user: Any = None) -> QuestionSet:
    """An empty set. Raises EvaluationRefused when the name is empty or the short name is taken."""
    name = name.strip()[:120]
    if not name:
        raise EvaluationRefused(_("Please give the set a name."))
    wanted = slugify(slug or name)[:70]
    if slug and not wanted:
        raise EvaluationRefused(_("A short name has letters without accents, digits and hyphens."))
    if not slug:
        wanted = _free_slug(wanted or "questions")
    try:
        with transaction.atomic():
            return QuestionSet.objects.create(slug=wanted, name=name, description=description, created_by=user)
    except IntegrityError as error:
        raise EvaluationRefused(_("There is a set with this short name already; please choose another one.")) from error


def register_own_set() -> QuestionSet | None:
    """Adds the questions that come with the site, once in the life of an installation; None if that was before."""
    if SetOnceAdded.objects.filter(slug=OWN_SLUG).exists():
        return None
    with transaction.atomic():
        if not SetOnceAdded.objects.get_or_create(slug=OWN_SLUG)[1] or QuestionSet.objects.filter(slug=OWN_SLUG):
            return None
        return import_own_set()


def import_own_set(user: Any = None) -> QuestionSet:
    """The set that comes with the site; called again, it brings what has changed."""
    with override("en"):  # what is kept; readers see it in their own language
        name, description = str(OWN_NAME), str(OWN_DESCRIPTION)
    try:
        question_set = create_set(name=name, slug=OWN_SLUG, description=description, user=user)
    except EvaluationRefused:  # it is there already, perhaps since this moment
        question_set = QuestionSet.objects.filter(slug=OWN_SLUG)[0].newest()
    # An import makes a new version of what a run has asked, so only for something new.
    if not _holds_own_questions(question_set):
        question_set = import_questions(OWN_SET.read_bytes(), into=question_set, user=user).question_set
    return question_set


def import_questions(content: bytes, *, into: QuestionSet, user: Any = None, format: str = AUTO) -> Imported:
    """Adds the questions of a file; one whose number is there already takes its place. All of them or none.

    Raises arena.formats.rows.FileRefused with lines, or EvaluationRefused."""
    rows = read_questions(content, format)
    with transaction.atomic():
        if _has_all(into.newest(), rows):
            return Imported(into.newest(), 0, 0)
        changed_set = _writable(into, user, QuestionSet.Change.IMPORTED)
        added, changed = _put(changed_set, rows)
        return Imported(changed_set, added, changed)


def import_references(content: bytes, *, into: QuestionSet, user: Any = None) -> Imported:
    """Takes right answers out of FastChat's reference_answer/*.jsonl. Numbers that the set does not have are passed
    over, as FastChat does. Raises FileRefused with lines, or EvaluationRefused."""
    references = read_references(content)
    with transaction.atomic():
        changed_set = _writable(into, user, QuestionSet.Change.REFERENCES)
        known = list(changed_set.questions.filter(external_id__in=references))
        for question in known:
            question.references = references[question.external_id][: len(question.turns)]
        Question.objects.bulk_update(known, ["references"])
        if not known:
            raise EvaluationRefused(_("The file has no reference for any question of this set; nothing was changed."))
        return Imported(changed_set, 0, len(known))


def export_questions(question_set: QuestionSet, format: str = "jsonl") -> str:
    """The whole file."""
    write = questions_as_csv if format == CSV else questions_as_jsonl
    return write(question_set.questions.all())


def add_message_to_set(
    message: Message,
    question_set: QuestionSet,
    *,
    category: str,
    user: Any = None,
    expected_points: Iterable[str] = (),
    with_answer_as_reference: bool = False,
) -> Question:
    """The questions of a chat's branch, up to this message, as one question of as many turns; with their answers as
    references if these were good. The caller makes sure that the person may see the message."""
    branch: list[Message] = []
    current: Message | None = message
    while current is not None:
        branch.append(current)
        current = current.parent
    branch.reverse()
    if with_answer_as_reference and not message.is_reply:
        raise EvaluationRefused(_("Only an answer can be the reference; please choose the answer's own menu."))
    turns = [one.text for one in branch if not one.is_reply]
    answers = [one.text for one in branch if one.is_reply] if with_answer_as_reference else []
    return save_question(
        question_set,
        user=user,
        category=category,
        turns=turns,
        references=answers,
        expected_points=[point.strip() for point in expected_points if point.strip()],
    )


def save_question(
    question_set: QuestionSet, *, user: Any = None, question: Question | None = None, **fields: Any
) -> Question:
    """Adds a question, or changes one; what is not given stays as it was. Its set may be a new version. Raises
    EvaluationRefused with all that is wrong."""
    with transaction.atomic():
        changed_set = _writable(question_set, user, QuestionSet.Change.EDITED)
        old = None
        if question is not None:
            old = changed_set.questions.filter(external_id=question.external_id).first()
            if old is None:
                raise EvaluationRefused(_("The newest version of the set has this question no more."))
        row = _row(changed_set, old, fields)
        with_number = changed_set.questions.filter(external_id=row.external_id).first()
        if with_number is not None and with_number != old:
            raise EvaluationRefused(_("The set has a question with this number already; please choose another one."))
        if old is None:
            _refuse_too_many(changed_set, 1)
            old = Question(question_set=changed_set, position=_next_position(changed_set))
        for name, value in row.fields.items():
            setattr(old, name, value)
        old.save()
        return old


def remove_question(question: Question, *, user: Any = None) -> QuestionSet:
    """Returns the set without it, perhaps a new version."""
    with transaction.atomic():
        changed_set = _writable(question.question_set, user, QuestionSet.Change.REMOVED)
        changed_set.questions.filter(external_id=question.external_id).delete()
        return changed_set


def delete_set(question_set: QuestionSet) -> None:
    """This version. Raises EvaluationRefused while runs or guards need it."""
    try:
        question_set.delete()
    except ProtectedError as error:
        raise EvaluationRefused(_("Runs or guards use this set; please delete them first.")) from error


def _writable(question_set: QuestionSet, user: Any, change: str) -> QuestionSet:
    """The newest version, locked; a copy of it as the next version if a run has asked it. In a transaction."""
    # All versions, so that two writers wait for each other, whichever version they name.
    list(QuestionSet.objects.select_for_update().filter(slug=question_set.slug).order_by("pk"))
    newest = question_set.newest()
    if not newest.is_fixed:
        return newest
    copy = QuestionSet.objects.create(
        slug=newest.slug,
        version=newest.version + 1,
        name=newest.name,
        description=newest.description,
        change=change,
        created_by=user,
    )
    questions = list(newest.questions.all())
    for question in questions:
        question.pk, question.question_set = None, copy
    Question.objects.bulk_create(questions)
    return copy


def _holds_own_questions(question_set: QuestionSet) -> bool:
    """Every question that comes with the site, word for word, with its references and checkers."""
    held = {question.external_id: question for question in question_set.questions.all()}
    for line in OWN_SET.read_text(encoding="utf-8").splitlines():
        wanted = json.loads(line)
        found = held.get(str(wanted["question_id"]))
        parts = (found.turns, found.references, found.checkers) if found else None
        if parts != (wanted["turns"], wanted.get("reference", []), wanted["checkers"]):
            return False
    return True


def _has_all(question_set: QuestionSet, rows: list[QuestionRow]) -> bool:
    known = {question.external_id: record_of(question) for question in question_set.questions.all()}
    return all(known.get(row.external_id) == record_of(row) for row in rows)


def _put(question_set: QuestionSet, rows: list[QuestionRow]) -> tuple[int, int]:
    """(added, changed)"""
    known = {question.external_id: question for question in question_set.questions.all()}
    new = [row for row in rows if row.external_id not in known]
    _refuse_too_many(question_set, len(new))
    position = _next_position(question_set)
    Question.objects.bulk_create(
        Question(question_set=question_set, position=position + place, **row.fields) for place, row in enumerate(new)
    )
    changed = []
    for row in rows:
        if question := known.get(row.external_id):
            before = record_of(question)
            for name, value in row.fields.items():
                setattr(question, name, value)
            if record_of(question) != before:
                changed.append(question)
    if changed:
        Question.objects.bulk_update(changed, list(QuestionRow.__slots__))
    return len(new), len(changed)


def _row(question_set: QuestionSet, old: Question | None, fields: dict[str, Any]) -> QuestionRow:
    """Through the same checks as a file's."""
    record = record_of(old) if old else {"question_id": _next_number(question_set)}
    names = {"external_id": "question_id", "references": "reference"}
    given = {names.get(name, name): value for name, value in fields.items()}
    if "turns" in given and "language" not in given:
        record.pop("language", None)  # told anew from the new words
    try:
        return row_of({**record, **given})
    except Wrong as wrong:
        raise EvaluationRefused(_("The question cannot be saved: %(faults)s.") % {"faults": wrong}) from wrong


def _refuse_too_many(question_set: QuestionSet, more: int) -> None:
    if question_set.questions.count() + more > MOST_QUESTIONS:
        raise EvaluationRefused(_("A set holds at most %(count)d questions.") % {"count": MOST_QUESTIONS})


def _next_position(question_set: QuestionSet) -> int:
    highest = question_set.questions.aggregate(highest=Max("position"))["highest"]
    return 0 if highest is None else highest + 1


def _next_number(question_set: QuestionSet) -> int:
    """One more than the highest number written in digits."""
    numbers = question_set.questions.values_list("external_id", flat=True)
    return max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0) + 1


def _free_slug(wanted: str) -> str:
    taken = set(QuestionSet.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number = 2
    slug = wanted
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
