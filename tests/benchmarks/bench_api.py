"""Throughput and time to the first word of the API, as 1, 8 and 32 programs see it that stream their answers.

    .venv/bin/python -m tests.benchmarks.bench_api [--model DIR] [--fastchat PYTHON] [--transformers-serve PYTHON]
        [--llama-server BINARY --gguf FILE] [--clients 1,8,32] [--seconds 30] [--rounds 2] [--tokens 64]

Through the whole stack (`manage.py up`: key, limits, database, Celery, engine, Valkey, SSE) and, where they are named,
through `transformers serve`, FastChat's three servers and llama.cpp's: the same weights, number format and threads, the
same questions, one server at a time, in turns, since a shared machine drifts. Every client asks again as soon as its
answer has ended. Every question is new from its first word on, so that nobody gains from having read its beginning
before. The weights are a copy that cannot end an answer early.

Prints a table and judges no time. A server that does not start is a line with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx2

from tests.benchmarks.api_servers import NotStarted, Server, fastchat, llama_cpp, our_site, transformers_serve
from tests.benchmarks.endless_models import never_ending, random_model
from tests.benchmarks.memory import Peak
from tests.benchmarks.quantiles import middle_and_late
from tests.stack import ROOT

BUNDLED = ROOT / "inference" / "demo" / "models" / "large"
WORDS = (
    "river",
    "soil",
    "noise",
    "plume",
    "permit",
    "capital",
    "import",
    "return",
    "value",
    "storm",
    "engine",
    "paper",
)
WORDS_OF_A_QUESTION = 60

Open = Callable[[Path], AbstractContextManager[Server]]


@dataclass(slots=True)
class Answer:
    """One answer as its client saw it. Times are in seconds of the monotonic clock."""

    asked: float
    arrivals: list[float] = field(default_factory=list)  # of pieces with text
    tokens: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    server: str
    clients: int
    answers: int
    errors: int
    tokens_per_second: float
    first_ms: tuple[float, float]  # median, 95th of a hundred; so are the gaps
    gap_ms: tuple[float, float]
    peak_bytes: int
    trouble: str = ""


def question(seed: str) -> str:
    chance = random.Random(seed)
    return " ".join([seed.replace("/", " "), *(chance.choice(WORDS) for _word in range(WORDS_OF_A_QUESTION))])


async def ask(client: httpx2.AsyncClient, server: Server, seed: str, tokens: int) -> Answer:
    body = {
        **{"model": server.model, "messages": [{"role": "user", "content": question(seed)}], "stream": True},
        **{"max_tokens": tokens, "temperature": 1.0, "stream_options": {"include_usage": True}},
    }
    answer = Answer(time.monotonic())
    try:
        async with client.stream("POST", f"{server.base_url}/chat/completions", json=body) as response:
            if response.status_code != 200:
                answer.error = f"{response.status_code} {(await response.aread())[:100]!r}"
                return answer
            async for line in response.aiter_lines():
                if line.startswith("data:") and line[5:].strip() != "[DONE]":
                    read_piece(answer, line[5:])
    except (httpx2.HTTPError, ValueError) as error:
        answer.error = f"{type(error).__name__}: {error}"[:120]
    if not answer.arrivals and not answer.error:
        answer.error = "an answer without text"
    # Where a server counts nothing, its pieces stand for tokens (FastChat sends two tokens in one).
    answer.tokens = answer.tokens or len(answer.arrivals)
    return answer


def read_piece(answer: Answer, data: str) -> None:
    piece = json.loads(data)
    if "error" in piece or "error_code" in piece:
        answer.error = str(piece)[:120]
    for choice in piece.get("choices") or []:
        if (choice.get("delta") or {}).get("content"):
            answer.arrivals.append(time.monotonic())
    if usage := piece.get("usage"):
        answer.tokens = usage.get("completion_tokens") or answer.tokens


async def crowd(
    server: Server, clients: int, seconds: float, tokens: int, name: str
) -> tuple[list[Answer], float, int]:
    """All answers, how long they took together, and the most memory. The last ones are waited for."""
    headers = {"Authorization": f"Bearer {server.key}"}
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    answers: list[Answer] = []

    async with (
        httpx2.AsyncClient(headers=headers, timeout=300, limits=limits, trust_env=False) as client,
        Peak(server.roots) as peak,
    ):
        began = time.monotonic()

        async def person(number: int) -> None:
            asked = 0
            while not asked or time.monotonic() - began < seconds:
                answers.append(await ask(client, server, f"{name}/{number}/{asked}", tokens))
                asked += 1
                if answers[-1].error:
                    await asyncio.sleep(0.5)

        await asyncio.gather(*(person(number) for number in range(clients)))
        return answers, time.monotonic() - began, peak.bytes


def summed(server: str, clients: int, answers: list[Answer], seconds: float, peak_bytes: int) -> Line:
    good = [answer for answer in answers if not answer.error]
    first = [(answer.arrivals[0] - answer.asked) * 1000 for answer in good]
    gaps = [(later - earlier) * 1000 for answer in good for earlier, later in itertools.pairwise(answer.arrivals)]
    return Line(
        server,
        clients,
        len(good),
        len(answers) - len(good),
        sum(answer.tokens for answer in good) / seconds,
        middle_and_late(first),
        middle_and_late(gaps),
        peak_bytes,
        next((answer.error for answer in answers if answer.error), ""),
    )


def measure(open_server: Open, folder: Path, options: argparse.Namespace, turn: int) -> list[Line]:
    with open_server(folder) as server:
        asyncio.run(crowd(server, 1, 0, 8, f"warm {turn}"))
        lines = []
        for clients in options.clients:
            name = f"turn {turn} of {clients}"
            answers, seconds, peak = asyncio.run(crowd(server, clients, options.seconds, options.tokens, name))
            lines.append(summed(server.name, clients, answers, seconds, peak))
        return lines


def show(lines: list[Line]) -> None:
    heading = ("clients", "answers", "errors", "tok/s", "first ms", "95 %", "gap ms", "95 %", "peak MiB")
    print(f"{'server':20} " + " ".join(f"{name:>8}" for name in heading))
    for line in lines:
        whole = (line.clients, line.answers, line.errors)
        measured = (line.tokens_per_second, *line.first_ms, *line.gap_ms, line.peak_bytes / 2**20)
        cells = [*(f"{number:8}" for number in whole), *(f"{number:8.1f}" for number in measured)]
        print(f"{line.server:20} {' '.join(cells)}  {line.trouble}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a checkpoint's folder; default: the large bundled model")
    parser.add_argument("--fastchat", metavar="PYTHON", help="of a virtual environment with fschat[model_worker]")
    parser.add_argument("--transformers-serve", metavar="PYTHON", help="of one with transformers[serving]")
    parser.add_argument("--llama-server", metavar="BINARY", help="llama.cpp's; needs --gguf")
    parser.add_argument("--gguf", type=Path, help="the model for it, in the number format that is compared")
    parser.add_argument("--clients", type=lambda text: [int(part) for part in text.split(",")], default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=30, help="of asking, for each number")
    parser.add_argument("--rounds", type=int, default=2, help="how often every server has its turn")
    parser.add_argument("--tokens", type=int, default=64, help="of an answer")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="for the model")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    return parser.parse_args()


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="bench-api-") as temporary:
        folder = Path(temporary)
        source = options.model or (BUNDLED if (BUNDLED / "model.safetensors").exists() else None)
        model = never_ending(source.resolve(), folder / "model") if source else random_model(folder / "model")
        common = {"model": model, "threads": options.threads, "dtype": options.dtype}
        servers: dict[str, Open] = {"this site": partial(our_site, **common)}
        if options.transformers_serve:
            servers["transformers serve"] = lambda place: transformers_serve(
                options.transformers_serve, place, **common
            )
        if options.fastchat:
            servers["FastChat"] = partial(fastchat, options.fastchat, **common)
        if options.llama_server:
            servers["llama.cpp"] = partial(llama_cpp, options.llama_server, options.gguf.resolve(), **common)
        lines: list[Line] = []
        for turn in range(options.rounds):
            for name, open_server in servers.items():
                print(f"turn {turn + 1}: {name} …", flush=True)
                try:
                    lines += measure(open_server, folder / f"{name.replace(' ', '-')}-{turn}", options, turn)
                except NotStarted as error:
                    print(f"  {name} did not start: {error}")
        show(sorted(lines, key=lambda line: (line.clients, line.server)))


if __name__ == "__main__":
    main()
