"""What another server may send instead of vectors, and what we make of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from inference.engine.embedding_remote import read_vectors
from inference.engine.types import EngineError


def said(*vectors: Any, **more: Any) -> bytes:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return json.dumps({"object": "list", "data": data, **more}).encode()


def test_vectors_are_put_into_their_order() -> None:
    answer = json.loads(said([1, 2], [3.5, 4], usage={"prompt_tokens": 7}))
    answer["data"].reverse()
    vectors, tokens = read_vectors(json.dumps(answer).encode(), 2)
    assert vectors.tolist() == [[1, 2], [3.5, 4]] and tokens == 7
    for item in answer["data"]:
        del item["index"]  # a server that leaves them out means the order it has
    assert read_vectors(json.dumps(answer).encode(), 2)[0].tolist() == [[3.5, 4], [1, 2]]


def test_base64_is_understood_though_numbers_were_asked_for() -> None:
    packed = base64.b64encode(np.array([0.5, -2], dtype="<f4").tobytes()).decode()
    assert read_vectors(said(packed), 1)[0].tolist() == [[0.5, -2]]


@pytest.mark.parametrize("usage", [None, 3, {}, {"prompt_tokens": "7"}, {"prompt_tokens": -1}, {"prompt_tokens": True}])
def test_a_server_that_counts_nothing_costs_nothing(usage: Any) -> None:
    assert read_vectors(said([1], usage=usage), 1)[1] == 0


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000, b'{"data": 7}', b'{"data": [7]}', b'{"data": [null]}'),
        *(said(), said([1], [2]), said([]), said([[1]]), said([None]), said(["1"]), said([True]), said(None), said(7)),
        *(said("%%%"), said("AAA="), said("")),
        b'{"data": [{"index": 0, "embedding": [NaN]}]}',
        b'{"data": [{"index": 0, "embedding": [1e999]}]}',
        *(b'{"data": [{"index": %s, "embedding": [1]}]}' % index for index in (b"1", b"-1", b"true", b'"0"', b"0.0")),
    ],
)
def test_what_is_no_vector_is_a_sentence(answer: bytes) -> None:
    with pytest.raises(EngineError, match=r"vectors that do not fit|something that is no answer"):
        read_vectors(answer, 1)


def test_vectors_of_several_lengths_are_refused() -> None:
    with pytest.raises(EngineError, match="do not fit"):
        read_vectors(said([1, 2], [1]), 2)
