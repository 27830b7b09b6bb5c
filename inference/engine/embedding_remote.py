"""Vectors from somebody else's server: the same connection, retries and refusals as for answers, another address."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import httpx2
import numpy as np

from inference.engine.embedding import EmbeddingRequest, Vectors, is_finite, packed
from inference.engine.remote import RemoteAnswer, RemoteEngine, RemoteStream
from inference.engine.remote_health import RemoteHealth
from inference.engine.types import Chunk, EngineError, EngineRequest, Finish, FinishReason, RemoteSpec, SamplingParams

LARGEST_ANSWER_BYTES = 256 * 2**20
LARGEST_DIMENSIONS = 65_536
NO_FIT = "The remote server sent vectors that do not fit the question."


class RemoteEmbeddings(RemoteEngine):
    """The remote engine of a model that answers with vectors."""

    def _answer_to(self, client: httpx2.AsyncClient, request: Any, stream: RemoteStream) -> RemoteAnswer:
        return _RemoteVectors(client, self._model, self._remote, request, stream, self.health)


class _RemoteVectors(RemoteAnswer):
    """One request for vectors, from the first try to the whole answer, which is not streamed."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        model: str,
        remote: RemoteSpec,
        request: EmbeddingRequest | EngineRequest,
        stream: RemoteStream,
        health: RemoteHealth,
    ) -> None:
        super().__init__(client, model, remote, EngineRequest(request.id, (), SamplingParams()), stream, health)
        self._inputs = request.inputs if isinstance(request, EmbeddingRequest) else None
        self._found = Vectors(finish=Finish("cancelled", 0, 0))

    def _path(self) -> str:
        return "/embeddings"

    def _body(self) -> dict[str, Any]:
        if self._inputs is None:
            raise EngineError("This model turns texts into vectors; it does not answer questions.")
        texts = [given if isinstance(given, str) else list(given) for given in self._inputs]
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        return {name: value for name, value in body.items() if name not in self._remote.omitted_fields}

    async def _read(self, response: httpx2.Response) -> FinishReason:
        said = bytearray()
        async for data in response.aiter_bytes():
            said += data
            if len(said) > LARGEST_ANSWER_BYTES:
                raise EngineError(NO_FIT)
        vectors, tokens = read_vectors(bytes(said), len(self._inputs or ()))
        self._found = Vectors(finish=Finish("stop", tokens, 0), data=packed(vectors), dimensions=vectors.shape[1])
        return "stop"

    def _finish(self, reason: FinishReason) -> Chunk:
        return self._found if reason == "stop" else Vectors(finish=Finish("cancelled", 0, 0))


def read_vectors(said: bytes, count: int) -> tuple[np.ndarray, int]:
    """(one row for each input, in order; tokens counted, 0 where the server tells none). Raises EngineError."""
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise EngineError("The remote server sent something that is no answer.") from error
    listed = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(listed, list) or len(listed) != count:
        raise EngineError(NO_FIT)
    rows: dict[int, np.ndarray] = {}
    for place, item in enumerate(listed):
        index = item.get("index", place) if isinstance(item, dict) else None
        if isinstance(index, int) and not isinstance(index, bool):
            rows[index] = _vector(item.get("embedding"))
    if set(rows) != set(range(count)) or len({len(row) for row in rows.values()}) != 1:
        raise EngineError(NO_FIT)
    return np.stack([rows[index] for index in range(count)]), _tokens(answer.get("usage"))


def _tokens(usage: Any) -> int:
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and 0 <= tokens < 2**31 else 0


def _vector(told: Any) -> np.ndarray:
    """Some servers answer in base64 whatever they are asked for."""
    vector = np.zeros(0, dtype=np.float32)
    if isinstance(told, str):
        try:
            vector = np.frombuffer(base64.b64decode(told, validate=True), dtype="<f4")
        except (binascii.Error, ValueError) as error:
            raise EngineError(NO_FIT) from error
    elif isinstance(told, list) and all(is_finite(number) for number in told):
        vector = np.array(told, dtype=np.float64).astype(np.float32)
    if not 0 < len(vector) <= LARGEST_DIMENSIONS:
        raise EngineError(NO_FIT)
    return vector
