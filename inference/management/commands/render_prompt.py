"""`manage.py render_prompt`: the very text that a model would read for a conversation, and where its answer ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from inference.engine.checks import is_adapter
from inference.engine.families import NEWER, PLAIN
from inference.engine.prompt_format import PromptFormat, choose_format
from inference.engine.shipped import Shipped, adapter_base, local_folder, shipped_together
from inference.engine.types import ChatMessage, EngineError
from inference.models import ModelEntry
from inference.services import with_system_text

EXAMPLE = '[{"role": "user", "content": "Hello!"}]'


class Command(BaseCommand):
    help = (
        "Prints the prompt of a conversation as JSON: {prompt, stop, stop_token_ids, family}. Needs no weights, and "
        "for a hub name no network: the family is recognised by the name, or the files if the hub's cache holds them. "
        "Special tokens that the tokenizer puts in front by itself are not shown."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE_OR_SLUG", help="a folder, a hub name, or a model's short name")
        parser.add_argument(
            "--messages",
            required=True,
            metavar="FILE.json",
            help=f"a list such as {EXAMPLE}; - reads it from the input",
        )
        parser.add_argument("--family", default="", help="ask in this prompt format, whatever the name says")
        parser.add_argument("--adapter", default="", help="a LoRA adapter on top of the source")

    def handle(self, *args: Any, **options: Any) -> None:
        messages = _read_messages(options["messages"])
        source, family, adapter = options["source"], options["family"], options["adapter"]
        entry = _entry(source)
        if entry:
            if entry.runner.backend != ModelEntry.Backend.TRANSFORMERS:
                raise CommandError(f"{source} is no local model: whoever answers for it makes the prompt.")
            messages = with_system_text(entry, messages)
            spec = entry.spec
            source, family, adapter = spec.source, family or spec.family, adapter or spec.adapter
        try:
            prompt_format, shipped = self._format(source, family, adapter)
            prompt = prompt_format.render(messages)
        except EngineError as error:
            raise CommandError(str(error)) from error
        answer = {
            "prompt": prompt,
            "stop": list(prompt_format.stop_strings),
            "stop_token_ids": prompt_format.stop_token_ids(shipped),
            "family": prompt_format.family,
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _format(self, source: str, family: str, adapter: str) -> tuple[PromptFormat, Shipped]:
        folder, adapter_folder = local_folder(source), local_folder(adapter) if adapter else None
        names = [adapter, source]
        if folder and not adapter and is_adapter(folder):
            base = adapter_base(folder)
            folder, adapter_folder, names = local_folder(base), folder, [source, base]
        shipped = shipped_together(folder, adapter_folder)
        prompt_format = choose_format(family, shipped, *(name for name in names if name))
        warnings = prompt_format.warnings
        stands_in = prompt_format.family in {PLAIN.slug, *(newer.slug for newer in NEWER)}
        if folder is None and stands_in and not family:
            warnings = (
                f"Nothing of {source} is on this machine, so this is only what its name tells "
                f"({prompt_format.family}). If it ships a chat template of its own, that is what will be used.",
            )
        for warning in warnings:
            self.stderr.write(self.style.WARNING(f"warning: {warning}"))
        return prompt_format, shipped


def _entry(source: str) -> ModelEntry | None:
    if "/" in source:
        return None
    try:
        return ModelEntry.objects.select_related("base", "endpoint", "base__endpoint").filter(slug=source).first()
    except DatabaseError:  # a name needs no database
        return None


def _read_messages(path: str) -> list[ChatMessage]:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        found = json.loads(text)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{path} is not valid JSON: {error}.") from error
    if isinstance(found, dict):
        found = found.get("messages")
    if not isinstance(found, list) or not found:
        raise CommandError(f"{path} must hold a list of messages, such as {EXAMPLE}.")
    return [_message(number, value) for number, value in enumerate(found, start=1)]


def _message(number: int, value: Any) -> ChatMessage:
    role = value.get("role") if isinstance(value, dict) else None
    content = value.get("content") if isinstance(value, dict) else None
    if role not in ("system", "user", "assistant") or not isinstance(content, str):
        raise CommandError(
            f"Message {number} must have a role (system, user or assistant) and a text as its content, as in {EXAMPLE}."
        )
    return ChatMessage(role, content)
