"""How full a run keeps the engine's batch: tokens per second of a whole run, of the engine itself, and one by one.

    .venv/bin/python -m tests.benchmarks.bench_evaluation [--models demo-large,demo-small] [--questions 40]
                                            [--at-once 32] [--repeats 3] [--set FILE] [--skip-one-by-one]

engine:     the same prompts, all at once, to the engine in a process of its own, without the site: its peak.
run:        `manage.py evaluate run` through the whole site (database, queue, worker, stream), second turns after
            their first ones, from the first question to the end of the last answer.
one by one: the same engine, one prompt after the other, as FastChat's gen_model_answer.py generates.

Rows are measured in turns, because a shared machine drifts; compare ratios. Answers are as long as they are, so
every number is tokens that were really written. Prints a table and judges no time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from inference.engine.registry import EngineRegistry
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams
from tests.stack import ROOT, Stack

OWN_SET = ROOT / "arena" / "evaluation" / "questions" / "own.jsonl"
MODELS = ROOT / "inference" / "demo" / "models"

Asked = tuple[list[ChatMessage], SamplingParams]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="demo-large", help="bundled models, separated by commas")
    parser.add_argument("--set", type=Path, default=OWN_SET, help="a question.jsonl; default: the bundled set")
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="for the engine; default: as the worker decides")
    parser.add_argument("--skip-one-by-one", action="store_true")
    options = parser.parse_args()
    for slug in options.models.split(","):
        rows: dict[str, list[float]] = {}
        with tempfile.TemporaryDirectory() as folder, Stack(Path(folder)) as stack:
            only = (
                f"from inference.models import ModelEntry as M; M.objects.exclude(slug={slug!r}).update(is_enabled=0)"
            )
            assert stack.manage("shell", "-c", only).returncode == 0
            questions = Path(folder) / "questions.jsonl"
            questions.write_text("".join(options.set.read_text().splitlines(keepends=True)[: options.questions]))
            imported = stack.manage("evaluate", "import", str(questions), "--set", "bench")
            assert imported.returncode == 0, imported.stderr
            assert stack.manage("test_message", "--model", slug).returncode == 0  # loaded before the clock starts
            for _repeat in range(options.repeats):
                speed, asked = whole_run(stack, slug, options.at_once)
                rows.setdefault("run", []).append(speed)
                measured = bare(slug, asked, options)
                for name, value in measured.items():
                    rows.setdefault(name, []).append(value)
        tell(slug, rows)


def whole_run(stack: Stack, slug: str, at_once: int) -> tuple[float, list[Asked]]:
    """(tokens per second, what was asked)"""
    command = [sys.executable, str(ROOT / "manage.py"), "evaluate", "run", "--set", "bench", "--models", slug]
    subprocess.run([*command, "--at-once", str(at_once)], env=stack.environment, check=True, capture_output=True)
    rows = stack.rows(
        "SELECT g.prompt, g.params, g.completion_tokens, julianday(g.created_at), julianday(g.ended_at) "
        "FROM evaluation_answer a JOIN inference_generation g ON g.id = a.generation_id "
        "WHERE a.run_id = (SELECT max(id) FROM evaluation_run)"
    )
    seconds = (max(row[4] for row in rows) - min(row[3] for row in rows)) * 86_400
    asked = [([ChatMessage(**m) for m in json.loads(row[0])], params_of(json.loads(row[1]))) for row in rows]
    return sum(row[2] for row in rows) / seconds, asked


def params_of(values: dict[str, Any]) -> SamplingParams:
    return SamplingParams.from_json(values)


def bare(slug: str, asked: list[Asked], options: argparse.Namespace) -> dict[str, float]:
    """The engine in its own process, alone on the machine but for the idle site."""
    registry = EngineRegistry()
    source = str(MODELS / slug.removeprefix("demo-"))
    engine = registry.engine_for(EngineSpec("bench", "transformers", source, threads=options.threads or None))
    try:
        ask(engine, "warm", asked[0])
        found = {"engine": together(engine, asked, options.at_once)}
        if not options.skip_one_by_one:
            found["one by one"] = together(engine, asked, 1)
        return found
    finally:
        registry.close_all()


def together(engine: Any, asked: list[Asked], at_once: int) -> float:
    """Tokens per second with so many under way; both turns may go at once, for the texts are known."""
    waiting = list(enumerate(asked))
    written: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                number, one = waiting.pop()
            tokens = ask(engine, f"{at_once}-{number}-{time.monotonic()}", one)
            with lock:
                written.append(tokens)

    started = time.perf_counter()
    threads = [threading.Thread(target=work) for _lane in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(written) / (time.perf_counter() - started)


def ask(engine: Any, key: str, asked: Asked) -> int:
    request = EngineRequest(key, tuple(asked[0]), asked[1])
    return sum(len(chunk.token_ids) for chunk in engine.start(request) if isinstance(chunk, Chunk))


def tell(slug: str, rows: dict[str, list[float]]) -> None:
    peak = statistics.median(rows["engine"])
    print(f"\n{slug}\n{'':14}{'tokens/s':>10}{'of engine':>11}")
    for name, values in rows.items():
        median = statistics.median(values)
        print(f"{name:14}{median:>10.0f}{median / peak:>11.0%}")


if __name__ == "__main__":
    main()
