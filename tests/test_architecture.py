"""The shape of the project, held by a test: who may import whom, where torch lives, how long a file may get."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("fastchat_site", "arena", "chat", "inference")
LONGEST_FILE = 350
# A package may import itself and what stands to its right.
ORDER = ["fastchat_site", "arena", "chat", "inference"]
PUBLIC_FACE_OF_INFERENCE = {"models", "admin_rights", "services", "events", "stream", "sentences", "engine.types"}
PURE = [
    "chat/markdown.py",
    "chat/reply_frames.py",
    "inference/events.py",
    *(f"arena/{name}.py" for name in ("matchmaking", "pacing", "frames", "leaks", "categories", "charts")),
    *(f"arena/rating/{path.name}" for path in sorted((ROOT / "arena" / "rating").glob("*.py"))),
    *(f"arena/evaluation/{name}.py" for name in ("parsing", "prompts", "temperatures", "checkers", "statistics")),
    *(f"arena/evaluation/formats/{name}.py" for name in ("question_files", "question_rows", "run_records")),
]


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package_of(name: str) -> str:
    return name.split(".")[0]


def test_the_packages_were_found() -> None:
    assert len(sources(*PACKAGES)) > 40


def test_imports_point_one_way() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        own = relative(path).split("/")[0]
        allowed = set(ORDER[ORDER.index(own) :])
        wrong += [
            f"{relative(path)} imports {name}"
            for name in imports(path)
            if package_of(name) in PACKAGES and package_of(name) not in allowed
        ]
    # The worker command starts the wiring's Celery application: the one door that opens the other way.
    assert wrong == ["inference/management/commands/worker.py imports fastchat_site.celery.app"]


def test_accounts_know_no_other_app() -> None:
    for path in sources("fastchat_site/accounts"):
        assert not [
            name
            for name in imports(path)
            if package_of(name) in PACKAGES and not name.startswith(("fastchat_site.accounts", "fastchat_site.env"))
        ], path


def test_chat_and_arena_use_only_the_public_face_of_inference() -> None:
    for path in sources("chat", "arena"):
        for name in imports(path):
            if name.startswith("inference."):
                module = name.removeprefix("inference.")
                assert any(module == face or module.startswith(f"{face}.") for face in PUBLIC_FACE_OF_INFERENCE), (
                    f"{relative(path)} imports {name}"
                )


def test_the_engine_knows_no_django() -> None:
    for path in sources("inference/engine"):
        foreign = [
            name
            for name in imports(path)
            if package_of(name) in ("django", "celery", "channels", "redis")
            or (package_of(name) in PACKAGES and not name.startswith("inference.engine"))
        ]
        assert not foreign, f"{relative(path)} imports {foreign}"


def test_torch_lives_in_the_engine_alone() -> None:
    for path in sources(*PACKAGES):
        if not relative(path).startswith(("inference/engine/", "inference/demo/")):
            assert not [name for name in imports(path) if package_of(name) in ("torch", "transformers")], path


def test_the_web_process_and_the_worker_never_load_torch() -> None:
    program = (
        "import django, sys; django.setup(); import fastchat_site.urls, chat.routing, inference.tasks; "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "fastchat_site.settings", "PATH": "", "SECRET_KEY": "x"}
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment).returncode == 0


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_no_models(name: str) -> None:
    assert not [found for found in imports(ROOT / name) if ".models" in found or found.startswith("django.db")]


def test_files_stay_short() -> None:
    long = {relative(path): len(path.read_text().splitlines()) for path in sources(*PACKAGES, "tests")}
    # Tables of words and facts are data: they may be as long as they are.
    tables = ("inference/demo/topics/",)
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE and not name.startswith(tables)}


def test_every_module_says_its_job() -> None:
    silent = [
        relative(path)
        for path in sources(*PACKAGES)
        if path.name not in ("__init__.py", "apps.py") and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_there_is_no_drawer_called_utils() -> None:
    assert not [path for path in sources(*PACKAGES) if path.stem in ("utils", "helpers", "common", "misc")]
