"""Asks a running site many questions through queue, worker, engine and stream: JSON in, JSON out.

Run as `python -m tests.ask_through_stack SLUG` with the site's environment (see Stack.ask_all); standard input is a
list of message lists, standard output a list of {"text", "status", "finish_reason"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fastchat_site.settings")
django.setup()

from channels.db import database_sync_to_async  # noqa: E402 - needs the apps of the line above

from inference.engine.types import ChatMessage  # noqa: E402
from inference.events import Delta  # noqa: E402
from inference.models import Generation, ModelEntry  # noqa: E402
from inference.services import start_generation  # noqa: E402
from inference.stream import follow  # noqa: E402

AT_ONCE = 8


async def ask(slug: str, messages: list[dict[str, str]], permits: asyncio.Semaphore) -> dict[str, Any]:
    async with permits:
        generation = await begin(slug, messages)
        shown = ""
        async for _entry_id, event in follow(generation.pk):
            if isinstance(event, Delta):
                shown += event.text
        row = await saved(generation)
        assert shown == row.text, "the stream and the row differ"
        return {"text": row.text, "status": row.status, "finish_reason": row.finish_reason, "error": row.error}


@database_sync_to_async
def begin(slug: str, messages: list[dict[str, str]]) -> Generation:
    model = ModelEntry.objects.select_related("base").get(slug=slug)
    chat = [ChatMessage(message["role"], message["content"]) for message in messages]  # type: ignore[arg-type]
    return start_generation(model=model, messages=chat, params={"temperature": 0}, requester="test")


@database_sync_to_async
def saved(generation: Generation) -> Generation:
    return Generation.objects.get(pk=generation.pk)


async def main() -> None:
    permits = asyncio.Semaphore(AT_ONCE)
    conversations = json.load(sys.stdin)
    answers = await asyncio.gather(*(ask(sys.argv[1], messages, permits) for messages in conversations))
    json.dump(answers, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    asyncio.run(main())
