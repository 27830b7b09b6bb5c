"""`manage.py createapikey`: a key for a program, printed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from inference.models import ApiKey, ModelEntry


class Command(BaseCommand):
    help = (
        "Makes an API key for a user and prints it, alone on its line, this one time. It cannot be shown again; "
        "whoever loses it makes another. People make their own on the page /accounts/api-keys/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="in whose name the program asks")
        parser.add_argument("--name", default="command line", help="what uses it (default: command line)")
        parser.add_argument("--days", type=int, help="for how long it works; default: for ever")
        parser.add_argument("--read-only", action="store_true", help="may list models, but not ask them")
        parser.add_argument("--models", default="", help="short names, separated by commas; default: every model")

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()
        try:
            user = users._default_manager.get_by_natural_key(options["username"])
        except users.DoesNotExist as error:
            raise CommandError(f"There is no user named {options['username']}.") from error
        if options["days"] is not None and not 0 < options["days"] <= 36_500:
            raise CommandError("--days must be from 1 to 36500.")
        name = options["name"].strip()
        if not 0 < len(name) <= 80:
            raise CommandError("--name must have from 1 to 80 characters.")
        with transaction.atomic():
            _key, token = ApiKey.issue(
                user,
                name,
                expires_at=timezone.now() + timedelta(days=options["days"]) if options["days"] else None,
                is_read_only=options["read_only"],
                only_models=self._chosen(options["models"]),
            )
        self.stdout.write(token)
        if not user.is_active:
            self.stderr.write(f"{user} cannot log in at present, so the key does not work yet.")

    def _chosen(self, slugs: str) -> list[ModelEntry] | None:
        wanted = {slug.strip() for slug in slugs.split(",") if slug.strip()}
        if not wanted:
            return None
        found = list(ModelEntry.objects.filter(slug__in=wanted))
        if missing := wanted - {entry.slug for entry in found}:
            raise CommandError(f"There is no model with the short name {', '.join(sorted(missing))}.")
        return found
