"""The websocket of one turn of a battle: it follows the answers of all sides and sends them as HTML fragments.

Named sides come as they are written. Blind ones are buffered here and let out by the common clock (arena.pacing), so
that what goes through the socket is the same whichever side is the fast one. The last frame is the finished turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.template.loader import render_to_string
from django.utils import translation

from arena.frames import BlindFrames, NamedFrames, padded
from arena.models import Battle, Turn
from arena.pacing import FRAME_SECONDS, PATIENCE_SECONDS, CommonClock
from arena.page import end_if_due, turn_page
from arena.services import answers_of
from arena.timing import begun_at, is_shown, usual_rate
from chat import consumers as chat_consumers
from chat.consumers import ReplyConsumer
from inference.events import Delta, Event, Failed, Finished
from inference.models import Generation
from inference.stream import follow

REPLAY_SECONDS = 0.3  # what comes so soon after connecting was written before
SETTLE_SECONDS = 5.0  # a side that is stopped because the other has failed needs a moment


@dataclass(slots=True)
class Source:
    """One side's answer, and how to reckon when the part that was written before this connection came."""

    label: str
    generation_id: Any
    usual_rate: float
    begun: float | None  # seconds since 1970; None: not yet
    rate: float
    characters: int = 0
    has_ended: bool = False

    @classmethod
    def of(cls, label: str, generation: Generation) -> Source:
        begun, usual = begun_at(generation), usual_rate(generation.model)
        rate = usual
        if begun and generation.ended_at:
            rate = len(generation.text) / max((generation.ended_at - begun).total_seconds(), 0.001)
        return cls(label, generation.pk, usual, begun.timestamp() if begun else None, max(rate, 0.001))

    def moment_of(self, text: str, now: float, is_replayed: bool) -> float:
        """When this text was probably written."""
        self.characters += len(text)
        if not is_replayed or self.begun is None:
            return now
        return min(now, self.begun + self.characters / self.rate)


class BattleConsumer(ReplyConsumer):
    """Opened by a turn that is being answered; closes when all sides have ended."""

    async def connect(self) -> None:
        self.tasks = []
        self.owner = await chat_consumers.owner_of(self.scope)
        turn = await self._readable_turn()
        sources = await self._sources(turn) if turn else []
        if turn is None or not sources:
            await self.close()
            return
        self.turn, self.message_id = turn, turn.pk
        self.language = self.scope["language"]
        self.sources = {source.label: source for source in sources}
        self.found: list[tuple[str, Event]] = []
        self.wake = asyncio.Event()
        self.connected = time.time()
        self.was_stopped = False
        await self.accept()
        send = self._send_blind if turn.battle.hides_names else self._send_named
        works: list[Coroutine[Any, Any, None]] = [self._gather(source) for source in sources]
        self.tasks = [asyncio.create_task(self._or_close(work)) for work in (*works, self._while_allowed(send))]

    async def _gather(self, source: Source) -> None:
        async for _entry_id, event in follow(source.generation_id):
            self.found.append((source.label, event))
            self.wake.set()

    def _take(self) -> list[tuple[str, Event]]:
        found, self.found = self.found, []
        for label, event in found:
            if isinstance(event, Finished | Failed):
                self.sources[label].has_ended = True
        return found

    async def _while_allowed(self, send: Callable[[], Awaitable[None]]) -> None:
        """Sends until the end, or until this person may no longer see it."""
        sending = asyncio.ensure_future(send())
        try:
            while not sending.done():
                await asyncio.wait([sending], timeout=max(0.0, chat_consumers.RIGHTS_SECONDS))
                if not sending.done() and not await self._is_still_allowed():
                    await self.close()
                    return
            await sending
        finally:
            sending.cancel()

    # --- named sides --------------------------------------------------------------------------------------------------

    async def _send_named(self) -> None:
        frames = NamedFrames(self.turn.pk, self.sources)
        while True:
            await self.wake.wait()
            self.wake.clear()
            found = self._take()
            if all(source.has_ended for source in self.sources.values()):
                break
            ended = [label for label, event in found if isinstance(event, Finished | Failed)]
            with translation.override(self.language):
                html = frames.render((label, event) for label, event in found if label not in ended)
            for label in ended:
                html += await self._finished_side(label)
            await self._send_html(html)
            await asyncio.sleep(chat_consumers.FRAME_SECONDS)
        await self._send_html(await self._finished_turn())
        await self._say_goodbye()

    # --- blind sides --------------------------------------------------------------------------------------------------

    async def _send_blind(self) -> None:
        rates = {label: source.usual_rate for label, source in self.sources.items()}
        clock = CommonClock(rates, asked=self.connected)
        frames = BlindFrames(self.turn.pk, self.sources)
        has_told = False
        tick = time.monotonic()
        while not await self._is_over(clock):
            now = time.time()
            with translation.override(self.language):
                if texts := clock.next_frame(now):
                    await self._send_html(frames.grown(texts))
                elif clock.is_still_thinking(now) and not has_told:
                    has_told = True
                    await self._send_html(frames.still_thinking())
            tick = max(tick + FRAME_SECONDS, time.monotonic())  # a late frame does not make the next one early
            await asyncio.sleep(tick - time.monotonic())
        await self._send_html(padded(await self._finished_turn()))
        await self._say_goodbye()

    async def _is_over(self, clock: CommonClock) -> bool:
        """Feeds the clock; true when it has come to the end, was stopped, or a side has failed."""
        now = time.time()
        for label, event in self._take():
            source = self.sources[label]
            if isinstance(event, Delta):
                moment = source.moment_of(event.text, now, now - self.connected < REPLAY_SECONDS)
                clock.feed(label, event.text, moment)
            elif isinstance(event, Failed) or (isinstance(event, Finished) and not source.characters):
                return True
            elif isinstance(event, Finished):
                clock.end(label, now)
                self.was_stopped |= event.reason == "cancelled"
        if not clock.is_complete:
            return False
        if self.was_stopped or now >= clock.complete_since + PATIENCE_SECONDS:
            return True
        return clock.is_all_shown and await self._is_shown()

    # --- out of the database ------------------------------------------------------------------------------------------

    @database_sync_to_async
    def _readable_turn(self) -> Turn | None:
        mine = Battle.objects.owned_by(self.owner)
        turns = Turn.objects.select_related("battle").filter(battle__in=mine)
        return turns.filter(pk=self.scope["url_route"]["kwargs"]["turn_id"]).first()

    @database_sync_to_async
    def _sources(self, turn: Turn) -> list[Source]:
        """Empty when the texts were deleted."""
        answers = answers_of(turn.battle, turn)
        found = [Source.of(answer.side.label, answer.generation) for answer in answers if answer.generation]
        return found if len(found) == len(answers) else []

    @database_sync_to_async
    def _is_shown(self) -> bool:
        return is_shown(answers_of(self.turn.battle, self.turn))

    @database_sync_to_async
    def _finished_side(self, label: str) -> str:
        with translation.override(self.language):
            view = turn_page(Battle.objects.get(pk=self.turn.battle_id), self.turn)["view"]
            panel = next(panel for panel in view.panels if panel.label == label)
            return render_to_string("arena/_side.html", {"panel": panel, "swap_side": True})

    async def _finished_turn(self) -> str:
        deadline = time.monotonic() + SETTLE_SECONDS
        while not await self._is_settled() and time.monotonic() < deadline:
            await asyncio.sleep(FRAME_SECONDS)
        return await self._rendered_turn()

    @database_sync_to_async
    def _is_settled(self) -> bool:
        battle = Battle.objects.filter(pk=self.turn.battle_id).first()
        return battle is None or end_if_due(battle, answers_of(battle, self.turn))

    @database_sync_to_async
    def _rendered_turn(self) -> str:
        battle = Battle.objects.filter(pk=self.turn.battle_id, sides__conversation__isnull=False).first()
        if battle is None:  # deleted while it was being answered
            return f'<section id="turn-{self.turn.pk}" hx-swap-oob="delete"></section>'
        with translation.override(self.language):
            return render_to_string("arena/_answered.html", turn_page(battle, self.turn) | {"swap_out_of_band": True})

    # --- to the browser -----------------------------------------------------------------------------------------------

    async def _send_html(self, html: str) -> None:
        with suppress(Exception):  # the browser may just have left
            await self.send(text_data=html)

    async def _say_goodbye(self) -> None:
        """The page closes the socket itself when the last frame has replaced the waiting turn."""
        await asyncio.sleep(chat_consumers.GOODBYE_SECONDS)
        await self.close()
