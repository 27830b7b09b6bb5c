"""Who may open the pages of the evaluation: a stranger none, whoever has an account looks and grades, staff does the
rest. Every address is in one of the lists, or a test fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from arena.evaluation.models import Answer, Guard, HumanGrade, Judgment, Question, QuestionSet, Run
from arena.evaluation.services import create_run
from chat.models import Conversation, Message
from inference.models import ModelEntry
from tests.evaluation.conftest import play
from tests.test_ownership import addresses

pytestmark = pytest.mark.django_db(transaction=True)

LOOKING = {"evaluation", "evaluation-set", "evaluation-set-export", "evaluation-run", "evaluation-state"} | {
    *("evaluation-download", "evaluation-answers", "evaluation-compare"),
}
GRADING = {"evaluation-grade"}
STAFF = {"evaluation-set-new", "evaluation-set-own", "evaluation-set-import", "evaluation-set-delete"} | {
    *("evaluation-question-new", "evaluation-question", "evaluation-guard", "evaluation-run-new"),
    *("evaluation-estimate", "evaluation-run-act"),
}
OWN_MESSAGE = {"evaluation-add"}  # staff, and only for a message of one's own


def routes() -> dict[str, str]:
    return {name: f"/{route}" for route, name in addresses() if route.startswith("arena/evaluation/")}


class Things:
    def __init__(self, small_set: QuestionSet, entry: ModelEntry, owner: Any) -> None:
        self.run = play(create_run(question_set=small_set, entries=[entry], mode="checkers"))
        self.question = small_set.questions.first()
        self.set = small_set
        self.conversation = Conversation.objects.create(owner=owner, model=entry, title="private")
        self.message = self.conversation.messages.create(role="user", content="private question")

    def path(self, name: str) -> str:
        key = {"question": self.question, "add": self.message}.get(name.removeprefix("evaluation-"))
        key = key or (self.run if "/runs/" in routes()[name] else self.set)
        path = routes()[name].replace("<int:pk>", str(key.pk)).replace("<uuid:pk>", str(key.pk))
        return path.replace("<str:format>", "jsonl")

    @property
    def body(self) -> dict[str, Any]:
        """What every form accepts, so that only the person can be the reason of a refusal."""
        answer = self.run.answers.first()
        return {
            **{"name": "stolen", "category": "stolen", "turns": "stolen", "action": "delete", "kind": "questions"},
            **{"question": answer.question_id, "turn": answer.turn, "left": answer.entry_id, "points": "left:3"},
            **{"question_set": self.set.pk, "entries": [answer.entry_id], "mode": "checkers", "at_once": 4},
        }

    @property
    def rows(self) -> list[Any]:
        models = (QuestionSet, Question, Run, Answer, Judgment, HumanGrade, Guard, Message)
        return [list(model.objects.order_by("pk").values()) for model in models]  # type: ignore[attr-defined]


@pytest.fixture
def things(small_set: QuestionSet, echo_a: ModelEntry, alice: Any) -> Things:
    return Things(small_set, echo_a, alice)


def test_every_address_is_in_one_of_the_lists() -> None:
    assert set(routes()) == LOOKING | GRADING | STAFF | OWN_MESSAGE


def test_a_stranger_is_sent_to_the_login(guest: Client, things: Things, settings: Any) -> None:
    before = things.rows
    for may_chat in (False, True):  # a guest may chat, but not read what others asked
        settings.GUEST_CHAT = may_chat
        for name in routes():
            for headers in ({}, {"HX-Request": "true"}):
                for response in (
                    guest.get(things.path(name), headers=headers),
                    guest.post(things.path(name), things.body, headers=headers),
                ):
                    where = response.headers.get("HX-Redirect") or response.headers.get("Location", "")
                    is_sent = "/accounts/login/" in where and response.status_code in (200, 302)
                    assert is_sent or response.status_code == 405, name
    assert things.rows == before


def test_whoever_has_an_account_looks_and_changes_nothing(as_user: Any, bob: Any, things: Things) -> None:
    before, client = things.rows, as_user(bob)
    for name in LOOKING:
        assert client.get(things.path(name)).status_code == 200, name
        assert client.post(things.path(name), things.body).status_code == 405, name
    for name in STAFF | OWN_MESSAGE:
        answers = {client.get(things.path(name)).status_code, client.post(things.path(name), things.body).status_code}
        assert answers <= {404, 405} and 404 in answers, name
    assert things.rows == before


def test_whoever_has_an_account_grades_in_the_own_name(as_user: Any, alice: Any, bob: Any, things: Things) -> None:
    for user in (alice, bob):
        assert as_user(user).post(things.path("evaluation-grade"), things.body).status_code == 302
    assert sorted(HumanGrade.objects.values_list("user", "score")) == sorted([(alice.pk, 3), (bob.pk, 3)])


def test_staff_gets_in(as_user: Any, staff: Any, things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, the tests above would also pass if nobody got in."""
    client = as_user(staff)
    for name in [*sorted(STAFF - {"evaluation-run-act"}), "evaluation-run-act"]:
        answers = {client.get(things.path(name)).status_code, client.post(things.path(name), things.body).status_code}
        assert answers <= {200, 302, 405, 422} and answers != {405}, (name, answers)
    assert not Run.objects.filter(pk=things.run.pk).exists(), "the last one deleted the run"


def test_staff_adds_its_own_questions_and_nobody_elses(as_user: Any, staff: Any, things: Things) -> None:
    path, client = things.path("evaluation-add"), as_user(staff)
    assert {client.get(path).status_code, client.post(path, things.body).status_code} == {404}
    Conversation.objects.filter(pk=things.conversation.pk).update(owner=staff)
    assert client.get(path).status_code == 200
    assert client.post(path, things.body).status_code == 200
    assert Question.objects.filter(category="stolen", turns=["private question"]).count() == 1
