"""Nobody reaches what belongs to somebody else: every address of the site and every socket is tried by the wrong
people. A new address is either written into the lists below or this test fails."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from arena import consumers as battle_consumers
from arena.models import Battle
from arena.routing import websocket_urlpatterns as battle_sockets
from chat import consumers
from chat.models import Conversation, Message
from chat.routing import websocket_urlpatterns as reply_sockets
from inference import lease
from inference.events import Finished
from inference.models import Generation, ModelEntry
from tests.arena.battles import answered_battle

# Everybody may see these, and they show nothing of anybody.
PUBLIC = {
    *("home", "healthz", "readyz", "arena", "signup", "signup_waiting", "login", "logout", "preferences"),
    *("password_reset", "password_reset_done", "password_reset_complete", "password_reset_confirm"),
}
# These show the caller's own things; a stranger is sent to the log-in page.
OWN = {"settings", "api-keys", "password_change", "delete_account", "chat-new", "chat-history", "model-picker"} | {
    *("arena-leaderboard", "arena-leaderboard-json", "arena-leaderboard-csv"),
    *("arena-battle", "arena-side-by-side"),
}
# These name somebody's thing in the address. The word says which.
NAMED = {
    **dict.fromkeys(["chat-show", "chat-send", "chat-rename", "chat-delete", "chat-settings"], "conversation"),
    **dict.fromkeys(["message-show", "message-stop", "message-regenerate", "message-feedback"], "reply"),
    **dict.fromkeys(["message-edit", "message-version"], "question"),
    **dict.fromkeys(["arena-battle-show", "arena-turn", "arena-say", "arena-again", "arena-stop"], "battle"),
    **dict.fromkeys(["arena-vote", "arena-continue"], "battle"),
}
SOCKETS = {"ws/replies/<uuid:message_id>/": "reply", "ws/battles/<uuid:turn_id>/": "turn"}
ADMIN_DOORS = {"admin/login/", "admin/logout/"}


class Things:
    """A conversation with a question and a finished reply; `ids` by the words of NAMED."""

    def __init__(self, model: ModelEntry, requester: str, user: Any = None, guest_key: str = "") -> None:
        self.conversation = Conversation.objects.create(owner=user, guest_key=guest_key, model=model, title="secret")
        self.question = self.conversation.messages.create(role="user", content="secret question")
        generation = Generation.objects.create(model=model, user=user, requester=requester, prompt=[], text="")
        generation.begin("w")
        generation.stop_waiting()
        Generation.objects.filter(pk=generation.pk).update(
            status="finished", text="secret answer", ended_at=generation.started_at
        )
        self.reply = self.conversation.messages.create(role="assistant", generation=generation, parent=self.question)
        Conversation.objects.filter(pk=self.conversation.pk).update(leaf=self.reply)
        self.battle = answered_battle(model, user=user, guest_key=guest_key)
        self.turn = self.battle.turns.get()

    @property
    def ids(self) -> dict[str, Any]:
        return {
            **{"conversation": self.conversation.pk, "question": self.question.pk, "reply": self.reply.pk},
            **{"battle": self.battle.pk, "turn": self.turn.pk},
        }

    @property
    def rows(self) -> list[Any]:
        """Everything that a thief could have changed."""
        return [
            list(Conversation.objects.filter(pk=self.conversation.pk).values()),
            list(Message.objects.filter(conversation=self.conversation.pk).order_by("id").values()),
            list(Generation.objects.filter(messages__conversation=self.conversation.pk).order_by("id").values()),
            *[list(Battle.objects.filter(pk=self.battle.pk).values(*fields)) for fields in ((), ("vote",))],
            list(self.battle.turns.values()),
            list(Message.objects.filter(conversation__side__battle=self.battle).order_by("id").values()),
        ]

    @property
    def body(self) -> dict[str, Any]:
        """What each form of the chat accepts, so that only ownership can be the reason of a refusal."""
        version = self.question.pk
        return {
            "message": "stolen",
            "text": "stolen",
            "title": "stolen",
            "feedback": "up",
            "version": version,
            "temperature": "0.5",
            "vote": "a",
            "side": "a",
        }


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(route, name) of every address of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route, pattern.name or ""


def site_addresses() -> dict[str, str]:
    """Without the admin, see below, and what tests of its own try: the API (tests/inference/api/test_doors.py) and the
    evaluation (tests/evaluation/test_doors.py)."""
    elsewhere = ("admin/", "v1/", "arena/evaluation/")
    return {name: f"/{route}" for route, name in addresses() if not route.startswith(elsewhere)}


def path_to(name: str, things: Things) -> str:
    address = site_addresses()[name].replace("<uuid:pk>", str(things.ids[NAMED[name]]))
    return address.replace("<uuid:turn_pk>", str(things.ids["turn"]))


@pytest.fixture
def alices(alice: Any, echo_a: ModelEntry) -> Things:
    return Things(echo_a, f"user:{alice.pk}", user=alice)


def guest_with(key: str) -> Client:
    session = SessionStore()
    session["guest_key"] = key
    session.save(must_create=True)
    client = Client()
    client.cookies["sessionid"] = session.session_key
    return client


# --- addresses --------------------------------------------------------------------------------------------------------


def test_every_address_of_the_site_is_in_one_of_the_lists() -> None:
    found = site_addresses()
    assert set(found) == PUBLIC | OWN | set(NAMED), "say in this file who may call the new address"
    assert not PUBLIC & OWN and not (PUBLIC | OWN) & set(NAMED)
    with_ids = {name for name, route in found.items() if "<" in route} - {"password_reset_confirm"}
    assert with_ids == set(NAMED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(NAMED))
@pytest.mark.parametrize("htmx", [False, True])
def test_another_users_id_is_not_found(as_user, bob, alices, name: str, htmx: bool) -> None:
    before, headers = alices.rows, {"HX-Request": "true"} if htmx else {}
    client, path = as_user(bob), path_to(name, alices)
    answers = {
        client.get(path, headers=headers).status_code,
        client.post(path, alices.body, headers=headers).status_code,
    }
    assert answers <= {404, 405} and 404 in answers
    assert alices.rows == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(NAMED))
def test_the_owner_does_get_in(as_user, alice, alices, monkeypatch, name: str) -> None:
    """Without this, the test above would also pass if nobody got in."""
    monkeypatch.setattr("inference.services.enqueue", lambda generation: True)
    client, path = as_user(alice), path_to(name, alices)
    answers = {client.get(path).status_code, client.post(path, alices.body).status_code}
    assert answers <= {200, 204, 302, 405} and answers != {405}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted({*NAMED, *OWN}))
def test_a_stranger_is_sent_to_the_login(guest: Client, alices, name: str) -> None:
    before = alices.rows
    path = path_to(name, alices) if name in NAMED else site_addresses()[name]
    for response in (guest.get(path), guest.post(path, alices.body)):
        assert response.status_code == 405 or (
            response.status_code == 302 and response.url.startswith("/accounts/login/")
        )
    assert alices.rows == before


@pytest.mark.django_db
def test_even_an_administrator_reads_conversations_only_in_the_admin(as_user, ada, alices) -> None:
    for name in NAMED:
        assert as_user(ada).post(path_to(name, alices), alices.body).status_code in (404, 405)


@pytest.mark.django_db
def test_what_belongs_to_a_guest_belongs_to_that_guest_alone(as_user, alice, alices, echo_a, settings) -> None:
    settings.GUEST_CHAT = True
    owner, other = guest_with("a" * 32), guest_with("b" * 32)
    things = Things(echo_a, "guest:x", guest_key="a" * 32)
    assert owner.get(path_to("chat-show", things)).status_code == 200
    before = things.rows, alices.rows
    for name in NAMED:
        for client, target in ((other, things), (as_user(alice), things), (owner, alices)):
            path = path_to(name, target)
            answers = {client.get(path).status_code, client.post(path, target.body).status_code}
            assert answers <= {404, 405} and 404 in answers, name
    assert (things.rows, alices.rows) == before


@pytest.mark.django_db
def test_ids_hidden_in_a_query_or_a_form_are_checked_too(as_user, bob, alices, echo_a) -> None:
    client, bobs = as_user(bob), Things(echo_a, f"user:{bob.pk}", user=bob)
    picker = site_addresses()["model-picker"]
    assert client.get(picker, {"conversation": str(bobs.conversation.pk)}).status_code == 200
    assert client.get(picker, {"conversation": str(alices.conversation.pk)}).status_code == 404
    version = path_to("message-version", bobs)
    assert client.post(version, {"version": str(bobs.question.pk)}).status_code == 302
    assert client.post(version, {"version": str(alices.question.pk)}).status_code == 404


@pytest.mark.django_db
def test_searching_finds_only_ones_own(as_user, alice, bob, alices) -> None:
    found = str(alices.conversation.pk)
    assert found in as_user(alice).get("/chat/history/", {"q": "secret"}).content.decode()
    assert found not in as_user(bob).get("/chat/history/", {"q": "secret"}).content.decode()
    assert found not in as_user(bob).get("/chat/").content.decode()


# --- the admin --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stranger", "alice"])
def test_the_admin_opens_to_nobody_but_staff(guest: Client, as_user, alice, alices, who: str) -> None:
    client = as_user(alice) if who == "alice" else guest
    routes = {route for route, _name in addresses() if route.startswith("admin/")} - ADMIN_DOORS
    assert len(routes) > 20
    before = alices.rows
    for route in routes:
        for response in (client.get(_filled(route)), client.post(_filled(route), {"post": "yes"})):
            assert response.status_code in (302, 403, 404), route
            if response.status_code == 302:
                assert response.url.startswith(("/admin/login/", "/accounts/login/", "/admin/")), route
    assert alices.rows == before


def _filled(route: str) -> str:
    for parameter in ("<path:object_id>", "<int:content_type_id>", "<id>"):
        route = route.replace(parameter, "1")
    return "/" + route.replace("r/1/<path:object_id>", "r/1/1").split("(?P", 1)[0].replace("^", "")


# --- sockets ----------------------------------------------------------------------------------------------------------


def test_every_socket_is_in_the_list() -> None:
    assert {str(pattern.pattern) for pattern in reply_sockets + battle_sockets} == set(SOCKETS)


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The site's own, without the reaper that it starts beside: it would work on through all other tests."""
    monkeypatch.setattr(lease, "start_reaper", lambda: None)
    return import_module("fastchat_site.asgi").application


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", sorted(SOCKETS))
async def test_a_socket_opens_for_its_owner_alone(application, alice, bob, alices, monkeypatch, route: str) -> None:
    async def follow(_generation_id: Any) -> Any:
        yield (1, 1), Finished("stop")

    monkeypatch.setattr(consumers, "follow", follow)
    monkeypatch.setattr(battle_consumers, "follow", follow)
    name = route[route.index("<") : route.index(">") + 1]
    path = "/" + route.replace(name, str(alices.ids[SOCKETS[route]]))
    cookies = {}
    for user in (alice, bob):
        client = Client()
        await client.aforce_login(user)
        cookies[user.username] = client.cookies["sessionid"].value

    assert await _opens(application, path, cookies["alice"])
    assert not await _opens(application, path, cookies["bob"])
    assert not await _opens(application, path, None)
    assert not await _opens(application, path, cookies["alice"], origin="http://evil.example")
    question = "/" + route.replace(name, str(alices.ids["question"]))
    assert not await _opens(application, question, cookies["alice"]), "a question has no stream"


async def _opens(application: Any, path: str, session: str | None, origin: str = "http://testserver") -> bool:
    headers = [(b"host", b"testserver"), (b"origin", origin.encode())]
    if session:
        headers.append((b"cookie", f"sessionid={session}".encode()))
    communicator = WebsocketCommunicator(application, path, headers)
    opened, _code = await communicator.connect()
    await communicator.disconnect()
    return bool(opened)
