"""A browser without a screen: signs up, asks as htmx asks, opens the reply's websocket and keeps every frame.

Written on bare asyncio, because on a small machine a heavy client would be measured instead of the site.
Frames are only stamped and stored while they come; what they show is read from them afterwards.
"""

from __future__ import annotations

import asyncio
import base64
import html
import os
import re
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

TAG = re.compile(r"<[^>]*>")
REPLY_ADDRESS = re.compile(r'ws-connect="(/ws/replies/([0-9a-f-]{36})/)"')
FINISHED_PROSE = re.compile(r'<div class="prose"[^>]*>(.*?)</div>', re.DOTALL)
CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP request brought back."""

    status: int
    body: str


@dataclass(slots=True)
class Browser:
    """One person's cookies; any number of requests and sockets at the same time."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    async def sign_up(self, name: str, password: str = "correct horse battery") -> None:
        page = await self.request("GET", "/accounts/signup/")
        token = CSRF_FIELD.findall(page.body)[0]
        form = {"username": name, "password1": password, "password2": password, "csrfmiddlewaretoken": token}
        answer = await self.request("POST", "/accounts/signup/", form)
        if answer.status != 302:
            raise RuntimeError(f"signing up was answered with {answer.status}:\n{answer.body[:2000]}")

    async def ask(self, model: str, question: str) -> ReplySocket:
        """Begins a conversation; returns when the reply's websocket is open."""
        asked_at = time.time()
        answer = await self.request("POST", "/chat/", {"model": model, "message": question}, htmx=True)
        found = REPLY_ADDRESS.findall(answer.body)
        if answer.status != 200 or not found:
            raise RuntimeError(f"the question was answered with {answer.status}:\n{answer.body[:2000]}")
        address, reply_id = found[-1]
        socket = await self.open(address, reply_id)
        socket.asked_at = asked_at
        return socket

    async def open(self, address: str, reply_id: str) -> ReplySocket:
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(lambda: ReplySocket(address, reply_id), "127.0.0.1", self.port)
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        origin = {"Origin": f"http://127.0.0.1:{self.port}", "Sec-WebSocket-Key": key}
        socket.transport.write(self._head("GET", address, {**upgrade, **origin}).encode())
        await socket.opened
        return socket

    async def request(self, method: str, path: str, form: dict[str, str] | None = None, htmx: bool = False) -> Answer:
        body = urlencode(form or {}).encode()
        headers = {"Connection": "close", "Accept": "text/html"}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        if htmx:
            headers |= {"HX-Request": "true", "X-CSRFToken": self.cookies["csrftoken"]}
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        writer.write(self._head(method, path, headers).encode() + (body if method == "POST" else b""))
        head, _, content = (await reader.read(-1)).partition(b"\r\n\r\n")
        writer.close()
        status, *lines = head.decode("latin1").split("\r\n")
        for name, value in (line.split(": ", 1) for line in lines):
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return Answer(int(status.split()[1]), content.decode(errors="replace"))

    def _head(self, method: str, path: str, headers: dict[str, str]) -> str:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": f"127.0.0.1:{self.port}", "Accept-Language": "en", "Cookie": cookie, **headers}
        return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"


class ReplySocket(asyncio.Protocol):
    """The websocket of one reply, read only; `frames` are (time, html) in the order they came."""

    transport: asyncio.Transport

    def __init__(self, address: str, reply_id: str) -> None:
        loop = asyncio.get_running_loop()
        self.address, self.reply_id = address, reply_id
        self.asked_at = self.opened_at = 0.0
        self.frames: list[tuple[float, str]] = []
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._buffer += data
        if not self.opened_at:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                self.opened.set_exception(RuntimeError(f"the socket was refused: {head[:80].decode('latin1')}"))
                self.transport.close()
                return
            self.opened_at, self._buffer = now, rest
            self.opened.set_result(None)
        for kind, payload in self._complete_frames():
            if kind == TEXT:
                self.frames.append((now, payload.decode()))
                if payload.lstrip().startswith(b"<article"):  # the waiting reply is gone, and htmx closes its socket
                    self.transport.write(bytes([0x80 | CLOSE, 0x80]) + bytes(4))
                    self.transport.close()
            elif kind == PING:  # an answer of a browser is masked; a mask of zeros changes nothing
                self.transport.write(bytes([0x80 | PONG, 0x80 | len(payload)]) + bytes(4) + payload)
            elif kind == CLOSE:
                self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(RuntimeError("the connection ended before the socket was open"))
        if not self.closed.done():
            self.closed.set_result(None)

    def _complete_frames(self) -> Iterator[tuple[int, bytes]]:
        """Servers do not mask, and this one does not split a message into several frames."""
        while len(self._buffer) >= 2:
            length, start = self._buffer[1], 2
            if length == 126:
                start = 4
                length = struct.unpack_from(">H", self._buffer, 2)[0] if len(self._buffer) >= start else 2**62
            elif length == 127:
                start = 10
                length = struct.unpack_from(">Q", self._buffer, 2)[0] if len(self._buffer) >= start else 2**62
            if len(self._buffer) < start + length:
                return
            kind, payload = self._buffer[0] & 15, bytes(self._buffer[start : start + length])
            del self._buffer[: start + length]
            yield kind, payload

    # --- what the frames show -----------------------------------------------------------------------------------------

    def shown(self) -> Iterator[tuple[float, str]]:
        """The reply's text as a person sees it after each frame that changed it; the last is the finished message."""
        closed, before = "", ""
        for moment, frame in self.frames:
            if frame.lstrip().startswith("<article"):
                prose = FINISHED_PROSE.search(frame)
                now = text_of(prose.group(1)) if prose else ""
            else:
                first, has_open, rest = frame.partition(f'<div id="open-{self.reply_id}"')
                if not has_open:
                    continue  # only the line of status has changed
                opening, _, blocks = first.partition(">")
                closed = blocks if "innerHTML" in opening else closed + blocks
                growing = rest.partition(">")[2].partition('<p id="status-')[0]
                now = text_of(f"{closed} {growing}")
            if now != before:
                before = now
                yield moment, now

    @property
    def was_cut(self) -> bool:
        """It ended without the finished message; a page would connect again."""
        return not self.frames or not self.frames[-1][1].lstrip().startswith("<article")

    @property
    def first_text_at(self) -> float:
        return next(moment for moment, text in self.shown() if text)

    @property
    def ended_at(self) -> float:
        return self.frames[-1][0]


def text_of(fragment: str) -> str:
    """The words of an HTML fragment with single spaces between them."""
    return " ".join(html.unescape(TAG.sub(" ", fragment)).split())
