"""`manage.py export_votes`: votes as a file that FastChat's and lmarena's programs read."""

from __future__ import annotations

import os
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arena.exporting import FORMATS, NothingToExport, export_votes

HELP = """Writes votes into a file ("-" is the standard output). Who voted becomes arena_user_1, arena_user_2, …, the
same person always with the same number. Questions and answers are written, too, except in fastchat-simple and csv.

examples:
  ./run export_votes battles.json
  ./run export_votes rated.csv --format csv --scope overall
  ./run export_votes again.json --scope import:1a2b3c4d5e6f      (an imported file, as it came)
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="where to write; an existing file is replaced when all is written")
        parser.add_argument(
            "--format", choices=FORMATS, default="", help="default: fastchat, or an import's own format"
        )
        parser.add_argument(
            "--scope", default="", help="only the votes of a leaderboard, such as overall or language:en"
        )
        parser.add_argument(
            "--all", action="store_true", help="the votes that are not rated, too, marked is_rated false"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pieces = export_votes(options["format"], options["scope"], with_unrated=options["all"])
        except NothingToExport as error:
            raise CommandError(str(error)) from error
        if options["file"] == "-":
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        path = Path(options["file"])
        half = path.with_name(f".{path.name}.part")
        try:
            with half.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
            os.replace(half, path)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise CommandError(f"The file {path} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(f"Written: {path}")
