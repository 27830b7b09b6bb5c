"""Finds a model's family by its name: a hub name, a folder, or a place in the hub's cache.

A name says nothing for certain, so only names that are written the way the family writes them are taken; a model that
matches nothing is asked in the plain form, with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from inference.engine.families.family import Family
from inference.engine.families.records import FAMILIES

HUB_CACHE_FOLDER = re.compile(r"^models--(?:.+--)?(?P<name>.+)$")
# Folder names that say nothing of the model in them: a size, a commit, a step of a training, a file format.
SAYS_NOTHING = re.compile(
    r"^(\d+(\.\d+)?[bm]|[0-9a-f]{7,64}|(checkpoint|step|epoch|global-step)-?\d*|hf|model|weights|merged|final|latest"
    r"|snapshots?|fp16|bf16|safetensors|output|main|v\d+(\.\d+)*)$"
)


def recognise(*sources: str) -> Family | None:
    """The family of the first source that has one. Give the most telling first: an adapter before its base."""
    for name in _names(sources):
        for family in FAMILIES:
            if family.names and re.search(family.names, name):
                return family
    return None


def _names(sources: Iterable[str]) -> Iterable[str]:
    for source in sources:
        parts = [part for part in re.split(r"[\\/]+", source.strip()) if part and part not in (".", "..", "~")]
        for part in reversed(parts):
            cached = HUB_CACHE_FOLDER.match(part)
            name = re.sub(r"[\s_]+", "-", cached["name"] if cached else part).lower()
            if not SAYS_NOTHING.match(name):
                yield name
                break
