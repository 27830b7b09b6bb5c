"""MT-bench's questions to the bundled models and to an echo through the whole stack, with a scripted judge: whoever
drives the run is killed three times, and it ends with every answer and every judgment exactly once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.engine.types import PromptTooLong
from tests.evaluation.scripted_judge import ScriptedJudge
from tests.stack import ROOT, Stack

pytestmark = pytest.mark.stack

MT_BENCH = ROOT.parent / "shared" / "data" / "mt_bench_question.jsonl"
BUNDLED, ECHO = ("demo-large", "demo-small"), "echo"
MODELS = (*BUNDLED, ECHO)
QUESTIONS, TURNS = 80, 2
TOO_LONG = {"133", "136", "138"}  # for the 1,024 tokens of the bundled models: no answer, and so no second turn
FAILED = len(TOO_LONG) * len(BUNDLED)
ANSWERS = QUESTIONS * TURNS * len(MODELS) - FAILED * TURNS
SECONDS = 240

if not MT_BENCH.exists() and not os.environ.get("CI"):
    pytest.skip(f"{MT_BENCH} is not on this machine", allow_module_level=True)


@pytest.fixture(scope="module")
def judge() -> Iterator[ScriptedJudge]:
    server = ScriptedJudge(seconds=0.1)
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, judge: ScriptedJudge) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("evaluation"), ALLOW_PRIVATE_ENDPOINTS="1") as stack:
        options = ["--backend", "remote", "--base-url", judge.url, "--slug", "judge", "--name", "Judge"]
        added = stack.manage("addmodel", "scripted", *options)
        assert added.returncode == 0, added.stderr
        stack.add_echo_model(ECHO, "words_per_second=40,words=40")
        yield stack


@pytest.fixture(scope="module")
def finished(site: Stack) -> dict[str, Any]:
    """The run's number and what was killed on the way."""
    imported = site.manage("evaluate", "import", str(MT_BENCH), "--set", "mt-bench", "--name", "MT-bench")
    assert imported.returncode == 0, imported.stderr
    assert "80 questions added" in imported.stdout
    command = ["evaluate", "run", "--set", "mt-bench", "--models", ",".join(MODELS)]
    watching = start(site, *command, "--mode", "single", "--judges", "judge")
    killed: list[str] = []
    try:
        # Amid the first turns, the second turns, the judgments.
        for answers, judgments in ((40, 0), (200, 0), (0, 60)):
            wait_for(site, lambda answers=answers, judgments=judgments: reached(site, answers, judgments))
            killed.append(kill_driver(site))
            if killed[-1] == "command":
                assert watching.wait(10) == -signal.SIGKILL
                watching = start(site, "evaluate", "resume", "1")
        wait_for(site, lambda: site.rows("SELECT state FROM evaluation_run") == [("finished",)])
        assert watching.wait(60) == 0
        printed = watching.stdout.read() if watching.stdout else ""
    finally:
        watching.kill()
    print(f"killed: {', '.join(killed)}")
    return {"killed": killed, "printed": printed}


def start(site: Stack, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def wait_for(site: Stack, condition: Any) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, site.log[-3000:]
        time.sleep(0.05)


def reached(site: Stack, answers: int, judgments: int) -> bool:
    [(answered,)] = site.rows(
        "SELECT count(*) FROM evaluation_answer a JOIN inference_generation g ON g.id = a.generation_id "
        "WHERE g.status = 'finished'"
    )
    [(judged,)] = site.rows("SELECT count(*) FROM evaluation_judgment WHERE outcome = 'parsed'")
    return bool(answered >= answers and judged >= judgments)


def kill_driver(site: Stack) -> str:
    """kill -9 of the process that pushes the run on at this moment."""
    # One that was killed a moment ago holds the wheel until its lease ends.
    wait_for(site, lambda: "manage.py" in command_of(driver_of(site)))
    pid = driver_of(site)
    command = command_of(pid)
    os.kill(pid, signal.SIGKILL)
    return "command" if "evaluate" in command else "worker"


def driver_of(site: Stack) -> int:
    [(driver,)] = site.rows("SELECT driver FROM evaluation_run")
    return int(driver.split("-")[-2])


def command_of(pid: int) -> str:
    """Empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def test_every_answer_and_every_judgment_is_there_once(site: Stack, finished: dict[str, Any]) -> None:
    assert len(finished["killed"]) == 3
    answers = site.rows("SELECT question_id, entry_id, turn, generation_id FROM evaluation_answer")
    assert len(answers) == len({row[:3] for row in answers}) == len({row[3] for row in answers}) == ANSWERS + FAILED
    states = site.rows(
        "SELECT e.slug = 'judge', g.status, count(*) FROM inference_generation g "
        "JOIN inference_modelentry e ON e.id = g.model_id GROUP BY 1, 2 ORDER BY 1, 2"
    )
    # A judgment that broke off with a killed worker cannot be continued by the judge's server: it was asked again.
    [(again,)] = site.rows("SELECT sum(tries - 1) FROM evaluation_judgment")
    expected = [(0, "failed", FAILED), (0, "finished", ANSWERS), (1, "failed", again), (1, "finished", ANSWERS)]
    assert states == [row for row in expected if row[2]], "no answer was asked twice, none was lost"
    failed = site.rows(
        "SELECT q.external_id, e.slug, a.turn, g.error_code FROM evaluation_answer a "
        "JOIN evaluation_question q ON q.id = a.question_id JOIN inference_modelentry e ON e.id = a.entry_id "
        "JOIN inference_generation g ON g.id = a.generation_id WHERE g.status = 'failed'"
    )
    assert set(failed) == {(question, slug, 1, PromptTooLong.code) for question in TOO_LONG for slug in BUNDLED}
    judgments = site.rows("SELECT question_id, entry_id, turn, generation_id, outcome FROM evaluation_judgment")
    assert len(judgments) == len({row[:3] for row in judgments}) == len({row[3] for row in judgments}) == ANSWERS
    outcomes = Counter(row[4] for row in judgments)
    assert outcomes["parsed"] + outcomes["unparsable"] == ANSWERS
    assert 0 < outcomes["unparsable"] < ANSWERS / 4, "the premise: some cannot be read"


def test_second_turns_hear_the_first(site: Stack, finished: dict[str, Any]) -> None:
    rows = site.rows(
        "SELECT second.prompt, first.text, first.params FROM evaluation_answer a "
        "JOIN evaluation_answer b ON b.question_id = a.question_id AND b.entry_id = a.entry_id AND b.turn = 1 "
        "JOIN inference_generation second ON second.id = a.generation_id "
        "JOIN inference_generation first ON first.id = b.generation_id WHERE a.turn = 2"
    )
    assert len(rows) == ANSWERS / TURNS
    for prompt, text, _params in rows:
        roles = [message["role"] for message in json.loads(prompt)]
        assert roles == ["user", "assistant", "user"] and json.loads(prompt)[1]["content"] == text
    assert {json.loads(params)["temperature"] for *_, params in rows} == {0.0, 0.1, 0.7}


def test_the_judge_was_asked_greedily_and_about_both_turns(finished: dict[str, Any], judge: ScriptedJudge) -> None:
    assert {body["temperature"] for body in judge.bodies} == {0}
    prompts = [body["messages"][-1]["content"] for body in judge.bodies]
    assert sum("grade the answer to question 2" in prompt for prompt in prompts) >= ANSWERS / TURNS
    assert any("--- A right answer ---" in prompt for prompt in prompts)


def test_the_command_prints_a_table(site: Stack, finished: dict[str, Any]) -> None:
    for text in (finished["printed"], site.manage("evaluate", "results", "1").stdout):
        lines = text.splitlines()
        [heading] = [number for number, line in enumerate(lines) if line.startswith("model")]
        assert lines[heading].split() == ["model", "turn", "1", "turn", "2", "mean", "exact"]
        assert {line.split()[0] for line in lines[heading + 1 : heading + 1 + len(MODELS)]} == set(MODELS)
        assert "could not be read; they are in no mean" in text


def test_exported_files_have_fastchats_fields(site: Stack, finished: dict[str, Any], tmp_path: Path) -> None:
    assert site.manage("evaluate", "export", "1", "--to", str(tmp_path / "out")).returncode == 0
    original = [json.loads(line) for line in MT_BENCH.read_text().splitlines()]
    for slug in MODELS:
        lines = (tmp_path / "out" / "model_answer" / f"{slug}.jsonl").read_text().splitlines()
        answers = [json.loads(line) for line in lines]
        # The fields of FastChat's gen_model_answer.py, read as its load_model_answers does: by question_id.
        assert {answer["question_id"] for answer in answers} == {question["question_id"] for question in original}
        for answer in answers:
            assert list(answer) == ["question_id", "answer_id", "model_id", "choices", "tstamp"]
            assert answer["model_id"] == slug and answer["choices"][0]["index"] == 0
            is_too_long = slug in BUNDLED and str(answer["question_id"]) in TOO_LONG
            turns = answer["choices"][0]["turns"]
            assert turns == ["$ERROR$"] if is_too_long else [bool(text) for text in turns] == [True, True]
    lines = (tmp_path / "out" / "model_judgment" / "judge_single.jsonl").read_text().splitlines()
    judgments = [json.loads(line) for line in lines]
    assert len(judgments) == ANSWERS
    # The fields of gen_judgment.py; show_result.py takes model, score and turn, and leaves out -1.
    fields = ["question_id", "model", "judge", "user_prompt", "judgment", "score", "turn", "tstamp"]
    assert all(list(judgment) == fields for judgment in judgments)
    assert all(judgment["judge"][0] == "judge" and len(judgment["judge"]) == 2 for judgment in judgments)
    assert {judgment["score"] for judgment in judgments} == {-1, *range(1, 11)}
    exported = tmp_path / "questions.jsonl"
    assert site.manage("evaluate", "export", "mt-bench", "--to", str(exported)).returncode == 0
    for line, question in zip(exported.read_text().splitlines(), original, strict=True):
        read = json.loads(line)
        assert {name: read[name] for name in question if question[name]} == {k: v for k, v in question.items() if v}
        assert read.keys() - question.keys() <= {"language"}
