"""OpenAI's own Python client against the running site: what it sends we take, what we answer it understands."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest

pytestmark = pytest.mark.stack

QUESTION = [{"role": "user", "content": "one two three four"}]


def wait_for(condition: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    listed = {model.id: model for model in client.models.list()}
    assert {"quick", "slow"} <= set(listed)
    assert listed["quick"].object == "model" and listed["quick"].created > 1_600_000_000
    assert listed["quick"].to_dict()["state"] in ("ready", "idle")
    assert client.models.retrieve("quick").id == "quick"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("nobody")
    assert caught.value.code == "model_not_found"


def test_an_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="quick", messages=QUESTION)
    assert answer.id.startswith("chatcmpl-") and answer.object == "chat.completion" and answer.model == "quick"
    (choice,) = answer.choices
    assert (choice.index, choice.finish_reason, choice.message.role) == (0, "stop", "assistant")
    assert choice.message.content == "one two three four"
    assert answer.usage
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (4, 4, 8)


def test_a_streamed_answer_is_the_same_in_pieces(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="quick", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert chunks[0].choices[0].delta.role == "assistant"
    with_choices = [chunk for chunk in chunks if chunk.choices]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in with_choices) == "one two three four"
    assert [chunk.choices[0].finish_reason for chunk in with_choices][-1] == "stop"
    assert all(chunk.choices[0].finish_reason is None for chunk in with_choices[:-1])
    assert chunks[-1].choices == [] and chunks[-1].usage
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (4, 4)
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_without_being_asked_a_stream_tells_no_usage(client: openai.OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="quick", messages=QUESTION, stream=True))
    assert all(chunk.choices for chunk in chunks)


async def test_the_asynchronous_client(site: Any) -> None:
    async with openai.AsyncOpenAI(base_url=f"{site.stack.url}/v1", api_key=site.key, timeout=60) as client:
        answer = await client.chat.completions.create(model="quick", messages=QUESTION)
        assert answer.choices[0].message.content == "one two three four"
        stream = await client.chat.completions.create(model="quick", messages=QUESTION, stream=True)
        text = [chunk.choices[0].delta.content or "" async for chunk in stream]
        assert "".join(text) == "one two three four"


def test_several_choices(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="quick", messages=QUESTION, n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert {choice.message.content for choice in answer.choices} == {"one two three four"}
    assert answer.usage and (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (4, 12)

    texts = {0: "", 1: ""}
    ended: list[int] = []
    for chunk in client.chat.completions.create(model="quick", messages=QUESTION, n=2, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
            if choice.finish_reason:
                ended.append(choice.index)
    assert texts == {0: "one two three four", 1: "one two three four"} and sorted(ended) == [0, 1]


def test_the_length_is_limited_and_stops_are_kept(client: openai.OpenAI) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        answer = client.chat.completions.create(model="quick", messages=QUESTION, **{name: 2})  # type: ignore[call-overload]
        assert answer.choices[0].message.content == "one two"
        assert answer.choices[0].finish_reason == "length"
        assert answer.usage.completion_tokens == 2
    for stop in ("three", ["never", "three"]):
        answer = client.chat.completions.create(model="quick", messages=QUESTION, stop=stop)
        assert answer.choices[0].message.content == "one two "
        assert answer.choices[0].finish_reason == "stop"


def test_everything_else_that_is_taken(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="quick",
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
            {"role": "assistant", "content": "yes"},
            {"role": "user", "content": "three 四"},
        ],
        temperature=0.5,
        top_p=0,
        seed=7,
        presence_penalty=0.5,
        frequency_penalty=-0.5,
        user="somebody",
        metadata={"run": "7"},
        logprobs=False,
        response_format={"type": "text"},
        extra_body={"top_k": 5, "repetition_penalty": 1.1},
    )
    assert answer.choices[0].message.content == "three 四"


def test_the_generation_keeps_what_was_asked(site: Any, client: openai.OpenAI) -> None:
    messages: list[Any] = [{"role": "developer", "content": "Brief."}, {"role": "user", "content": "a mark of its own"}]
    client.chat.completions.create(model="quick", messages=messages, temperature=0.25, seed=11, n=2)
    rows = site.stack.rows(
        "SELECT requester, user_id, json_extract(params, '$.temperature'), json_extract(params, '$.seed'), "
        "json_extract(prompt, '$[0].role') FROM inference_generation WHERE text = 'a mark of its own' ORDER BY 4"
    )
    assert [row[2:] for row in rows] == [(0.25, 11, "system"), (0.25, 12, "system")]
    assert rows[0][0].startswith("key:") and rows[0][1]


def test_completions_go_on_with_a_text(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="quick", prompt="one two three")
    assert answer.id.startswith("cmpl-") and answer.object == "text_completion"
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("one two three", "stop")

    answer = client.completions.create(model="quick", prompt=["one", "two two"], n=2, max_tokens=5)
    assert [choice.text for choice in answer.choices] == ["one", "one", "two two", "two two"]
    assert answer.usage and (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 6)

    chunks = list(client.completions.create(model="quick", prompt="one two three", stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == "one two three"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_errors_are_of_the_clients_own_kinds(site: Any, client: openai.OpenAI) -> None:
    with site.client("sk-fc-" + "x" * 43) as stranger, pytest.raises(openai.AuthenticationError) as caught:
        stranger.models.list()
    assert caught.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="nobody", messages=QUESTION)
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="quick", messages=QUESTION, temperature=3)
    assert refused.value.param == "temperature"
    with pytest.raises(openai.BadRequestError) as unsupported:
        client.chat.completions.create(model="quick", messages=QUESTION, store=True)
    assert (unsupported.value.param, unsupported.value.code) == ("store", "unsupported_parameter")
    with pytest.raises(openai.BadRequestError) as embeddings:
        client.embeddings.create(model="quick", input="x")
    assert embeddings.value.code == "model_not_for_embeddings"


def test_a_prompt_that_does_not_fit_is_a_bad_request(client: openai.OpenAI) -> None:
    too_long = [{"role": "user", "content": "word " * 9000}]
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model="quick", messages=too_long, stream=stream)  # type: ignore[call-overload]
        assert caught.value.code == "context_length_exceeded"


def test_an_answer_that_fails_is_an_error_also_within_a_stream(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="slow", messages=[{"role": "user", "content": "!fail"}])
    question: list[Any] = [{"role": "user", "content": "!fail after 3 words of this"}]
    text = ""
    with pytest.raises(openai.APIError, match="failed because"):
        for chunk in client.chat.completions.create(model="slow", messages=question, stream=True):
            text += chunk.choices[0].delta.content or ""
    assert text == "!fail after 3"


def status_of(site: Any, text: str) -> str:
    ((status,),) = site.stack.rows("SELECT status FROM inference_generation WHERE prompt LIKE ?", f"%{text}%")
    return str(status)


def test_a_client_that_leaves_a_stream_stops_the_answer(site: Any, client: openai.OpenAI) -> None:
    question: list[Any] = [{"role": "user", "content": "leaves the stream"}]
    stream = client.chat.completions.create(model="slow", messages=question, stream=True)
    for number, _chunk in enumerate(stream):
        if number == 3:
            break
    assert status_of(site, "leaves the stream") == "running"
    stream.close()
    wait_for(lambda: status_of(site, "leaves the stream") == "stopped")


def test_a_client_that_waits_no_longer_stops_the_answer(site: Any) -> None:
    question: list[Any] = [{"role": "user", "content": "waits no longer"}]
    with site.client(timeout=1.5) as hasty, pytest.raises(openai.APITimeoutError):
        hasty.chat.completions.create(model="slow", messages=question, n=2)
    count = "SELECT count(*) FROM inference_generation WHERE prompt LIKE '%waits no longer%' AND status = 'stopped'"
    wait_for(lambda: site.stack.rows(count) == [(2,)])
