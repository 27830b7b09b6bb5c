"""`manage.py import_fastchat_logs`: the chats and votes of a FastChat installation, so that they are not lost."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from arena.formats.fastchat_log import LogLine, read_line
from arena.formats.rows import MOST_PROBLEMS, Wrong
from arena.importing import left_out_sentences
from arena.log_history import History
from arena.log_votes import LoggedVotes

HELP = """Reads FastChat's logs (*-conv.json). Conversations become those of one account; blind votes get a leaderboard
of their own, one for all logs. Reading a log again, or one that has grown, adds only what is new. Lines that cannot
be read are named, and the others are taken. Addresses of people are not kept.

examples:
  ./run import_fastchat_logs 2024-05-01-conv.json --user archive
  ./run import_fastchat_logs /srv/fastchat/logs --user archive --name "Old arena"   (a folder and all below it)
"""
LINES_AT_ONCE = 200


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a log, or a folder of logs")
        parser.add_argument("--user", required=True, help="the account that the conversations shall belong to")
        parser.add_argument(
            "--name", default="FastChat logs", help="of the votes' leaderboard (default: FastChat logs)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()._default_manager
        user = users.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['user']}; please create it first, or name another.")
        files = list(_files(options["paths"]))
        history, votes = History(user), LoggedVotes(options["name"])
        for path in files:
            self._read(path, history, votes)
        self._report(history, votes)

    def _read(self, path: Path, history: History, votes: LoggedVotes) -> None:
        faults: list[str] = []
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                lines = _understood(file, faults)
                while batch := list(islice(lines, LINES_AT_ONCE)):
                    with transaction.atomic():
                        history.store(batch)
                        votes.store(line for line in batch if line.kind == "vote")
        except OSError as error:
            raise CommandError(f"The log {path} cannot be read: {error.strerror or error}.") from error
        for fault in faults[:MOST_PROBLEMS]:
            self.stderr.write(f"{path.name}, {fault}")
        if len(faults) > MOST_PROBLEMS:
            self.stderr.write(f"{path.name}: and {len(faults) - MOST_PROBLEMS} more lines that cannot be read.")

    def _report(self, history: History, votes: LoggedVotes) -> None:
        self.stdout.write(
            f"New: {history.conversations} conversations, {history.answers} answers, {votes.added} votes."
        )
        if votes.known:
            self.stdout.write(f"{votes.known} votes were here already.")
        for sentence in left_out_sentences(votes.left_out):
            self.stdout.write(sentence)
        if votes.source is not None:
            self.stdout.write(f"The votes' leaderboard is {votes.source.scope}.")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(path.rglob("*-conv.json"))
            if not found:
                raise CommandError(f"There is no *-conv.json in the folder {path}.")
            yield from found
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"There is no file or folder {path}.")


def _understood(file: Any, faults: list[str]) -> Iterator[LogLine]:
    """The lines to keep; those that cannot be read are described in `faults`."""
    for number, text in enumerate(file, start=1):
        if text.strip():
            try:
                line = read_line(text)
            except Wrong as wrong:
                faults.append(f"line {number}: {wrong}.")
            else:
                if line.kind != "other":
                    yield line
