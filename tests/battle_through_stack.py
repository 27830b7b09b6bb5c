"""Lets models of a running site fight blind, with an exact checker as the voter: JSON in, JSON out.

Run as `python -m tests.battle_through_stack` with the site's environment (see Stack.battle_all); standard input is a
list of {"question", "answers"} (every right answer), standard output the list of votes that were cast.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fastchat_site.settings")
django.setup()

from channels.db import database_sync_to_async  # noqa: E402 - needs the apps of the line above
from django.contrib.auth import get_user_model  # noqa: E402

from arena.models import Battle, Turn  # noqa: E402
from arena.services import answers_of, start_battle  # noqa: E402
from arena.voting import cast_vote  # noqa: E402
from chat.owners import Owner  # noqa: E402
from inference.demo.evaluate import normalised  # noqa: E402
from inference.stream import follow  # noqa: E402

AT_ONCE = 4


async def fight(owner: Owner, question: str, right: set[str], permits: asyncio.Semaphore) -> str:
    async with permits:
        turn = await begin(owner, question)
        for generation_id in await generation_ids(turn):
            async for _event in follow(generation_id):
                pass
        return await vote(turn.battle, owner, right)


@database_sync_to_async
def begin(owner: Owner, question: str) -> Turn:
    return start_battle(owner=owner, text=question)


@database_sync_to_async
def generation_ids(turn: Turn) -> list[object]:
    return [answer.generation.pk for answer in answers_of(turn.battle, turn) if answer.generation]


@database_sync_to_async
def vote(battle: Battle, owner: Owner, right: set[str]) -> str:
    turn = battle.turns.get()
    left, right_side = (
        answer.generation is not None and normalised(answer.generation.text) in right
        for answer in answers_of(battle, turn)
    )
    choice = {(True, True): "tie", (False, False): "both_bad", (True, False): "a", (False, True): "b"}[left, right_side]
    cast_vote(battle=battle, owner=owner, choice=choice)
    return choice


async def main() -> None:
    user, _ = await get_user_model().objects.aget_or_create(username="checker")
    permits = asyncio.Semaphore(AT_ONCE)
    items = json.load(sys.stdin)
    fights = [
        fight(Owner(user=user), item["question"], {normalised(answer) for answer in item["answers"]}, permits)
        for item in items
    ]
    json.dump(await asyncio.gather(*fights), sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
