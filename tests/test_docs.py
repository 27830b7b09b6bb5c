"""The documentation is true: every link, path, variable and command that it names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = ROOT / "README.md"

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE_PATH = re.compile(r"`((?:fastchat_site|inference|chat|templates|static|locale|tests|docs)/[\w./-]*)`")
PATH = re.compile(r"run|[\w.-]*[./][\w./-]+|[\w./-]+/")
RUN_COMMAND = re.compile(r"\./run ([a-z_]+)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as they are written behind a #."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tree_paths() -> Iterator[str]:
    """Every path of the README's file tree. A line is one or more names and what they are; two spaces mean "inside"."""
    block = README.read_text(encoding="utf-8").split("## File tree", 1)[1].split("```")[1]
    folders: list[str] = []
    for line in filter(None, map(str.rstrip, block.splitlines())):
        depth = (len(line) - len(line.lstrip())) // 2
        names = list(takewhile(PATH.fullmatch, line.split()))
        assert names, f"no path in {line!r}"
        folders[depth:] = [names[0].rstrip("/")]
        yield from ("/".join([*folders[:depth], name]) for name in names)


def settings_variables() -> set[str]:
    """The first argument of every env_…() and os.environ.get() in the settings."""
    tree = ast.parse((ROOT / "fastchat_site" / "settings.py").read_text(encoding="utf-8"))
    reads = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.fullmatch(r"env_\w+|os\.environ\.get|os\.getenv", ast.unparse(node.func))
    )
    return {ast.literal_eval(read.args[0]) for read in reads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path) if path else page
        assert there.exists(), f"{name_of(page)} links to {target}"
        assert not anchor or anchor in anchors(there), f"{name_of(page)} links to {target}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_in_the_text_exists(page: Path) -> None:
    missing = [path for path in CODE_PATH.findall(page.read_text(encoding="utf-8")) if not (ROOT / path).exists()]
    assert not missing


def test_the_file_tree_is_true() -> None:
    paths = list(tree_paths())
    assert len(paths) > 80
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_the_environment_example_names_every_variable_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert len(settings_variables()) > 20
    assert named == settings_variables()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_exists(page: Path) -> None:
    named = set(RUN_COMMAND.findall(page.read_text(encoding="utf-8")))
    assert named <= {"test", "help", *get_commands()}


def test_the_version_can_be_read_from_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.match(r"\d+\.\d+\.\d+$", changelog.split("## ", 1)[1].split()[0])
