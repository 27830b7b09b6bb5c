"""`./run doctor`: every fault is one line that says what to do, whatever else is broken."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import namedtuple
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from fastchat_site import checkup, checkup_services
from fastchat_site.checkup import NOTE, OK, WRONG, Finding
from fastchat_site.embedded_valkey import free_port
from fastchat_site.management.commands import doctor
from inference import lease
from inference.models import ModelEntry
from tests.stack import Stack
from tests.valkey_server import ValkeyServer


def told(findings: Any) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def ask_doctor(stack: Stack) -> tuple[int, dict[str, dict[str, str]]]:
    result = stack.manage("doctor", "--json")
    assert "Traceback" not in result.stderr, result.stderr
    answer = json.loads(result.stdout)
    assert answer["ok"] == (result.returncode == 0)
    assert all(check["says"] and "\n" not in check["says"] for check in answer["checks"])
    return result.returncode, {check["name"]: check for check in answer["checks"]}


# --- as somebody types it ---------------------------------------------------------------------------------------------


def test_before_the_first_start_nothing_is_wrong_and_no_database_is_made(tmp_path: Path) -> None:
    code, lines = ask_doctor(Stack(tmp_path))
    assert code == 0, lines
    assert lines["site"]["state"] == lines["database"]["state"] == lines["Valkey"]["state"] == NOTE
    assert not (tmp_path / "data" / "db.sqlite3").exists()


def test_a_broken_database_and_a_redis_that_is_away_are_two_lines(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "db.sqlite3").write_bytes(b"this is no database" * 100)
    stack = Stack(tmp_path, REDIS_URL=f"redis://:secret@127.0.0.1:{free_port()}/0")
    code, lines = ask_doctor(stack)
    assert code == 1
    assert "file is not a database" in lines["database"]["says"]
    assert "does not answer" in lines["Redis"]["says"] and "secret" not in lines["Redis"]["says"]
    assert lines["worker"]["state"] == NOTE


def test_a_database_server_that_is_away_is_one_line_and_soon(tmp_path: Path) -> None:
    code, lines = ask_doctor(Stack(tmp_path, DATABASE_URL=f"postgres://chat:secret@127.0.0.1:{free_port()}/chat"))
    assert code == 1 and lines["database"]["state"] == WRONG
    assert "correct DATABASE_URL" in lines["database"]["says"] and "secret" not in lines["database"]["says"]


def test_an_address_that_is_no_redis_is_one_line(tmp_path: Path) -> None:
    code, lines = ask_doctor(Stack(tmp_path, REDIS_URL="nonsense"))
    assert code == 1 and lines["Redis"]["state"] == WRONG


def test_tables_of_an_older_version_are_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    sqlite3.connect(tmp_path / "data" / "db.sqlite3").execute("CREATE TABLE old (id INTEGER)").connection.commit()
    code, lines = ask_doctor(Stack(tmp_path))
    assert code == 1 and "not applied" in lines["migrations"]["says"]


@pytest.mark.stack
def test_beside_a_running_site_it_names_worker_models_and_port(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        stack.add_echo_model("parrot")
        code, lines = ask_doctor(stack)
        assert code == 0, lines
        assert lines["site"]["says"] == "is running" and lines["worker"]["state"] == OK
        assert lines["model parrot"]["says"] in ("Ready", "Loads with the first question")
        assert "the site answers" in lines["port"]["says"]
        assert lines["clock"]["state"] == OK and lines["migrations"]["state"] == OK
        assert "createsuperuser" in stack.log and "createsuperuser" in lines["administrator"]["says"]


# --- one look at a time -----------------------------------------------------------------------------------------------


def test_a_look_that_stumbles_does_not_end_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "hardware", lambda: 1 / 0)
    found = told(doctor.everything())
    assert found["hardware"].state == WRONG and "division" in found["hardware"].says
    assert "sentencepiece" in found


@pytest.mark.django_db
def test_lines_are_marked_and_a_fault_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    findings = [Finding("a", OK, "good"), Finding("b", NOTE, "known"), Finding("c", WRONG, "bad; mend it")]
    monkeypatch.setattr(doctor, "everything", lambda: iter(findings))
    with pytest.raises(SystemExit) as end:
        call_command("doctor", stdout=out, no_color=True)
    assert end.value.code == 1
    assert [line[:3] for line in out.getvalue().splitlines()[:3]] == ["✓ a", "– b", "✗ c"]
    assert out.getvalue().endswith("One thing is wrong (✗).\n")


def test_packages_are_compared_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = checkup.wanted_packages('# x==1\na-b==1.2\npsycopg[binary,pool]==3.3 # why\nc==1; os_name == "nt"\n')
    assert wanted == {"a-b": "1.2", "psycopg": "3.3", "c": "1"}
    monkeypatch.setattr(checkup, "wanted_packages", lambda text: {"torch": "2", "gone": "1", "old": "3"})
    monkeypatch.setattr(checkup, "installed", {"torch": "2+cpu", "old": "1"}.get)
    [line] = checkup.packages()
    assert line.state == WRONG and line.says.startswith("gone is missing, old is 1 instead of 3;")


@pytest.mark.parametrize(
    ("suits", "compiler", "is_told"), [(True, None, True), (True, "gcc", False), (False, None, False)]
)
def test_a_missing_compiler_is_told_where_it_would_help(
    suits: bool, compiler: str | None, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "suits_kernels", lambda: suits)
    monkeypatch.setattr(checkup, "c_compiler", lambda: compiler)
    monkeypatch.setattr(checkup, "cpu_flags", lambda: frozenset({"avx512f"}))
    found = told(checkup.hardware())
    assert ("C compiler" in found) is is_told
    assert not is_told or ("apt-get install gcc" in found["C compiler"].says and found["C compiler"].state == NOTE)
    assert ("compiled for it" in found["CPU"].says) is (suits and compiler is not None)


def test_a_full_disk_and_a_folder_that_cannot_be_written(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("shutil.disk_usage", lambda folder: namedtuple("Usage", "free")(5 * 2**20))
    assert told(checkup.data_folder())["disk"].state == WRONG
    settings.DATA_DIR = tmp_path / "nowhere"
    assert "DATA_DIR" in told(checkup.data_folder())["data folder"].says


GOOD = {"HOST": "127.0.0.1", "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz", "DEBUG": False, "SITE_URL": ""}


@pytest.mark.parametrize(
    ("changed", "name", "state"),
    [
        ({}, "SECRET_KEY", OK),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY", WRONG),
        ({"SECRET_KEY": "x" * 50}, "SECRET_KEY", WRONG),
        ({"DEBUG": True}, "DEBUG", NOTE),
        ({"DEBUG": True, "HOST": "0.0.0.0"}, "DEBUG", WRONG),
        ({"HOST": "0.0.0.0", "ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS", NOTE),
        ({"SITE_URL": "https://a.example", "ALLOWED_HOSTS": ["b.example"]}, "ALLOWED_HOSTS", WRONG),
        ({"SITE_URL": "https://a.example", "ALLOWED_HOSTS": [".example"]}, "ALLOWED_HOSTS", OK),
        ({"SITE_URL": "https://a.example"}, "HTTPS", WRONG),
        ({"SITE_URL": "http://a.example", "SESSION_COOKIE_SECURE": True}, "HTTPS", WRONG),
        ({"SITE_URL": "https://a.example", "SESSION_COOKIE_SECURE": True}, "HTTPS", OK),
        ({"HOST": "0.0.0.0", "SESSION_COOKIE_SECURE": True}, "HTTPS", NOTE),
        ({"HOST": "0.0.0.0"}, "HTTPS", NOTE),
    ],
)
def test_settings_are_weighed_by_who_can_reach_the_site(settings: Any, changed: Any, name: str, state: str) -> None:
    for key, value in {**GOOD, **changed}.items():
        setattr(settings, key, value)
    assert told(checkup.configuration())[name].state == state


def test_a_port_that_another_program_has(settings: Any, valkey_server: ValkeyServer) -> None:
    settings.HOST, settings.PORT = "127.0.0.1", int(valkey_server.url.rsplit(":", 1)[1].split("/")[0])
    for is_running in (True, False):
        [line] = checkup.port(is_running)
        assert line.state == WRONG and f"--port {settings.PORT + 1}" in line.says


@pytest.mark.django_db
def test_an_offline_model_is_wrong_and_says_why(echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    database, broker = checkup_services.Database(), checkup_services.Broker(True)
    database.is_usable = broker.is_reachable = True
    reports = {echo_a.queue: lease.EngineReport("failed", "The model folder is gone.")}
    worker = lease.WorkerReport("w1", "here", 1, 0.0, queues=[echo_a.queue], engines=reports)
    monkeypatch.setattr(lease, "live_workers", lambda: [worker])
    found = told(checkup_services.models(True, database, broker))
    assert found["worker"].says == "w1 on here"
    assert found["model echo-a"] == Finding("model echo-a", WRONG, "Offline: The model folder is gone.")
    monkeypatch.setattr(lease, "live_workers", list)
    assert told(checkup_services.models(True, database, broker))["worker"].state == WRONG
    assert told(checkup_services.models(False, database, broker))["worker"].state == NOTE


@pytest.mark.django_db
def test_a_clock_that_differs_is_wrong(valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    database, broker = checkup_services.Database(), checkup_services.Broker(True)
    assert "answers" in told(broker.lines())["Valkey"].says
    assert told(checkup_services.clocks(database, broker))["clock"].state == OK
    now = checkup_services.time.time()
    monkeypatch.setattr(checkup_services.time, "time", lambda: now + 60)
    assert "60 s behind" in told(checkup_services.clocks(database, broker))["clock"].says


def test_a_redis_that_may_throw_answers_away_is_wrong(valkey: ValkeyServer, settings: Any) -> None:
    settings.EMBEDDED_VALKEY = False
    with checkup_services.broker() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            found = list(checkup_services.Broker(False).lines())
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert [line.says for line in found if line.state == WRONG] == [
        "may throw answers away when it is full; set maxmemory-policy noeviction"
    ]


def test_it_needs_no_torch() -> None:
    program = (
        "import django, sys; django.setup(); import fastchat_site.management.commands.doctor; "
        "sys.exit('torch' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={"DJANGO_SETTINGS_MODULE": "fastchat_site.settings", "SECRET_KEY": "x"}
    )
    assert result.returncode == 0


def test_the_data_folder_is_closed_to_others_from_the_first_command_on(tmp_path: Path) -> None:
    Stack(tmp_path).manage("doctor")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
