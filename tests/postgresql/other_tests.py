"""Runs tests from elsewhere on another database, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.stack import ROOT

SECONDS = 600


def pass_on_it(places: list[str], database_url: str) -> None:
    """places: files and folders below tests/."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *(f"tests/{place}" for place in places)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert result.returncode == 0, result.stdout[-4000:]
    assert " passed" in result.stdout or "[100%]" in result.stdout
