"""The engine loop over a loaded transformers model: every `step` moves every running answer on by one token.

Requests join and leave between steps; a long prompt is read in pieces, so running answers keep flowing.
Knows no process, no socket and no clock. One thread calls it; nothing here blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from inference.engine.admission import Admission, longest_that_fits
from inference.engine.answer_memory import places_for_answers, places_for_ended_answers
from inference.engine.asked_form import AskedForm, AskedForms
from inference.engine.choose_forward import fastest_right_forward
from inference.engine.forward import Forward, Work
from inference.engine.loading import LoadedModel, Progress, load_model
from inference.engine.logprobs import likelihoods
from inference.engine.preparing import Preparing
from inference.engine.prompt import PromptBuilder
from inference.engine.sampling import choose_tokens
from inference.engine.sequences import Key, Sequence
from inference.engine.types import Chunk, EngineError, EngineRequest, EngineSpec, Finish, FormatRefused, Queued

logger = logging.getLogger(__name__)

# Prompt tokens read per step, shared by all prompts that wait; less of it beside running answers, which would stutter.
PROMPT_TOKENS_PER_STEP = 256
PROMPT_TOKENS_PER_ANSWER = 4

Outcome = tuple[Key, Chunk | EngineError | Queued]


class TransformersEngine:
    """`add` requests, call `step` while `has_work`, hand on what it returns."""

    def __init__(self, loaded: LoadedModel, answer_memory: int | None = None) -> None:
        """answer_memory: bytes for the keys and values of all answers together; None takes a share of what is free."""
        self._loaded = loaded
        self._prompts = PromptBuilder(
            loaded.tokenizer, loaded.prompt_format, closes_text=loaded.model.config.is_encoder_decoder
        )
        context_length = loaded.info.context_length
        self._forward: Forward = fastest_right_forward(loaded.model, loaded.device, context_length)
        places = places_for_answers(loaded.model, loaded.device, context_length, answer_memory)
        self._admission = Admission(self._forward, places, places_for_ended_answers(places, loaded.device))
        self._vocabulary_size = int(loaded.model.config.get_text_config().vocab_size)
        ends = loaded.end_token_ids | self._prompts.end_token_ids
        self._forms = AskedForms(loaded.tokenizer, self._prompts.format, self._vocabulary_size, ends)
        self._preparing = Preparing(self._forms.of)
        self._outcomes: list[Outcome] = []  # of what happened between two steps
        self.info = replace(loaded.info, warnings=[*loaded.info.warnings, *self._prompts.warnings])
        self.info.context_length = longest_that_fits(self._forward, places, context_length)
        if self.info.context_length < context_length:
            self.info.warnings.append(
                f"There is memory for conversations of {self.info.context_length} tokens only; the model could read "
                f"{context_length}."
            )

    @classmethod
    def load(cls, spec: EngineSpec, progress: Progress = lambda loading: None) -> TransformersEngine:
        """Raises ModelUnavailable."""
        return cls(load_model(spec, progress), spec.answer_memory)

    @property
    def has_work(self) -> bool:
        return bool(self._admission.has_work or self._outcomes or self._preparing)

    def add(self, key: Key, request: EngineRequest) -> None:
        """A request that cannot be answered comes back from a later step as its error."""
        if request.form.is_plain:
            self._begin(key, request, AskedForm)
        else:
            self._preparing.add(key, request)

    def _begin(self, key: Key, request: EngineRequest, form: Callable[[], AskedForm]) -> None:
        try:
            sequence = Sequence(
                key, request, form(), self._loaded, self._prompts, self._vocabulary_size, self.info.context_length
            )
            already_complete = sequence.finish_if_complete()
        except EngineError as error:
            self._outcomes.append((key, error))
            return
        except Exception as error:
            self._outcomes.append((key, as_engine_error(error)))
            return
        if already_complete:
            self._outcomes.append((key, already_complete))
        else:
            self._admission.add(sequence)

    def cancel(self, key: Key) -> None:
        """Ends an answer before the next token, or before its first; unknown and ended ones are left alone."""
        if self._preparing.withdraw(key):
            self._outcomes.append((key, Chunk(finish=Finish("cancelled", 0, 0))))
            return
        sequence = self._admission.withdraw(key)
        if sequence is None and (sequence := self._admission.running.get(key)):
            self._admission.end(key, keep=True)
        if sequence:
            self._outcomes.append((key, sequence.finish("cancelled")))

    def release_kept(self) -> None:
        """Gives back the memory of ended answers; the next question of a conversation is read from its beginning."""
        self._forward.kept.keep_at_most(0)

    def step(self) -> list[Outcome]:
        if self._preparing:
            self._begin_what_is_ready()
        self._outcomes += self._admission.begin_step()
        works = self._plan()
        results = self._forward.advance(works) if works else []
        ready: list[tuple[Sequence, Tensor]] = []
        for work, result in zip(works, results, strict=True):
            sequence = self._admission.running[work.key]
            if isinstance(result, Exception):
                self._fail(work.key, as_engine_error(result))
                continue
            sequence.computed += len(work.token_ids)
            if sequence.computed == len(sequence.token_ids):
                ready.append((sequence, result))
        if ready:
            self._choose_next_tokens(ready)
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _begin_what_is_ready(self) -> None:
        if not self._admission.has_work and not self._outcomes:
            self._preparing.rest()
        for key, request, made in self._preparing.ready():
            self._begin(key, request, made.result)

    def _plan(self) -> list[Work]:
        """One token for every answer that runs, and the next piece of the prompts that wait, oldest first."""
        works = []
        budget = prompt_tokens_beside(sum(each.is_decoding for each in self._admission.running.values()))
        for key, sequence in self._admission.running.items():
            if sequence.is_decoding:
                works.append(Work(key, sequence.next_token_ids(1), is_decoding=True))
            elif token_ids := sequence.next_token_ids(budget):
                budget -= len(token_ids)
                works.append(Work(key, token_ids, prompt_length=sequence.prompt_tokens))
        return works

    def _choose_next_tokens(self, ready: list[tuple[Sequence, Tensor]]) -> None:
        ready.sort(key=lambda each: each[1].data_ptr())
        try:
            logits = _as_one([row for _, row in ready])
            chosen = choose_tokens(logits, [sequence.sampling for sequence, _ in ready])
        except Exception as error:
            for sequence, _ in ready:
                self._fail(sequence.key, as_engine_error(error))
            return
        for (sequence, row), token_id in zip(ready, chosen, strict=True):
            if token_id is None:
                self._fail(sequence.key, _nothing_to_choose(sequence))
                continue
            try:
                chunk = sequence.accept(token_id)
                if sequence.alternatives is not None and chunk.token_ids:
                    told = likelihoods(row, token_id, sequence.alternatives, self._forms.token_bytes)
                    chunk = replace(chunk, logprobs=(told,))
            except Exception as error:  # some tokenizers raise for a token that only the model knows
                self._fail(sequence.key, as_engine_error(error))
                continue
            self._outcomes.append((sequence.key, chunk))
            if chunk.finish:
                self._admission.end(sequence.key, keep=True)

    def _fail(self, key: Key, error: EngineError) -> None:
        self._admission.end(key, keep=False)
        self._outcomes.append((key, error))


def prompt_tokens_beside(answers: int) -> int:
    """How many are read in one step. Few answers have short steps, which are stretched more than those of many; and
    where there are many, as many prompts wait."""
    if not answers:
        return PROMPT_TOKENS_PER_STEP
    return max(PROMPT_TOKENS_PER_STEP // 4, min(PROMPT_TOKENS_PER_STEP // 2, answers * PROMPT_TOKENS_PER_ANSWER))


def _as_one(rows: list[Tensor]) -> Tensor:
    """[rows, vocabulary]; not copied where they lie right behind each other in one tensor, as one pass leaves them."""
    first, size = rows[0], rows[0].nbytes
    are_neighbours = first.is_contiguous() and all(
        row.data_ptr() == first.data_ptr() + n * size for n, row in enumerate(rows)
    )
    if are_neighbours and first.untyped_storage().data_ptr() == rows[-1].untyped_storage().data_ptr():
        return first.as_strided((len(rows), len(first)), (len(first), 1))
    return torch.stack(rows)


def _nothing_to_choose(sequence: Sequence) -> EngineError:
    if sequence.sampling.grammar:
        fault = sequence.sampling.grammar.fault or "its vocabulary lacks the signs"
        return FormatRefused(f"The model cannot write what this schema asks for: {fault}")
    return EngineError("The model computed no usable numbers (NaN) for this conversation.")


def as_engine_error(error: Exception) -> EngineError:
    logger.error("a request failed", exc_info=error)
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error):
        return EngineError(
            "There was not enough memory for this answer; a shorter conversation, or fewer answers at the "
            "same time, may work."
        )
    lines = str(error).strip().splitlines()
    return EngineError(f"The model failed on this request ({type(error).__name__}: {lines[0][:200] if lines else ''}).")
