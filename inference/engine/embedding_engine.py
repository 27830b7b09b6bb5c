"""The loop over an embedding model: every `step` computes the vectors of a few inputs of one request.

Requests take turns between steps, so that a large one does not hold up the others. One thread calls it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.engine.embedding import AnyRequest, EmbeddingRequest, InputRefused, Vectors, packed, too_long
from inference.engine.embedding_model import EmbeddingModel, load_embedding_model
from inference.engine.loading import Progress
from inference.engine.sequences import Key
from inference.engine.transformers import as_engine_error
from inference.engine.types import Chunk, EngineError, EngineSpec, Finish, Queued

# Padded tokens computed at once: a stop, and another request, wait for no more than these.
TOKENS_PER_STEP = {"cpu": 1024}
TOKENS_PER_STEP_ELSEWHERE = 16_384

Outcome = tuple[Key, Chunk | EngineError | Queued]


class _Job:
    """One request and how far it has come: the longest inputs first, so that equal lengths meet in a step."""

    def __init__(self, key: Key, token_ids: list[list[int]]) -> None:
        self.key = key
        self.token_ids = token_ids
        self.rest = deque(sorted(range(len(token_ids)), key=lambda index: -len(token_ids[index])))
        self.rows: dict[int, Any] = {}

    def next_inputs(self, budget: int) -> list[int]:
        longest = len(self.token_ids[self.rest[0]])
        return [self.rest.popleft() for _ in range(min(len(self.rest), max(1, budget // longest)))]

    def vectors(self) -> Vectors:
        rows = np.stack([self.rows[index] for index in range(len(self.token_ids))])
        tokens = sum(len(ids) for ids in self.token_ids)
        return Vectors(finish=Finish("stop", tokens, 0), data=packed(rows), dimensions=rows.shape[1])


class EmbeddingEngine:
    """`add` requests, call `step` while `has_work`, hand on what it returns."""

    def __init__(self, loaded: EmbeddingModel) -> None:
        self._loaded = loaded
        self._jobs: deque[_Job] = deque()
        self._outcomes: list[Outcome] = []
        self._budget = TOKENS_PER_STEP.get(loaded.device.type, TOKENS_PER_STEP_ELSEWHERE)
        self.info = loaded.info

    @classmethod
    def load(cls, spec: EngineSpec, progress: Progress = lambda loading: None) -> EmbeddingEngine:
        """Raises ModelUnavailable."""
        return cls(load_embedding_model(spec, progress))

    @property
    def has_work(self) -> bool:
        return bool(self._jobs or self._outcomes)

    def add(self, key: Key, request: AnyRequest) -> None:
        """A request that cannot be answered comes back from the next step as its error."""
        try:
            if not isinstance(request, EmbeddingRequest):
                raise EngineError("This model turns texts into vectors; it does not answer questions.")
            self._jobs.append(_Job(key, self._tokens_of(request)))
        except EngineError as error:
            self._outcomes.append((key, error))
        except Exception as error:
            self._outcomes.append((key, as_engine_error(error)))

    def cancel(self, key: Key) -> None:
        """Unknown and ended ones are left alone."""
        for job in [job for job in self._jobs if job.key == key]:
            self._jobs.remove(job)
            self._outcomes.append((key, Vectors(finish=Finish("cancelled", 0, 0))))

    def release_kept(self) -> None:
        """Nothing of a request is kept."""

    def step(self) -> list[Outcome]:
        if self._jobs:
            job = self._jobs.popleft()
            try:
                self._compute(job)
            except EngineError as error:
                self._outcomes.append((job.key, error))
            except Exception as error:
                self._outcomes.append((job.key, as_engine_error(error)))
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _compute(self, job: _Job) -> None:
        indexes = job.next_inputs(self._budget)
        vectors = self._loaded.vectors([job.token_ids[index] for index in indexes]).cpu().numpy()
        job.rows.update(zip(indexes, vectors, strict=True))
        if job.rest:
            self._jobs.append(job)
        else:
            self._outcomes.append((job.key, job.vectors()))

    def _tokens_of(self, request: EmbeddingRequest) -> list[list[int]]:
        """Raises InputRefused, PromptTooLong."""
        texts = [given for given in request.inputs if isinstance(given, str)]
        # Told to be silent: what is too long is refused below.
        read = iter(self._loaded.tokenizer(texts, verbose=False)["input_ids"] if texts else [])
        found = []
        for index, given in enumerate(request.inputs):
            token_ids = next(read) if isinstance(given, str) else list(given)
            self._check(index, token_ids)
            found.append(token_ids)
        return found

    def _check(self, index: int, token_ids: Sequence[int]) -> None:
        if not token_ids:
            raise InputRefused(f"input[{index}] holds nothing that this model can read.")
        if len(token_ids) > self.info.context_length:
            raise too_long(index, len(token_ids), self.info.context_length)
        foreign = next((token for token in token_ids if not 0 <= token < self._loaded.vocabulary_size), None)
        if foreign is not None:
            raise InputRefused(f"input[{index}] holds the token {foreign}, which this model does not have.")
