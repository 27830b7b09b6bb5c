"""Four drivers push the same run without asking each other, while it is answered: everything still happens once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from arena.evaluation.driving import advance
from arena.evaluation.guards import look_at_guards
from arena.evaluation.models import Guard, QuestionSet, Run
from arena.evaluation.services import cancel_run, create_run
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import end_all, verdict

pytestmark = pytest.mark.django_db(transaction=True)

DRIVERS = 4


def at_once(*jobs: Any) -> list[BaseException]:
    """Runs them in threads of their own; what they raised."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(jobs))

    def in_thread(job: Any) -> None:
        try:
            barrier.wait(30)
            job()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=in_thread, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


@pytest.mark.parametrize("mode", ["single", "pairwise_all"])
def test_four_drivers_ask_everything_once(
    small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry, mode: str
) -> None:
    run = create_run(question_set=small_set, entries=[echo_a, echo_b], mode=mode, judges=[judge])

    def drive() -> None:
        mine = Run.objects.get(pk=run.pk)
        for _round in range(400):
            if advance(mine).is_over:
                return
        raise AssertionError("the run never ended")

    def answer() -> None:
        while Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).exists():
            end_all(verdict)

    assert at_once(answer, *[drive] * DRIVERS) == []
    run.refresh_from_db()
    assert run.state == Run.State.FINISHED
    assert (run.answers.count(), run.judgments.exclude(kind="check").count()) == (10, 10)
    assert Generation.objects.count() == 20, "nothing was asked twice"
    assert run.judgments.filter(kind="check").count() == 2


def test_a_cancellation_leaves_nothing_running(
    small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry
) -> None:
    """Whether a question was asked before or after: nothing goes on behind a cancelled run's back."""
    for _round in range(5):
        run = create_run(question_set=small_set, entries=[echo_a, echo_b], mode="single", judges=[judge])
        mine = Run.objects.get(pk=run.pk)
        raised = at_once(lambda mine=mine: advance(mine), lambda run=run: cancel_run(run))
        assert raised == []
        assert not Generation.objects.active().exists()


def test_two_workers_notice_a_changed_expert_at_once(small_set: QuestionSet, echo_a: ModelEntry) -> None:
    expert = ModelEntry.objects.create(slug="expert", name="Expert", backend="expert", base=echo_a)
    Guard.objects.create(expert=expert, question_set=small_set)
    assert at_once(*[look_at_guards] * DRIVERS) == []
    assert Run.objects.count() == 1
