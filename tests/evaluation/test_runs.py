"""Runs: what is asked, in which order, how often; what ends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from arena.evaluation import planning
from arena.evaluation.asking import NothingToAsk, RunEnded, ask
from arena.evaluation.driving import advance, push
from arena.evaluation.models import Answer, Judgment, QuestionSet, Run
from arena.evaluation.planning import AnswerWork, Plan
from arena.evaluation.progress import progress
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.services import cancel_run, create_run, delete_run, resume_run, retry_failed
from inference.models import Generation, ModelEntry
from tests.evaluation.conftest import counts, end_all, heard, play, verdict

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry) -> Run:
    return create_run(question_set=small_set, entries=[echo_a, echo_b], mode="single", judges=[judge])


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PAUSES", (timedelta(0),) * 3)


def test_a_run_ends_with_everything_once(run: Run) -> None:
    play(run)
    assert run.state == Run.State.FINISHED
    assert run.answers.count() == 10 and counts(run, kind="single", outcome="parsed", score=7) == 10
    assert counts(run, kind="check", score=1.0) == 2 and counts(run) == 12
    assert run.totals["answers"]["done"] == 10 and run.totals["models"][str(run.answers.first().entry_id)]
    assert Generation.objects.count() == 20
    assert set(Generation.objects.values_list("user", flat=True)) == {None}
    now = progress(run)
    assert (now.fraction, now.answers.left, now.judgments.left, now.checks.done) == (1.0, 0, 0, 2)
    assert advance(run).is_over and Generation.objects.count() == 20, "an ended run asks nothing"


def test_temperature_by_category_and_what_is_required_wins(run: Run) -> None:
    play(run)
    by_question = {
        number: temperature
        for number, temperature in run.answers.values_list("question__external_id", "generation__params__temperature")
    }
    assert by_question == {"1": 0.0, "2": 0.7, "q-3": 0.3}
    chosen = create_run(question_set=run.question_set, entries=_entries(run), mode="checkers", temperature=1.5)
    play(chosen)
    temperatures = dict(chosen.answers.values_list("question__external_id", "generation__params__temperature"))
    assert temperatures == {"1": 1.5, "2": 1.5, "q-3": 0.3}


def test_two_drivers_at_once_ask_nothing_twice(run: Run) -> None:
    """Both have seen the same rows; the second finds each already asked."""
    advance(run)
    plan = Plan(run)
    answer = run.answers.first()
    work = AnswerWork(answer.question_id, answer.entry_id, answer.turn)
    before = Generation.objects.count()
    with pytest.raises(NothingToAsk):
        ask(plan, work)
    assert Generation.objects.count() == before
    end_all(lambda generation: "!fail")
    failed = AnswerWork(answer.question_id, answer.entry_id, answer.turn, answer.generation_id)
    ask(plan, failed)
    with pytest.raises(NothingToAsk):
        ask(plan, failed)
    assert Generation.objects.count() == before + 1 and Answer.objects.get(pk=answer.pk).tries == 2


def test_the_database_refuses_a_second_answer_and_a_second_judgment(run: Run) -> None:
    play(run)
    for rows in (
        Answer.objects.filter(run=run),
        Judgment.objects.filter(kind="single"),
        Judgment.objects.filter(kind="check"),
    ):
        row = rows.first()
        row.pk = None
        if row.generation_id:
            row.generation = Generation.objects.create(model=row.generation.model, requester="x", prompt=[])
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_the_window_is_kept_full_and_second_turns_go_first(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(at_once=2, mode="checkers")
    assert advance(run).asked == 4, "two of each model"
    assert advance(run).asked == 0
    first = Generation.objects.filter(model__slug="echo-a").order_by("created_at")[0]
    first.begin("w")
    end_all(lambda generation: "an answer")
    Generation.objects.filter(pk=first.pk).update(status="running")
    assert advance(run).asked == 3, "one place of echo-a is still taken"
    turns = Answer.objects.filter(generation__status="queued").values_list("turn", flat=True)
    assert set(turns) == {2}


def test_a_run_may_have_more_under_way_than_a_person(run: Run, settings: Any) -> None:
    settings.MAX_ACTIVE_GENERATIONS = 2
    assert advance(run).asked == 6
    assert list(Generation.objects.values_list("requester", flat=True)) == [f"evaluation:{run.pk}"] * 6


def test_a_failed_answer_is_tried_again_up_to_a_limit(run: Run, no_pauses: None) -> None:
    def says(generation: Generation) -> str:
        return (
            "!fail"
            if heard(generation) == "Write a line." and generation.model.slug == "echo-b"
            else verdict(generation)
        )

    play(run, says)
    assert run.state == Run.State.FINISHED
    failed = run.answers.get(generation__status="failed")
    assert failed.tries == planning.MOST_TRIES and run.answers.count() == 9
    now = progress(run)
    assert (now.answers.failed, now.answers.skipped, now.judgments.skipped, now.fraction) == (1, 1, 2, 1.0)
    assert counts(run, kind="single") == 8
    assert retry_failed(run) == 1
    play(run)
    assert run.state == Run.State.FINISHED and run.answers.count() == 10 and counts(run, kind="single") == 10
    assert retry_failed(run) == 0 and Run.objects.get(pk=run.pk).state == Run.State.FINISHED


def test_a_question_that_is_too_long_is_not_asked_again(run: Run) -> None:
    def says(generation: Generation) -> str:
        return "!fail context_length_exceeded" if heard(generation) == "Write a line." else verdict(generation)

    play(run, says)
    assert run.state == Run.State.FINISHED
    failed = run.answers.filter(generation__status="failed")
    assert failed.count() == len(Plan(run).entries) and set(failed.values_list("tries", flat=True)) == {1}
    now = progress(run)
    assert now.answers.failed == now.answers.skipped == failed.count() and now.fraction == 1.0


def test_a_failure_is_paused_after(run: Run) -> None:
    advance(run)
    end_all(lambda generation: "!fail")
    step = advance(run)
    assert step.asked == 0 and step.waiting >= 6 and not step.is_over
    Generation.objects.filter(status="failed").update(ended_at=timezone.now() - timedelta(seconds=2))
    assert advance(run).asked == 6


def test_unreadable_judgments_are_counted_and_can_be_asked_again(run: Run) -> None:
    def says(generation: Generation) -> str:
        return verdict(generation, single="No idea." if "Write a line." in heard(generation) else "[[3]]")

    play(run, says)
    assert run.state == Run.State.FINISHED
    now = progress(run)
    assert (now.judgments.done, now.judgments.unparsable, now.fraction) == (6, 4, 1.0)
    assert not run.judgments.filter(outcome="unparsable").exclude(score=None).exists()
    assert retry_failed(run, unparsable=True) == 4
    play(run)
    assert counts(run, kind="single", outcome="parsed") == 10


def test_cancelling_stops_everything_and_resuming_goes_on(run: Run) -> None:
    advance(run)
    assert cancel_run(run) and not cancel_run(run)
    assert not Generation.objects.active().exists()
    run.refresh_from_db()
    assert advance(run).is_over and run.answers.count() == 6
    assert resume_run(run) and not resume_run(run)
    Generation.objects.update(ended_at=timezone.now() - timedelta(minutes=1))
    play(run)
    assert run.state == Run.State.FINISHED and run.answers.count() == 10


def test_a_cancellation_between_look_and_ask_asks_nothing(run: Run) -> None:
    run.begin()
    plan = Plan(run)
    cancel_run(run)
    before = Generation.objects.count()
    with pytest.raises(RunEnded):
        ask(plan, AnswerWork(plan.run.question_set.questions.first().pk, plan.entries[0].pk, 1))
    assert Generation.objects.count() == before


def test_one_driver_at_a_time_until_its_lease_ends(run: Run) -> None:
    assert run.take_wheel("another-1-x")
    assert push(run) is None
    Run.objects.update(driven_until=timezone.now() - timedelta(seconds=1))
    assert push(run) is not None and push(run) is not None


def test_a_model_that_is_switched_off_makes_the_run_wait_and_say_so(run: Run, echo_b: ModelEntry) -> None:
    ModelEntry.objects.filter(pk=echo_b.pk).update(is_enabled=False)
    step = advance(run)
    run.refresh_from_db()
    assert step.asked == 3 and not step.is_over and "Echo B is not offered" in run.problem
    ModelEntry.objects.filter(pk=echo_b.pk).update(is_enabled=True)
    play(run)
    assert run.state == Run.State.FINISHED and run.problem == "" and run.answers.count() == 10


@pytest.mark.parametrize("mode", ["pairwise_baseline", "pairwise_all"])
def test_pairs_are_judged_in_both_orders(
    small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry, mode: str
) -> None:
    third = ModelEntry.objects.create(slug="echo-c", name="Echo C", backend="echo")
    run = (
        create_run(
            question_set=small_set, entries=[echo_a, third], mode=mode, judges=[judge], baseline=echo_b, name="pairs"
        )
        if mode == "pairwise_baseline"
        else create_run(question_set=small_set, entries=[echo_a, third, echo_b], mode=mode, judges=[judge])
    )
    play(run)
    pairs = set(run.judgments.filter(kind="pair").values_list("entry__slug", "opponent__slug"))
    wanted = {("echo-a", "echo-b"), ("echo-c", "echo-b")} | (
        {("echo-a", "echo-c")} if mode == "pairwise_all" else set()
    )
    assert pairs == wanted | {(right, left) for left, right in wanted}
    assert counts(run, kind="pair", winner="first") == 5 * 2 * len(wanted)
    assert bool(run.baseline) == (mode == "pairwise_baseline")


def test_a_panel_judges_everything(run: Run, small_set: QuestionSet, judge: ModelEntry) -> None:
    second = ModelEntry.objects.create(slug="second-judge", name="Second", backend="echo")
    panel = create_run(question_set=small_set, entries=_entries(run), mode="single", judges=[judge, second])
    play(panel, lambda generation: "[[4]]")
    assert counts(panel, judge=judge, score=4) == counts(panel, judge=second, score=4) == 10


def test_deleting_a_run_leaves_nothing(run: Run) -> None:
    play(run)
    delete_run(run)
    assert not Generation.objects.exists() and not Answer.objects.exists() and not Judgment.objects.exists()


def test_runs_that_make_no_sense_are_refused(
    small_set: QuestionSet, echo_a: ModelEntry, echo_b: ModelEntry, judge: ModelEntry
) -> None:
    both = [echo_a, echo_b]
    ModelEntry.objects.create(slug="off", name="Off", backend="echo", is_enabled=False)
    for fields in (
        {"entries": []},
        {"entries": both, "mode": "guessing"},
        {"entries": both, "mode": "single"},
        {"entries": both, "mode": "pairwise_baseline", "judges": [judge]},
        {"entries": [echo_a], "mode": "pairwise_all", "judges": [judge]},
        {"entries": [echo_a], "mode": "pairwise_baseline", "judges": [judge], "baseline": echo_a},
        {"entries": both, "temperature": 3.0},
        {"entries": both, "max_tokens": 0},
        {"entries": both, "at_once": 0},
        {"entries": [*both, ModelEntry.objects.get(slug="off")]},
    ):
        with pytest.raises(EvaluationRefused):
            create_run(question_set=small_set, **{"mode": "checkers", **fields})
    assert not Run.objects.exists()


def _entries(run: Run) -> list[ModelEntry]:
    return [candidate.entry for candidate in run.candidates.all()]
