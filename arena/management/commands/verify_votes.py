"""`manage.py verify_votes`: are the leaderboards what the votes add up to, and are the votes as they were cast?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from arena.counting import locked_chain, rebuild
from arena.models import VoteChain
from arena.verification import broken_links, wrong_counts


class Command(BaseCommand):
    help = (
        "Recounts all votes and follows their chain. It compares every cell of the leaderboards' counts. "
        "Prints a line for each difference and then ends with 1. --repair makes the counts right again; a broken "
        "chain cannot be repaired: restore the votes from a backup."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="make the counts what the votes add up to")

    def handle(self, *args: Any, **options: Any) -> None:
        links, counts = broken_links(), wrong_counts()
        for sentence in [*links, *counts]:
            self.stdout.write(sentence)
        if counts and options["repair"]:
            with transaction.atomic():
                locked_chain()
                number = rebuild()
            self.stdout.write(f"Repaired: {number} counts are what the votes add up to.")
            counts = []
        if links or counts:
            raise CommandError(f"{len(counts)} counts are wrong and {len(links)} links of the chain are broken.")
        length = VoteChain.objects.filter(id=1).values_list("length", flat=True).first() or 0
        self.stdout.write(f"{length} votes are as they were cast, and all counts are right.")
