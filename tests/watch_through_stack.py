"""Asks a running site several questions at once and tells how far each answer is: JSON in, lines of JSON out.

Run as `python -m tests.watch_through_stack SLUG` with the site's environment; standard input is a list of
{"text", "params"}. Lines: {"answer", "id", "tokens"} after each piece, and at the end {"answers": [{"text", "status",
"attempt", "tokens", "token_ids", "continued"}]}, where "continued" says behind how many tokens each further worker went
on. What was streamed must be what was saved.
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
from inference.events import Delta, Status  # noqa: E402
from inference.models import Generation, ModelEntry  # noqa: E402
from inference.services import start_generation  # noqa: E402
from inference.stream import follow  # noqa: E402


async def watch(number: int, slug: str, question: dict[str, Any]) -> dict[str, Any]:
    generation = await begin(slug, question)
    shown, continued = "", []
    token_ids: list[int] = []
    async for _entry_id, event in follow(generation.pk):
        if isinstance(event, Delta):
            shown += event.text
            token_ids += event.token_ids
            print(json.dumps({"answer": number, "id": generation.pk.hex, "tokens": len(token_ids)}), flush=True)
        elif isinstance(event, Status) and event.state == "continuing":
            continued.append(len(token_ids))
    row = await saved(generation)
    assert shown == row.text, "the stream and the row differ"
    assert len(token_ids) == row.completion_tokens, "tokens were lost or came twice"
    answer = {"text": row.text, "status": row.status, "attempt": row.attempt}
    return {**answer, "tokens": len(token_ids), "token_ids": token_ids, "continued": continued}


@database_sync_to_async
def begin(slug: str, question: dict[str, Any]) -> Generation:
    model = ModelEntry.objects.select_related("base").get(slug=slug)
    chat = [ChatMessage("user", question["text"])]
    return start_generation(model=model, messages=chat, params=question["params"], requester=question["text"])


@database_sync_to_async
def saved(generation: Generation) -> Generation:
    return Generation.objects.get(pk=generation.pk)


async def main() -> None:
    questions = json.load(sys.stdin)
    answers = await asyncio.gather(*(watch(number, sys.argv[1], question) for number, question in enumerate(questions)))
    print(json.dumps({"answers": answers}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
