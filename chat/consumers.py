"""The only websocket consumer: it follows one reply and sends it as HTML fragments.

Each (re)connection begins with the whole state and goes on with what is new, so a page that reloads, loses
its socket or is opened twice can neither miss nor double anything. The last frame is the finished message.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from channels.auth import get_user
from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.template.loader import render_to_string
from django.utils import translation

from chat.models import Message
from chat.owners import Owner, owner_of_scope
from chat.reply_frames import ReplyFrames
from inference.events import Delta, Event, Failed, Finished
from inference.stream import follow

log = logging.getLogger(__name__)
owner_of = database_sync_to_async(owner_of_scope)  # it may have to read the session

FRAME_SECONDS = 0.05  # a person sees no difference above 20 frames a second
# One process draws about 1,500; the rest of its time belongs to pages and new questions.
FRAMES_PER_SECOND = 400
GOODBYE_SECONDS = 10.0
RIGHTS_SECONDS = 30.0  # who was logged out or lost the account meanwhile sees no more after so long


def frame_seconds(followed: int) -> float:
    """From one frame of a reply to the next, when so many replies are followed: all of them share the process."""
    return max(FRAME_SECONDS, followed / FRAMES_PER_SECOND)


class ReplyConsumer(AsyncWebsocketConsumer):
    """Opened by the waiting reply in the page; closes when the reply has ended."""

    followed = 0  # replies that are followed in this process at this moment

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without the hop into a thread that looks for old connections to the database first: each use of the
        database here does that itself."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        # Authorised here, by the same lookup as the page: a reply's address alone opens nothing.
        self.owner, message = await self._readable_message()
        if message is None:
            await self.close()
            return
        self.message_id = message.pk
        self.language = self.scope["language"]
        self.events: list[Event] = []
        self.wake, self.cannot_wait = asyncio.Event(), asyncio.Event()
        await self.accept()
        self.tasks = [
            asyncio.create_task(self._or_close(self._collect(message.generation_id))),
            asyncio.create_task(self._or_close(self._send_frames())),
        ]

    async def disconnect(self, code: int) -> None:
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The page says nothing on this socket; stopping is an ordinary POST."""

    async def _or_close(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("following reply %s broke", self.message_id)
            await self.close(code=1011)  # the page connects again

    async def _collect(self, generation_id: Any) -> None:
        has_text = False
        async for _entry_id, event in follow(generation_id):
            self.events.append(event)
            is_first_text = isinstance(event, Delta) and bool(event.text) and not has_text
            if is_first_text or isinstance(event, Finished | Failed):
                has_text = True
                self.cannot_wait.set()
            self.wake.set()

    async def _send_frames(self) -> None:
        ReplyConsumer.followed += 1
        try:
            has_ended = await self._follow_to_the_end()
        finally:
            ReplyConsumer.followed -= 1
        if has_ended:
            # The page closes the socket itself when this message has replaced the waiting one. A close sent
            # right behind it could overtake it: on a busy server daphne drops the connection after a second.
            await asyncio.sleep(GOODBYE_SECONDS)
        await self.close()

    async def _follow_to_the_end(self) -> bool:
        """True when the finished message was sent; False when this person may not see it any more."""
        frames = ReplyFrames(self.message_id)
        allowed_until = time.monotonic() + RIGHTS_SECONDS
        while True:
            await self.wake.wait()
            self.wake.clear()
            if time.monotonic() > allowed_until:
                if not await self._is_still_allowed():
                    return False
                allowed_until = time.monotonic() + RIGHTS_SECONDS
            self.cannot_wait.clear()
            events, self.events = self.events, []
            ended = any(isinstance(event, Finished | Failed) for event in events)
            if ended:
                html = await self._finished_message()  # it replaces everything, so nothing else need be drawn
            else:
                with translation.override(self.language):
                    html = frames.render(events)
            with suppress(Exception):  # the browser may just have left
                await self.send(text_data=html)
            if ended:
                return True
            with suppress(TimeoutError):
                async with asyncio.timeout(frame_seconds(ReplyConsumer.followed)):
                    await self.cannot_wait.wait()

    @database_sync_to_async
    def _readable_message(self) -> tuple[Owner | None, Message | None]:
        """Who asks, and the reply if it is theirs."""
        owner, number = owner_of_scope(self.scope), self.scope["url_route"]["kwargs"]["message_id"]
        try:
            return owner, Message.objects.owned_by(owner).get(pk=number, role=Message.Role.ASSISTANT)
        except Message.DoesNotExist:
            return owner, None

    async def _is_still_allowed(self) -> bool:
        """Asks the session anew: it is gone after logging out in another tab, and worth nothing after the password
        was changed elsewhere or the account was closed."""
        session = self.scope["session"]
        now = {"session": session.__class__(session.session_key)}  # not type(): it is wrapped
        now["user"] = await get_user(now)
        return bool(await owner_of(now) == self.owner)

    @database_sync_to_async
    def _finished_message(self) -> str:
        messages = Message.objects.select_related("generation", "generation__model", "conversation")
        try:
            message = messages.get(pk=self.message_id)
        except Message.DoesNotExist:  # deleted while it was being answered
            return f'<article id="message-{self.message_id}" hx-swap-oob="delete"></article>'
        with translation.override(self.language):
            return render_to_string(
                "chat/_message.html", {"message": message.load_versions(), "swap_out_of_band": True}
            )
