"""`manage.py import_votes`: a file of votes from another arena, on a leaderboard of its own."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arena.formats.reading import AUTO, FORMATS
from arena.formats.rows import FileRefused
from arena.importing import import_votes

HELP = """Imports a file of votes. They get a leaderboard of their own and never count on this site's. If one row is no
vote, nothing is imported, and each faulty row is named. A file that is here already adds nothing.

formats: fastchat (clean battle list), fastchat-simple, lmarena (arena-human-preference, JSON or JSON lines),
leaderbot (counts), csv (columns left, right, winner), arena-rank (columns model_a, model_b, winner)

examples:
  ./run import_votes clean_battle_20240826_public.json
  ./run import_votes votes.csv --format csv --name "Votes of the spring test"
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file")
        parser.add_argument("--format", choices=FORMATS, default=AUTO, help="default: found out from the file")
        parser.add_argument("--name", default="", help="what people read; default: the file's name")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"The file {path} cannot be read: {error.strerror or error}.") from error
        try:
            imported = import_votes(content, options["name"] or path.name, options["format"])
        except FileRefused as refused:
            raise CommandError("\n".join([*refused.problems, "Nothing was imported."])) from refused
        for sentence in imported.sentences:
            self.stdout.write(sentence)
