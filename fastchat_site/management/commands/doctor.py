"""`manage.py doctor`: looks at everything an installation needs, and says in one line each what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fastchat_site import checkup, checkup_services
from fastchat_site.checkup import NOTE, OK, WRONG, Finding

MARKS = {OK: "✓", NOTE: "–", WRONG: "✗"}


class Command(BaseCommand):
    help = (
        "Looks at everything the site needs, running or not, and says what to do. That is packages, folder, database, "
        "Valkey, workers, models, settings and hardware. Give it the same environment variables as ./run. It ends with "
        "1 if something is wrong."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        styles = {OK: self.style.SUCCESS, NOTE: self.style.NOTICE, WRONG: self.style.ERROR}
        for finding in everything():
            findings.append(finding)
            if not options["json"]:
                mark = styles[finding.state](MARKS[finding.state])
                self.stdout.write(f"{mark} {finding.name:<18} {finding.says}")
                self.stdout.flush()
        wrong = sum(finding.state == WRONG for finding in findings)
        if options["json"]:
            told = {"ok": not wrong, "checks": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            count = "One thing is" if wrong == 1 else f"{wrong} things are"
            self.stdout.write(f"\n{count} wrong (✗)." if wrong else "\nNothing is wrong.")
        if wrong:
            sys.exit(1)


def everything() -> Iterator[Finding]:
    """Whatever happens in one look, the others go on."""
    is_running = checkup.site_is_running()
    database, broker = checkup_services.Database(), checkup_services.Broker(is_running)
    looks = {
        "site": lambda: iter([running(is_running)]),
        "Python": checkup.python,
        "packages": checkup.packages,
        "data folder": checkup.data_folder,
        "database": database.lines,
        "Valkey": broker.lines,
        "models": lambda: checkup_services.models(is_running, database, broker),
        "clock": lambda: checkup_services.clocks(database, broker),
        "port": lambda: checkup.port(is_running),
        "settings": checkup.configuration,
        "hardware": checkup.hardware,
        "optional": checkup.optional_packages,
    }
    for name, look in looks.items():
        try:
            yield from look()
        except Exception as error:
            yield Finding(name, WRONG, f"could not be looked at ({checkup_services.one_line(error)})")


def running(is_running: bool) -> Finding:
    return Finding("site", OK, "is running") if is_running else Finding("site", NOTE, "is not running; ./run starts it")
