"""A PostgreSQL for each file of tests here, where the programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastchat_site.embedded_valkey import free_port


def program(name: str) -> str | None:
    """PostgreSQL's server programs lie outside the PATH on Debian."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if initdb is None or pg_ctl is None:
        reason = "no PostgreSQL on this machine (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # pytest tidies its own up while other runs go on
    port = free_port()
    # The server refuses to run as root: then it runs as the user that its package made.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*prefix, initdb, "-D", data, "-U", "fastchat", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    start = [*prefix, pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", options]
    subprocess.run([*start, "start"], **quiet)
    subprocess.run(
        [*prefix, program("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "fastchat", "fastchat"], **quiet
    )
    yield f"postgres://fastchat@127.0.0.1:{port}/fastchat"
    subprocess.run([*prefix, pg_ctl, "-D", data, "-m", "immediate", "stop"], **quiet)
    shutil.rmtree(folder, ignore_errors=True)
