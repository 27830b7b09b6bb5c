"""What the whole site keeps of the bare engine's speed, as a browser sees it, and what a crowd of sockets costs.

    .venv/bin/python -m tests.benchmarks.bench_stack [--model-folder DIR ...] [--quick] [--part speed|crowd]

speed: the same questions to the bare engine and through the site (`manage.py up`: POST, database, Celery,
       engine, Valkey, websocket, HTML), in turns, since a shared machine drifts; compare ratios only.
crowd: 500 sockets at once that follow answers of 10 words/s; is every word shown once, and how late?

A real model runs greedily on a copy that cannot end early, so that both sides make equally many tokens.
Prints tables and judges no time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from inference.engine.registry import EngineRegistry
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams
from tests.benchmarks.browser_socket import Browser, ReplySocket
from tests.stack import ROOT, Stack

WORDS = "import os def class return value for name in self data path open file read line error index"
TICKS = os.sysconf("SC_CLK_TCK")
CROWD_RATE = 10  # words per second and answer


@dataclass(frozen=True, slots=True)
class Speed:
    """One measurement of some answers together. streaming: tokens per second from the first text to the last."""

    firsts: list[float]
    tokens: int
    seconds: float
    streaming: float

    @property
    def overall(self) -> float:
        return self.tokens / self.seconds


def speed_of(began: float, firsts: list[float], ended: float, tokens: int) -> Speed:
    return Speed([at - began for at in firsts], tokens, ended - began, tokens / (ended - min(firsts)))


def questions(count: int) -> list[str]:
    words = WORDS.split()
    return [" ".join(words[(index + i) % len(words)] for i in range(60)) for index in range(count)]


# --- the bare engine and the site ---------------------------------------------------------------------------------------


def ask_engine(engines: EngineRegistry, spec: EngineSpec, count: int, tokens: int) -> Speed:
    firsts: list[float] = []
    produced: list[int] = []
    params = SamplingParams(temperature=0, max_tokens=tokens)
    engine = engines.engine_for(spec)
    began = time.time()

    def follow(index: int, question: str) -> None:
        is_first = True
        for arrival in engine.start(EngineRequest(str(index), (ChatMessage("user", question),), params)):
            if isinstance(arrival, Chunk):
                if is_first and arrival.text.strip():
                    is_first = False
                    firsts.append(time.time())
                if arrival.finish:
                    produced.append(arrival.finish.completion_tokens)

    threads = [threading.Thread(target=follow, args=asked) for asked in enumerate(questions(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return speed_of(began, firsts, time.time(), sum(produced))


async def ask_site(browser: Browser, stack: Stack, model: str, count: int) -> Speed:
    began = time.time()
    sockets = await asyncio.gather(*(browser.ask(model, question) for question in questions(count)))
    await asyncio.gather(*(socket.closed for socket in sockets))
    tokens = sum(row["completion_tokens"] for row in rows_of(stack, sockets).values())
    return speed_of(began, [s.first_text_at for s in sockets], max(s.ended_at for s in sockets), tokens)


def rows_of(stack: Stack, sockets: list[ReplySocket]) -> dict[str, dict[str, Any]]:
    names = ("text", "completion_tokens", "first_token_at", "status")
    rows = stack.rows(
        f"SELECT m.id, {', '.join(f'g.{name}' for name in names)} FROM chat_message m "
        "JOIN inference_generation g ON g.id = m.generation_id"
    )
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
    return {socket.reply_id: found[socket.reply_id.replace("-", "")] for socket in sockets}


def measure_speed(stack: Stack, specs: list[EngineSpec], tokens: int, counts: list[int], repeats: int) -> None:
    engines = EngineRegistry()
    browser = Browser(stack.port)
    asyncio.run(browser.sign_up("speed"))
    for spec in specs:
        ask_engine(engines, spec, 2, tokens)  # loads, warms up
        asyncio.run(ask_site(browser, stack, spec.slug, 2))
    print(f"\n{tokens} tokens each, all asked at once; median of {repeats} (lowest-highest); load {os.getloadavg()[0]:.1f}")
    print("| model | answers | first text, engine ms | through the site ms | added ms |"
          " tokens/s, engine | through the site | kept overall | kept while streaming |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for spec in specs:
        for count in counts:
            pairs = []
            for _ in range(repeats):
                bare = ask_engine(engines, spec, count, tokens)
                site = asyncio.run(ask_site(browser, stack, spec.slug, count))
                assert bare.tokens == site.tokens, f"{bare.tokens} tokens of the engine, {site.tokens} of the site"
                pairs.append((bare, site))
            print_pairs(spec.slug, count, pairs)
    engines.close_all()


def print_pairs(name: str, count: int, pairs: list[tuple[Speed, Speed]]) -> None:
    first = [[statistics.median(speed.firsts) * 1000 for speed in pair] for pair in pairs]
    columns = [
        spread([engine for engine, _site in first]),
        spread([site for _engine, site in first]),
        spread([site - engine for engine, site in first]),
        spread([engine.overall for engine, _site in pairs]),
        spread([site.overall for _engine, site in pairs]),
        spread([100 * site.overall / engine.overall for engine, site in pairs], " %"),
        spread([100 * site.streaming / engine.streaming for engine, site in pairs], " %"),
    ]
    print(f"| {name} | {count} | {' | '.join(columns)} |", flush=True)


def spread(values: list[float], unit: str = "") -> str:
    return f"{statistics.median(values):.0f}{unit} ({min(values):.0f}-{max(values):.0f})"


# --- the crowd ----------------------------------------------------------------------------------------------------------


async def crowd(stack: Stack, browser: Browser, answers: int, sockets_each: int, words: int) -> None:
    question = " ".join(f"w{number}" for number in range(words))
    gate = asyncio.Semaphore(4)
    processes = {
        "web": stack.child_pids("daphne"),
        "worker": stack.child_pids("manage.py worker"),
        "valkey": stack.child_pids("valkey-server"),
    }

    async def one() -> list[ReplySocket]:
        async with gate:
            socket = await browser.ask("crowd", question)
            others = [await browser.open(socket.address, socket.reply_id) for _ in range(sockets_each - 1)]
            return [socket, *others]

    began = time.time()
    groups = await asyncio.gather(*(one() for _ in range(answers)))
    sockets = [socket for group in groups for socket in group]
    asked = time.time() - began
    open_at_once = sum(not socket.closed.done() for socket in sockets)
    before, own_before = {name: cpu_seconds(pids) for name, pids in processes.items()}, time.process_time()
    watched_from = time.time()
    await asyncio.wait([socket.closed for socket in sockets], timeout=300)
    watched = time.time() - watched_from
    used = {name: cpu_seconds(pids) - before[name] for name, pids in processes.items()}
    used["this client"] = time.process_time() - own_before
    rows = rows_of(stack, sockets)
    lost, doubled, torn, all_late, busy_late = 0, 0, 0, [], []
    starts = [moment_of(row["first_token_at"]) for row in rows.values()]
    busy = (max(starts), min(starts) + words / CROWD_RATE)  # while every answer is being said
    for socket in sockets:
        row = rows[socket.reply_id]
        expected, start, known = row["text"].split(), moment_of(row["first_token_at"]), 0
        shown: list[str] = []
        for moment, text in socket.shown():
            shown = text.split()
            torn += shown != expected[: len(shown)] or len(shown) < known
            for number in range(known, len(shown)):
                said = start + number / CROWD_RATE
                if said > socket.opened_at:
                    all_late.append(moment - said)
                    if busy[0] <= said <= busy[1]:
                        busy_late.append(moment - said)
            known = max(known, len(shown))
        lost += len(set(expected) - set(shown)) + (row["status"] != "finished")
        doubled += len(shown) - len(set(shown))
    total = sum(len(row["text"].split()) for row in rows.values()) * sockets_each
    frames = sum(len(socket.frames) for socket in sockets)
    print(f"\n{answers} answers x {sockets_each} sockets, {words} words each at {CROWD_RATE}/s: {open_at_once} sockets open "
          f"at once, asked within {asked:.1f} s, {total} words to show, {frames} frames, load {os.getloadavg()[0]:.1f}")
    print(f"  words lost {lost}, doubled {doubled}; frames that showed anything but the answer's beginning: {torn}")
    print(f"  word to frame: {percentiles(all_late)}; while all were being said ({busy[1] - busy[0]:.0f} s): "
          f"{percentiles(busy_late)}")
    print(f"  CPU seconds in {watched:.1f} s: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in used.items()))


def percentiles(seconds: list[float]) -> str:
    if len(seconds) < 100:
        return "too few words"
    ordered = sorted(seconds)
    at = {share: ordered[int(len(ordered) * share / 100)] * 1000 for share in (50, 95, 99)}
    return ", ".join(f"p{share} {value:.0f} ms" for share, value in at.items()) + f", longest {ordered[-1] * 1000:.0f} ms"


def cpu_seconds(pids: list[int]) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS


def moment_of(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


@contextmanager
def crowd_worker(stack: Stack) -> Iterator[None]:
    """`manage.py up` allows 64 answers at once; one more worker takes the rest."""
    command = [sys.executable, str(ROOT / "manage.py"), "worker", "--models", "crowd", "--concurrency", "500"]
    process = subprocess.Popen(command, env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        time.sleep(8)
        yield
    finally:
        process.kill()
        process.wait()


# --- models -------------------------------------------------------------------------------------------------------------


def never_ending(source: Path, target: Path) -> Path:
    """The same weights, but no token ends an answer."""
    target.mkdir()
    for file in source.iterdir():
        if file.suffix == ".json" and "config" in file.name:
            config = {name: value for name, value in json.loads(file.read_text()).items() if "eos_token" not in name}
            (target / file.name).write_text(json.dumps(config))
        else:
            (target / file.name).symlink_to(file.resolve())
    return target


def random_model(target: Path) -> Path:
    """A small Llama with random weights, for a checkout without bundled models."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    vocabulary = {character: number for number, character in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocabulary |= {f"Ġw{number}": number for number in range(len(vocabulary), 4096)}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    wrapped.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    wrapped.save_pretrained(target)
    torch.manual_seed(0)
    sizes = {"hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4, "intermediate_size": 704}
    LlamaForCausalLM(LlamaConfig(vocab_size=4096, eos_token_id=None, **sizes)).save_pretrained(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-folder", type=Path, action="append", help="may be given again; default: a bundled model")
    parser.add_argument("--quick", action="store_true", help="one short round, to see that everything works")
    parser.add_argument("--part", choices=["speed", "crowd"], help="default: both")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    tokens, words, repeats = (20, 40, 1) if options.quick else (120, 300, options.repeats)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folders = options.model_folder or [ROOT / "inference" / "demo" / "models" / "large"]
        if not folders[0].exists():
            folders = [random_model(folder / "random")]
        specs = [EngineSpec("echo-20", "echo", f"words_per_second=20,words={tokens}")]
        for source in folders:
            specs.append(EngineSpec(source.name, "transformers", str(never_ending(source, folder / f"_{source.name}"))))
        with Stack(folder / "site", MAX_ACTIVE_GENERATIONS="2000") as stack:
            wait = 3 if options.quick else 20
            offers = [*specs, EngineSpec("crowd", "echo", f"words_per_second={CROWD_RATE},first_token_ms={wait}000")]
            for spec in offers:
                limits = ["--temperature", "0", "--max-tokens", str(tokens)] if spec.backend == "transformers" else []
                stack.manage("addmodel", spec.source, "--backend", spec.backend, "--slug", spec.slug, "--name", spec.slug,
                             *limits, check=True)
            time.sleep(5)  # until the worker has noticed them
            if options.part != "crowd":
                measure_speed(stack, specs, tokens, [1, 8] if options.quick else [1, 8, 32], repeats)
            if options.part != "speed":
                browser = Browser(stack.port)
                asyncio.run(browser.sign_up("crowd"))
                asyncio.run(crowd(stack, browser, 5 if options.quick else 50, 10, words))
                with crowd_worker(stack):
                    asyncio.run(crowd(stack, browser, 20 if options.quick else 500, 1, words))


if __name__ == "__main__":
    main()
