"""The set of questions that comes with the site: forty of two turns, in English and Traditional Chinese."""

from __future__ import annotations

from pathlib import Path

OWN_SET = Path(__file__).parent / "own.jsonl"
