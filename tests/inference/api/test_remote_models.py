"""A second site of ours asks the first one: API and worker through two hops, refusals, stops, a lost server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.inference.api.conftest import PASSWORD, Site
from tests.stack import Stack

pytestmark = pytest.mark.stack

QUESTION: list[Any] = [{"role": "user", "content": "one two three 四"}]


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server that really has the models."""
    folder = tmp_path_factory.mktemp("far")
    environment = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD}
    with Stack(folder, **environment) as stack:
        stack.add_echo_model("quick")
        stack.add_echo_model("slow", "words_per_second=15,words=2000")
        yield Site(stack)


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory, far: Site) -> Iterator[Site]:
    """The one that people ask; it knows the other by its address and by a key in a variable."""
    folder = tmp_path_factory.mktemp("near")
    environment = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD, "ALLOW_PRIVATE_ENDPOINTS": "1"}
    environment |= {"FAR_API_KEY": far.key, "WRONG_API_KEY": "sk-fc-wrong"}
    with Stack(folder, **environment) as stack:
        for slug, source, variable in [
            *(("far-quick", "quick", "FAR_API_KEY"), ("far-slow", "slow", "FAR_API_KEY")),
            *(("no-key", "quick", "WRONG_API_KEY"), ("no-model", "nobody", "FAR_API_KEY")),
            ("unset", "quick", "UNSET_API_KEY"),
        ]:
            add_remote(stack, far, slug, source, variable)
        wait_for(lambda: stack.state_of("far-quick") == "ready" and stack.state_of("no-model") != "offline")
        yield Site(stack)


def add_remote(stack: Stack, far: Site, slug: str, source: str, variable: str) -> None:
    options = ["--backend", "remote", "--base-url", f"{far.stack.url}/v1", "--api-key-env", variable]
    added = stack.manage("addmodel", source, *options, "--slug", slug, "--name", slug)
    assert added.returncode == 0, added.stderr


def wait_for(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def client(near: Site) -> Iterator[openai.OpenAI]:
    with near.client() as client:
        yield client


def status_of(site: Site, text: str) -> list[str]:
    query = "SELECT status FROM inference_generation WHERE prompt LIKE ?"
    return [status for (status,) in site.stack.rows(query, f"%{text}%")]


def test_an_answer_through_two_hops(client: openai.OpenAI, far: Site) -> None:
    answer = client.chat.completions.create(model="far-quick", messages=QUESTION, temperature=0.5, max_tokens=3)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("one two three", "length")
    assert answer.usage and (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (4, 3)
    stream = client.chat.completions.create(model="far-quick", messages=QUESTION, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "one two three 四"
    assert client.completions.create(model="far-quick", prompt="a b").choices[0].text == "a b"
    ((temperature,),) = far.stack.rows(
        "SELECT json_extract(params, '$.temperature') FROM inference_generation WHERE completion_tokens = 3"
    )
    assert temperature == 0.5


def test_the_servers_are_kept_once(near: Site) -> None:
    names = near.stack.rows("SELECT api_key_env, encrypted_key FROM inference_endpoint ORDER BY 1")
    assert names == [("FAR_API_KEY", ""), ("UNSET_API_KEY", ""), ("WRONG_API_KEY", "")]


def test_what_can_answer_is_known_before_anybody_asks(client: openai.OpenAI, near: Site) -> None:
    wait_for(lambda: near.stack.state_of("no-key") == "offline")
    told = {model.id: model.to_dict() for model in client.models.list()}
    assert {name: model["state"] for name, model in told.items() if name in ("far-slow", "no-key", "unset")} == {
        "far-slow": "ready",
        "no-key": "offline",
        "unset": "offline",
    }
    assert "does not accept our key" in str(told["no-key"]["reason"])
    assert told["unset"]["reason"] == "The variable UNSET_API_KEY is not set on the worker."
    assert client.models.retrieve("unset").to_dict()["state"] == "offline"
    assert "unset" in near.stack.manage("models").stdout
    asked = near.stack.manage("test_message", "--model", "unset")  # it may be asked all the same
    assert asked.returncode and "is not set on the worker" in asked.stderr


def test_what_the_other_server_refuses_is_a_sentence_here(client: openai.OpenAI, near: Site) -> None:
    with pytest.raises(openai.InternalServerError, match="does not accept our key") as caught:
        client.chat.completions.create(model="no-key", messages=QUESTION)
    assert (caught.value.status_code, caught.value.code) == (503, "model_unavailable")
    with pytest.raises(openai.InternalServerError, match="does not know this model"):
        client.chat.completions.create(model="no-model", messages=QUESTION)
    wait_for(lambda: near.stack.state_of("no-model") == "offline", 10)
    too_long: list[Any] = [{"role": "user", "content": "word " * 9000}]
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="far-quick", messages=too_long)
    assert refused.value.code == "context_length_exceeded"
    with pytest.raises(openai.APIError, match="broke off the answer"):
        list(
            client.chat.completions.create(
                model="far-slow", messages=[{"role": "user", "content": "!fail after 5 w o r d s"}], stream=True
            )
        )


def test_a_client_that_leaves_stops_both(client: openai.OpenAI, near: Site, far: Site) -> None:
    question: list[Any] = [{"role": "user", "content": "leaves both"}]
    stream = client.chat.completions.create(model="far-slow", messages=question, stream=True)
    for number, _chunk in enumerate(stream):
        if number == 4:
            break
    assert status_of(near, "leaves both") == status_of(far, "leaves both") == ["running"]
    stream.close()
    wait_for(lambda: status_of(near, "leaves both") == status_of(far, "leaves both") == ["stopped"])


def test_a_private_address_needs_the_setting(far: Site) -> None:
    options = ["--backend", "remote", "--base-url", "http://127.0.0.1:8000/v1", "--name", "x"]
    refused = far.stack.manage("addmodel", "quick", *options)
    assert refused.returncode and "ALLOW_PRIVATE_ENDPOINTS" in refused.stderr
    assert far.stack.rows("SELECT count(*) FROM inference_endpoint") == [(0,)]


def test_the_other_server_dies_in_the_middle(near: Site, far: Site, client: openai.OpenAI) -> None:
    """Last in this file: the far web server is killed; its supervisor starts it again, and the next question works."""
    question: list[Any] = [{"role": "user", "content": "dies in the middle"}]
    text = ""
    with pytest.raises(openai.APIError, match="lost in the middle"):
        for number, chunk in enumerate(
            client.chat.completions.create(model="far-slow", messages=question, stream=True)
        ):
            text += chunk.choices[0].delta.content or ""
            if number == 5:
                for pid in far.stack.child_pids("daphne"):
                    os.kill(pid, signal.SIGKILL)
    assert status_of(near, "dies in the middle") == ["failed"]
    ((kept,),) = near.stack.rows("SELECT text FROM inference_generation WHERE prompt LIKE '%dies in the middle%'")
    assert text and kept == text
    far.stack.wait_until_ready()
    answer = client.chat.completions.create(model="far-quick", messages=QUESTION)
    assert answer.choices[0].message.content == "one two three 四"
