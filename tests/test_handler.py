"""Pages are answered by a few lasting threads: as many requests at once, each thread with its own connection."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from fastchat_site import urls
from fastchat_site.handler import ThreadedHandler

seen: list[tuple[str, int]] = []  # thread, its connection
running = most_at_once = 0
lock = threading.Lock()
go = threading.Event()


def look(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen.append((threading.current_thread().name, id(connection.connection)))
    return HttpResponse("looked")


def wait(request: HttpRequest) -> HttpResponse:
    global running, most_at_once
    with lock:
        running += 1
        most_at_once = max(most_at_once, running)
    go.wait(10)
    with lock:
        running -= 1
    return HttpResponse("waited")


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a view broke")


urlpatterns = [path("look", look), path("wait", wait), path("fail", fail), *urls.urlpatterns]
handler500 = "fastchat_site.views.server_error"


async def get(handler: ThreadedHandler, address: str) -> int:
    scope = {"type": "http", "method": "GET", "path": address, "headers": [(b"host", b"testserver")]}
    communicator = ApplicationCommunicator(handler, scope)  # type: ignore[arg-type]
    await communicator.send_input({"type": "http.request", "body": b"", "more_body": False})
    head = await communicator.receive_output(timeout=10)
    await communicator.receive_output(timeout=10)
    await communicator.wait(timeout=10)
    return int(head["status"])


@pytest.fixture(autouse=True)
def own_addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    seen.clear()
    go.clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_the_same_thread_and_connection_serve_request_after_request() -> None:
    handler = ThreadedHandler(threads=3)
    assert [await get(handler, "/look") for _ in range(5)] == [200] * 5
    assert len({thread for thread, _connection in seen}) == 1
    assert len({used for _thread, used in seen}) == 1


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_no_more_run_at_once_than_there_are_threads_and_all_get_their_turn() -> None:
    handler = ThreadedHandler(threads=3)
    requests = [asyncio.create_task(get(handler, "/wait")) for _ in range(10)]
    while running < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    go.set()
    assert await asyncio.gather(*requests) == [200] * 10
    assert most_at_once == 3


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_a_broken_view_gives_its_thread_back() -> None:
    handler = ThreadedHandler(threads=1)
    assert [await get(handler, "/fail") for _ in range(3)] == [500] * 3
    go.set()
    assert await get(handler, "/wait") == 200
