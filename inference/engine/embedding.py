"""The words for embeddings between an engine and the rest: texts go in, vectors come out as the end of a stream.

They pass through the same streams, processes and registry as answers. Nothing here knows Django, torch or a server.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inference.engine.types import Chunk, EngineError, EngineRequest, PromptTooLong

Input = str | tuple[int, ...]  # a text, or token numbers of the model's own tokenizer, taken as they are


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """Texts to be turned into vectors, all together or none."""

    id: str
    inputs: tuple[Input, ...]
    requester: str = ""


AnyRequest = EngineRequest | EmbeddingRequest


@dataclass(frozen=True, slots=True)
class Vectors(Chunk):
    """The one and last chunk. data: the vectors of the inputs in their order, each of `dimensions` float32 numbers,
    little-endian; `finish.prompt_tokens` counts what the model has read. Nothing when the request was cancelled."""

    data: bytes = b""
    dimensions: int = 0


class InputRefused(EngineError):
    """The request itself cannot be answered, whoever tries."""

    code = "invalid_value"


def too_long(index: int, tokens: int, room: int) -> PromptTooLong:
    return PromptTooLong(f"input[{index}] is too long for this model: it takes {tokens} tokens, and only {room} fit.")


def packed(vectors: np.ndarray) -> bytes:
    """As `Vectors.data`, each vector of length 1. Raises EngineError where there are no usable numbers."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not (lengths > 0).all():
        raise EngineError("The model computed no usable numbers (NaN) for this text.")
    return (vectors / lengths).astype("<f4").tobytes()


def unpacked(data: bytes, dimensions: int) -> np.ndarray:
    return np.frombuffer(data, dtype="<f4").reshape(-1, dimensions)


def shortened(data: bytes, dimensions: int, wanted: int) -> bytes:
    """Only the first numbers of each vector, again of length 1: for models that were trained so that this works
    (Kusupati et al. 2022, Matryoshka Representation Learning, arXiv:2205.13147). Raises InputRefused."""
    if not 1 <= wanted <= dimensions:
        raise InputRefused(f"dimensions must be between 1 and {dimensions} for this model.")
    return packed(unpacked(data, dimensions)[:, :wanted])


def is_finite(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
