"""/v1/embeddings through the running site with OpenAI's own client: local, remote, refused, stopped, surviving."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from tests.inference.api.conftest import PASSWORD, Site
from tests.stack import Stack

pytestmark = pytest.mark.stack

TOO_LONG = (400, "context_length_exceeded", "input")
TEXTS = ["the quick brown fox", "環境影響評估", "a", "air quality and noise " * 20]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random BERT with its own tokenizer, as Sentence Transformers keeps one."""
    made = tmp_path_factory.mktemp("checkpoint") / "tiny-bert"
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["[PAD]", "[CLS]", "[SEP]"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    backend.train_from_iterator(TEXTS, trainer)
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(3)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config = transformers.BertConfig(vocab_size=300, max_position_embeddings=256, **shape)
    transformers.BertModel(config).save_pretrained(made)
    tokenizer.save_pretrained(made)
    (made / "1_Pooling").mkdir()
    (made / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    return made


def wait_for(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Site]:
    """A site of its own, because its worker is killed in the last test. It also asks itself as a remote server, with a
    key that must be known when its worker starts."""
    environment = {
        **{"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD, "ALLOW_PRIVATE_ENDPOINTS": "1"},
        **{"MAX_ACTIVE_GENERATIONS": "4", "DJANGO_SUPERUSER_PASSWORD": PASSWORD, "WRONG_API_KEY": "sk-fc-wrong"},
    }
    stack = Stack(tmp_path_factory.mktemp("embeddings"), "--dtype", "float32", **environment)
    for command in (["migrate"], ["createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.com"]):
        assert stack.manage(*command).returncode == 0
    site = Site(stack)
    stack.environment["HERE_API_KEY"] = site.key
    remote = ["--backend", "remote", "--base-url", f"{stack.url}/v1", "--task", "embedding"]
    for slug, source, *options in [
        ("quick", "", "--backend", "echo"),
        ("tiny", str(folder), "--context-length", "200"),
        ("shortened", str(folder), "--matryoshka"),
        ("far", "tiny", *remote, "--api-key-env", "HERE_API_KEY"),
        ("no-key", "tiny", *remote, "--api-key-env", "WRONG_API_KEY"),
    ]:
        added = stack.manage("addmodel", source, "--slug", slug, "--name", slug, *options)
        assert added.returncode == 0, added.stderr
    with stack:
        # Its key is refused, which the worker finds out by itself; the others come.
        wait_for(lambda: {model["slug"] for model in states(stack) if model["state"] == "offline"} <= {"no-key"})
        yield site


def states(stack: Stack) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(stack.manage("models", "--json").stdout)["models"]
    return [model for model in listed if not model["slug"].startswith("demo")]


@pytest.fixture
def client(here: Site) -> Iterator[openai.OpenAI]:
    with here.client() as client:
        yield client


def reference(folder: Path, text: str) -> np.ndarray:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.BertModel.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        vector = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0).numpy()
    return vector / np.linalg.norm(vector)


def refused(call: Any, status: int, code: str, param: str | None) -> str:
    with pytest.raises(openai.APIStatusError) as caught:
        call()
    assert (caught.value.status_code, caught.value.code, caught.value.param) == (status, code, param)
    return str(caught.value)


def test_vectors_of_texts(client: openai.OpenAI, folder: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokens = [len(tokenizer(text)["input_ids"]) for text in TEXTS]
    found = client.embeddings.create(model="tiny", input=TEXTS)
    assert (found.object, found.model, [item.index for item in found.data]) == ("list", "tiny", [0, 1, 2, 3])
    assert (found.usage.prompt_tokens, found.usage.total_tokens) == (sum(tokens), sum(tokens))
    for item, text in zip(found.data, TEXTS, strict=True):
        assert item.object == "embedding"
        assert np.abs(np.array(item.embedding) - reference(folder, text)).max() < 1e-5
    as_numbers = client.embeddings.create(model="tiny", input=TEXTS[0], encoding_format="float", user="me")
    assert np.abs(np.array(as_numbers.data[0].embedding) - np.array(found.data[0].embedding)).max() < 1e-5
    ids = tokenizer(TEXTS[0])["input_ids"]
    for given in (ids, [ids]):
        by_tokens = client.embeddings.create(model="tiny", input=given)
        assert by_tokens.usage.prompt_tokens == len(ids)
        assert np.abs(np.array(by_tokens.data[0].embedding) - np.array(found.data[0].embedding)).max() < 1e-5


async def test_the_asynchronous_client(here: Site) -> None:
    async with openai.AsyncOpenAI(base_url=f"{here.stack.url}/v1", api_key=here.key, timeout=60) as client:
        found = await client.embeddings.create(model="tiny", input=["a", "b"])
    assert len(found.data) == 2 and len(found.data[0].embedding) == 32


def test_dimensions_only_where_the_model_allows_them(client: openai.OpenAI) -> None:
    whole = np.array(client.embeddings.create(model="shortened", input="a").data[0].embedding)
    short = np.array(client.embeddings.create(model="shortened", input="a", dimensions=8).data[0].embedding)
    assert np.abs(short - whole[:8] / np.linalg.norm(whole[:8])).max() < 1e-6
    refused(
        lambda: client.embeddings.create(model="tiny", input="a", dimensions=8),
        *(400, "unsupported_parameter", "dimensions"),
    )
    sentence = refused(
        lambda: client.embeddings.create(model="shortened", input="a", dimensions=33),
        400,
        "invalid_value",
        "dimensions",
    )
    assert "between 1 and 32" in sentence


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ([], "invalid_value", "input"),
        ("", "invalid_value", "input"),
        (["a", ""], "invalid_value", "input[1]"),
        (["a", [1]], "invalid_type", "input"),
        ([[1], []], "invalid_value", "input[1]"),
        ([[1, True]], "invalid_type", "input[0]"),
        ({"a": 1}, "invalid_type", "input"),
        (7, "invalid_type", "input"),
        (["a"] * 2049, "array_above_max_length", "input"),
        ("a\0b", "invalid_value", "input"),
        ([299, 300], "invalid_value", "input"),
        (["a", "word " * 400], "context_length_exceeded", "input"),
    ],
)
def test_what_is_refused_names_its_place(client: openai.OpenAI, given: Any, code: str, param: str) -> None:
    sentence = refused(lambda: client.embeddings.create(model="tiny", input=given), 400, code, param)
    if code == "context_length_exceeded":
        assert "input[1]" in sentence and "only 200 fit" in sentence


def test_each_model_does_its_own_work(client: openai.OpenAI) -> None:
    assert {"tiny", "quick"} <= {model.id for model in client.models.list()}
    create: Any = client.embeddings.create
    refused(lambda: create(model="quick", input="a"), 400, "model_not_for_embeddings", "model")
    refused(lambda: create(model="nobody", input="a"), 404, "model_not_found", "model")
    refused(lambda: create(model="tiny", input="a", extra_body={"x": 1}), 400, "unknown_parameter", "x")
    question: Any = [{"role": "user", "content": "x"}]
    for call in (
        lambda: client.chat.completions.create(model="tiny", messages=question),
        lambda: client.completions.create(model="tiny", prompt="x"),
    ):
        refused(call, 400, "model_only_for_embeddings", "model")


def test_requests_are_counted(here: Site) -> None:
    key = here.new_key("--name", "counted")
    with here.client(key) as client:
        tokens = client.embeddings.create(model="tiny", input=TEXTS).usage.prompt_tokens
        client.embeddings.create(model="tiny", input=TEXTS)
    query = (
        "SELECT requests, prompt_tokens, completion_tokens FROM inference_usageday JOIN inference_apikey "
        "ON charged_to = 'key:' || inference_apikey.id WHERE name = 'counted'"
    )
    assert here.stack.rows(query) == [(2, 2 * tokens, 0)]


def test_a_remote_model_gives_the_same_vectors(client: openai.OpenAI) -> None:
    own, far = (client.embeddings.create(model=slug, input=TEXTS) for slug in ("tiny", "far"))
    for mine, theirs in zip(own.data, far.data, strict=True):
        assert np.abs(np.array(mine.embedding) - np.array(theirs.embedding)).max() < 1e-6
    assert own.usage == far.usage
    refused(lambda: client.embeddings.create(model="no-key", input="a"), 503, "model_unavailable", None)
    refused(lambda: client.embeddings.create(model="far", input=["a", "word " * 400]), *TOO_LONG)


@contextmanager
def frozen(stack: Stack) -> Iterator[None]:
    """While open, every engine stands still in whatever it does."""
    pids = stack.child_pids("inference.engine.serve")
    assert pids, "no engine is loaded"
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_a_client_that_leaves_gives_its_place_back(here: Site) -> None:
    """There are four places."""
    with here.client() as patient, here.client(timeout=2.0) as hasty:
        assert len(patient.embeddings.create(model="tiny", input="a").data) == 1
        with frozen(here.stack):
            for _number in range(6):
                with pytest.raises(openai.APITimeoutError):
                    hasty.embeddings.create(model="tiny", input="a")
        assert len(patient.embeddings.create(model="tiny", input="a").data) == 1


def test_too_many_at_once_are_refused(here: Site) -> None:
    statuses: list[int] = []

    def ask() -> None:
        with here.client() as client:
            try:
                client.embeddings.create(model="tiny", input="a")
                statuses.append(200)
            except openai.APIStatusError as error:
                statuses.append(error.status_code)

    threads = [threading.Thread(target=ask) for _number in range(10)]
    with frozen(here.stack):
        for thread in threads:
            thread.start()
        wait_for(lambda: len(statuses) == 6)
        assert statuses == [429] * 6
    for thread in threads:
        thread.join(60)
    assert statuses[6:] == [200] * 4


def test_a_dead_worker_is_replaced(here: Site) -> None:
    """Last: the worker dies with the request in its hands; its supervisor starts another, which answers."""
    found: list[int] = []

    def ask() -> None:
        with here.client(timeout=300) as client:
            found.append(len(client.embeddings.create(model="tiny", input=TEXTS).data))

    thread = threading.Thread(target=ask)
    with frozen(here.stack):
        thread.start()
        wait_for(lambda: json.loads(here.stack.manage("models", "--json").stdout)["workers"][0]["running"] == 1)
        (pid,) = here.stack.child_pids("manage.py worker")
        os.kill(pid, signal.SIGKILL)
    thread.join(300)
    assert found == [len(TEXTS)]
