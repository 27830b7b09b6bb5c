"""The engine loop over a loaded transformers model: every `step` moves every running answer on by one token.

Requests join and leave between steps; a long prompt is read in pieces, so running answers keep flowing.
Knows no process, no socket and no clock. One thread calls it; nothing here blocks.
"""

from __future__ import annotations

import logging

import torch
from torch import Tensor

from inference.engine.forward import Forward, Work, fastest_right_forward
from inference.engine.loading import LoadedModel, Progress, load_model
from inference.engine.prompt import PromptBuilder
from inference.engine.sampling import choose_tokens
from inference.engine.sequences import Key, Sequence
from inference.engine.types import Chunk, EngineError, EngineInfo, EngineRequest, EngineSpec

logger = logging.getLogger(__name__)

# Prompt tokens read per step, shared by all prompts that wait: more would make the running answers stutter.
PROMPT_TOKENS_PER_STEP = 256

Outcome = tuple[Key, Chunk | EngineError]


class TransformersEngine:
    """`add` requests, call `step` while `has_work`, hand on what it returns."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._prompts = PromptBuilder(loaded.tokenizer)
        self._forward: Forward = fastest_right_forward(loaded.model, loaded.device, loaded.info.context_length)
        self._vocabulary_size = int(loaded.model.config.get_text_config().vocab_size)
        self._sequences: dict[Key, Sequence] = {}  # in order of arrival
        self._outcomes: list[Outcome] = []  # of what happened between two steps
        loaded.info.warnings.extend(self._prompts.warnings)

    @classmethod
    def load(cls, spec: EngineSpec, progress: Progress = lambda loading: None) -> TransformersEngine:
        """Raises ModelUnavailable."""
        return cls(load_model(spec, progress))

    @property
    def info(self) -> EngineInfo:
        return self._loaded.info

    @property
    def has_work(self) -> bool:
        return bool(self._sequences or self._outcomes)

    def add(self, key: Key, request: EngineRequest) -> None:
        """A request that cannot be answered comes back from the next step as its error."""
        try:
            sequence = Sequence(key, request, self._loaded, self._prompts, self._vocabulary_size)
            already_complete = sequence.finish_if_complete()
        except EngineError as error:
            self._outcomes.append((key, error))
            return
        except Exception as error:
            self._outcomes.append((key, _as_engine_error(error)))
            return
        if already_complete:
            self._outcomes.append((key, already_complete))
        else:
            self._sequences[key] = sequence

    def cancel(self, key: Key) -> None:
        """Ends an answer before the next token; unknown and ended ones are left alone."""
        if sequence := self._sequences.get(key):
            self._end(key)
            self._outcomes.append((key, sequence.finish("cancelled")))

    def step(self) -> list[Outcome]:
        works = self._plan()
        results = self._forward.advance(works) if works else []
        ready: list[tuple[Sequence, Tensor]] = []
        for work, result in zip(works, results, strict=True):
            sequence = self._sequences[work.key]
            if isinstance(result, Exception):
                self._fail(work.key, _as_engine_error(result))
                continue
            sequence.computed += len(work.token_ids)
            if sequence.computed == len(sequence.token_ids):
                ready.append((sequence, result))
        if ready:
            self._choose_next_tokens(ready)
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _plan(self) -> list[Work]:
        """One token for every answer that runs, and the next piece of the prompts that wait, oldest first."""
        works = []
        budget = PROMPT_TOKENS_PER_STEP
        for key, sequence in self._sequences.items():
            if sequence.is_decoding:
                works.append(Work(key, sequence.next_token_ids(1), is_decoding=True))
            elif token_ids := sequence.next_token_ids(budget):
                budget -= len(token_ids)
                works.append(Work(key, token_ids))
        return works

    def _choose_next_tokens(self, ready: list[tuple[Sequence, Tensor]]) -> None:
        try:
            logits = torch.stack([row for _, row in ready])
            chosen = choose_tokens(logits, [sequence.sampling for sequence, _ in ready])
        except Exception as error:
            for sequence, _ in ready:
                self._fail(sequence.key, _as_engine_error(error))
            return
        for (sequence, _), token_id in zip(ready, chosen, strict=True):
            if token_id is None:
                broken = "The model computed no usable numbers (NaN) for this conversation."
                self._fail(sequence.key, EngineError(broken))
                continue
            try:
                chunk = sequence.accept(token_id)
            except Exception as error:  # some tokenizers raise for a token that only the model knows
                self._fail(sequence.key, _as_engine_error(error))
                continue
            self._outcomes.append((sequence.key, chunk))
            if chunk.finish:
                self._end(sequence.key)

    def _fail(self, key: Key, error: EngineError) -> None:
        self._end(key)
        self._outcomes.append((key, error))

    def _end(self, key: Key) -> None:
        del self._sequences[key]
        self._forward.release(key)


def _as_engine_error(error: Exception) -> EngineError:
    logger.error("a request failed", exc_info=error)
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error):
        return EngineError(
            "There was not enough memory for this answer; a shorter conversation, or fewer answers at the "
            "same time, may work."
        )
    lines = str(error).strip().splitlines()
    return EngineError(f"The model failed on this request ({type(error).__name__}: {lines[0][:200] if lines else ''}).")
