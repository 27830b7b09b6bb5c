"""What `./run doctor` looks at without asking anybody else: this machine, the packages, the folder, the settings."""

from __future__ import annotations

import fcntl
import importlib.metadata
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from django.conf import settings

from fastchat_site import embedded_valkey, machine
from inference.engine.host import available_memory, c_compiler, cpu_flags, suits_kernels

OK, NOTE, WRONG = "ok", "note", "wrong"
GIB = 2**30
LEAST_DISK = 1 * GIB
LEAST_MEMORY = 1 * GIB
SHORTEST_KEY = 32
OPTIONAL = {
    "torchao": "weights in 8 bits",
    "bitsandbytes": "weights in 4 bits",
    "sentencepiece": "the tokenizers of older models",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. state: "ok", "note" (good to know) or "wrong"; what to do stands in `says`."""

    name: str
    state: str
    says: str


def site_is_running() -> bool:
    """Whether a `./run` keeps this data folder (management/commands/up.py)."""
    try:
        with open(settings.DATA_DIR / "up.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts manage.py by hand may have any
        yield Finding("Python", WRONG, f"{version}; 3.11 or newer is needed: PYTHON=/path/to/python3 ./run")
    else:
        yield Finding("Python", OK, version)


def packages() -> Iterator[Finding]:
    """Against requirements.txt. A build's own mark (torch 2.13.0+cpu) makes no difference."""
    wanted = wanted_packages((settings.BASE_DIR / "requirements.txt").read_text(encoding="utf-8"))
    faults = []
    for name, version in wanted.items():
        found = installed(name)
        if found is None:
            faults.append(f"{name} is missing")
        elif found.partition("+")[0] != version:
            faults.append(f"{name} is {found} instead of {version}")
    if faults:
        yield Finding("packages", WRONG, f"{', '.join(faults)}; ./run installs what requirements.txt names")
    else:
        yield Finding("packages", OK, f"all {len(wanted)} as in requirements.txt")


def wanted_packages(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;#]+)", text, re.MULTILINE))


def installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def optional_packages() -> Iterator[Finding]:
    for name, use in OPTIONAL.items():
        if version := installed(name):
            yield Finding(name, OK, f"{version} ({use})")
        else:
            yield Finding(
                name, NOTE, f"not installed; only for {use}: .venv/bin/python -m pip install {name}, then start anew"
            )


def data_folder() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding(
            "data folder",
            WRONG,
            f"{folder} cannot be written ({error.strerror}); give this user the folder, or set DATA_DIR",
        )
        return
    yield Finding("data folder", OK, f"{folder} can be written")
    free = shutil.disk_usage(folder).free
    if free < LEAST_DISK:
        yield Finding("disk", WRONG, f"only {free / 2**20:.0f} MiB are free there; make room for answers")
    else:
        yield Finding("disk", OK, f"{free / GIB:.1f} GiB free")


def hardware() -> Iterator[Finding]:
    flags = cpu_flags()
    kinds = [word for flag, word in (("avx512_bf16", "bfloat16"), ("amx_bf16", "AMX")) if flag in flags]
    told = f"with {' and '.join(kinds)}" if kinds else "without bfloat16 instructions: models run in float32"
    if suits_kernels() and c_compiler() is None:
        yield Finding("C compiler", NOTE, machine.WITHOUT_COMPILER)
    elif suits_kernels():
        told += " (the common ones: compiled for it, in bfloat16)" if not kinds else ", arithmetic compiled for it"
    yield Finding("CPU", OK, f"{machine.cpu()}, {told}")
    free = available_memory()
    if free is not None and free < LEAST_MEMORY:
        yield Finding(
            "memory", NOTE, f"{machine.memory()}, only {free / GIB:.1f} GiB free: larger models will not load"
        )
    else:
        yield Finding("memory", OK, machine.memory() + ("" if free is None else f", {free / GIB:.1f} GiB free"))
    gpu = machine.gpu()
    yield Finding("GPU", NOTE if "does not answer" in gpu else OK, gpu)


def port(is_running: bool) -> Iterator[Finding]:
    host, number = settings.HOST, settings.PORT
    try:
        embedded_valkey.try_to_listen(host, number)
    except OSError:
        if is_running and page_answers(host, number):
            yield Finding("port", OK, f"{number}: the site answers")
        else:
            yield Finding(
                "port",
                WRONG,
                f"{number} on {host} cannot be had (mostly another program has it): ./run up --port {number + 1}",
            )
        return
    yield Finding("port", OK, f"{number} is free" + (" (the site was started with another one)" if is_running else ""))


def page_answers(host: str, number: int) -> bool:
    """Whether our own web server is there, not just any."""
    connection = HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), number, timeout=3)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status == 400 or answer.read(10) == b"ok\n"  # 400: ALLOWED_HOSTS forbids this very address
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def configuration() -> Iterator[Finding]:
    """The settings that matter once others can reach the site."""
    is_open = settings.HOST not in ("127.0.0.1", "localhost", "::1")
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < 8:
        yield Finding(
            "SECRET_KEY", WRONG, f"easy to guess; leave it out, or set {SHORTEST_KEY} random characters or more"
        )
    else:
        yield Finding("SECRET_KEY", OK, "long enough")
    if settings.DEBUG:
        state, told = (WRONG, "and others can reach the site") if is_open else (NOTE, "fine while you develop")
        yield Finding("DEBUG", state, f"on: errors show the program's inside, {told}; leave DEBUG out")
    else:
        yield Finding("DEBUG", OK, "off")
    name = urlsplit(settings.SITE_URL).hostname or ""
    allowed = settings.ALLOWED_HOSTS
    if name and not any(one in ("*", name) or (one[0] == "." and name.endswith(one)) for one in allowed):
        yield Finding("ALLOWED_HOSTS", WRONG, f"lacks {name}, the name in SITE_URL; add it")
    elif "*" in allowed and (is_open or settings.SESSION_COOKIE_SECURE):
        yield Finding("ALLOWED_HOSTS", NOTE, "any name is answered; behind a name of its own set ALLOWED_HOSTS to it")
    else:
        yield Finding("ALLOWED_HOSTS", OK, ", ".join(allowed))
    yield https(is_open)


def https(is_open: bool) -> Finding:
    scheme = urlsplit(settings.SITE_URL).scheme
    if settings.SESSION_COOKIE_SECURE:
        if scheme == "http":
            return Finding("HTTPS", WRONG, "on, but SITE_URL begins with http:// ; write https:// there")
        if is_open:
            return Finding(
                "HTTPS", NOTE, f"on, and HOST={settings.HOST} lets people pass by the proxy; HOST=127.0.0.1 does not"
            )
        return Finding("HTTPS", OK, "on: cookies travel over https only")
    if scheme == "https":
        return Finding("HTTPS", WRONG, "off, but SITE_URL begins with https:// ; set HTTPS=1 to protect the cookies")
    if is_open:
        return Finding("HTTPS", NOTE, "off: passwords cross the network as they are; only for a network you trust")
    return Finding("HTTPS", OK, "off, and only this machine reaches the site")
