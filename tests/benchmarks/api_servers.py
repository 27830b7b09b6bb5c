"""The servers that bench_api.py compares, each as a context: this site, `transformers serve`, FastChat, llama.cpp."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastchat_site.embedded_valkey import free_port
from tests.stack import Stack, end_with_parent

SECONDS_TO_START = 300.0
PASSWORD = "a long sentence is fine"
PLACES, PLACE_TOKENS = 32, 512  # llama.cpp divides one context among so many at a time
Processes = dict[str, subprocess.Popen[bytes]]


class NotStarted(Exception):
    """`str(error)` says why, in a line."""


@dataclass(frozen=True, slots=True)
class Server:
    """What a client must know of one."""

    name: str
    base_url: str
    model: str
    roots: tuple[int, ...]  # process ids; whatever these have started is the server's, too
    key: str = "none"


@contextmanager
def our_site(folder: Path, model: Path, threads: int, dtype: str) -> Iterator[Server]:
    """The whole stack with the limits of one requester lifted, as for any crowd."""
    environment = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD, "MAX_ACTIVE_GENERATIONS": "256"}
    with Stack(folder, "--dtype", dtype, "--threads", str(threads), **environment) as stack:
        added = stack.manage("addmodel", str(model), "--slug", "measured", "--name", "Measured", "--preload")
        made = stack.manage("createapikey", "ada")
        if added.returncode or made.returncode:
            raise NotStarted((added.stderr + made.stderr).strip())
        deadline = time.monotonic() + SECONDS_TO_START
        while (state := stack.state_of("measured")) != "ready":
            if state == "failed" or time.monotonic() > deadline:
                raise NotStarted(f"the model is {state}")
            time.sleep(0.3)
        yield Server("this site", f"{stack.url}/v1", "measured", (stack.process.pid,), made.stdout.strip())


@contextmanager
def transformers_serve(python: str, folder: Path, model: Path, threads: int, dtype: str) -> Iterator[Server]:
    """python: of a virtual environment with transformers[serving]. With continuous batching, which is off by itself:
    without it several clients wait for each other."""
    port = free_port()
    command = [str(Path(python).with_name("transformers")), "serve", str(model), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--device", "cpu", "--dtype", dtype, "--continuous-batching"]
    with _running({"transformers": command}, folder, threads) as processes:
        base_url = f"http://127.0.0.1:{port}/v1"
        # Its list of models is an error on a machine that has never downloaded one.
        _wait_for(f"http://127.0.0.1:{port}/openapi.json", folder, processes)
        yield Server("transformers serve", base_url, str(model), pids_of(processes))


@contextmanager
def fastchat(python: str, folder: Path, model: Path, threads: int, dtype: str) -> Iterator[Server]:
    """python: of a virtual environment with fschat and its model_worker extra: controller, worker, API server."""
    controller, worker, api = free_port(), free_port(), free_port()
    at_controller = ["--controller-address", f"http://127.0.0.1:{controller}"]
    commands = {
        "controller": ["-m", "fastchat.serve.controller", "--port", str(controller)],
        "worker": [
            *("-m", "fastchat.serve.model_worker", "--port", str(worker), *at_controller),
            *("--worker-address", f"http://127.0.0.1:{worker}", "--model-path", str(model)),
            *("--model-names", "measured", "--device", "cpu", "--dtype", dtype, "--limit-worker-concurrency", "64"),
        ],
        "api": ["-m", "fastchat.serve.openai_api_server", "--port", str(api), *at_controller],
    }
    with _running({name: [python, *command] for name, command in commands.items()}, folder, threads) as processes:
        base_url = f"http://127.0.0.1:{api}/v1"
        _wait_for(f"{base_url}/models", folder, processes, '"measured"')
        yield Server("FastChat", base_url, "measured", pids_of(processes))


@contextmanager
def llama_cpp(binary: str, weights: Path, folder: Path, model: Path, threads: int, dtype: str) -> Iterator[Server]:
    """binary: llama-server; weights: the GGUF file that llama.cpp's own program made of the same model."""
    port = free_port()
    command = [binary, "--model", str(weights), "--host", "127.0.0.1", "--port", str(port), "--ignore-eos"]
    command += ["--threads", str(threads), "--parallel", str(PLACES), "--ctx-size", str(PLACES * PLACE_TOKENS)]
    with _running({"llama-server": command}, folder, threads) as processes:
        base_url = f"http://127.0.0.1:{port}/v1"
        _wait_for(f"http://127.0.0.1:{port}/health", folder, processes, '"ok"')
        yield Server("llama.cpp", base_url, "measured", pids_of(processes))


def pids_of(processes: Processes) -> tuple[int, ...]:
    return tuple(process.pid for process in processes.values())


@contextmanager
def _running(commands: dict[str, list[str]], folder: Path, threads: int) -> Iterator[Processes]:
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "LOGDIR": str(folder), "HF_HUB_OFFLINE": "1"}
    options = {"cwd": folder, "env": environment, "start_new_session": True, "preexec_fn": end_with_parent}
    processes: Processes = {}
    try:
        for name, command in commands.items():
            with (folder / f"{name}.log").open("wb") as log:
                processes[name] = subprocess.Popen(command, stdout=log, stderr=log, **options)
        yield processes
    except OSError as error:
        raise NotStarted(f"{command[0]}: {error.strerror}") from error
    finally:
        for process in processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_for(address: str, folder: Path, processes: Processes, word: str = "") -> None:
    """Until the address answers, and the word is in what it says. Raises NotStarted with the last line of a log."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        for name, process in processes.items():
            if process.poll() is not None:
                said = (folder / f"{name}.log").read_text(errors="replace").strip().splitlines()
                raise NotStarted(f"{name} ended: {said[-1][:160] if said else process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                if word in json.dumps(json.load(response)):
                    return
        except (OSError, ValueError):
            pass
        time.sleep(0.5)
    raise NotStarted(f"not ready within {SECONDS_TO_START:.0f} s")
