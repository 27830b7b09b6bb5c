"""The forward pass of models with an encoder (T5 and its kin): the prompt is encoded once, the answer decoded.

Each sequence is computed by itself, one token per step like the others; right for every such model, fast for none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import DynamicCache, EncoderDecoderCache

if TYPE_CHECKING:
    from inference.engine.forward import Work
    from inference.engine.sequences import Key


@dataclass(slots=True)
class _Reading:
    """What is known of one sequence: tokens that still wait for the rest of the prompt, then the encoded prompt."""

    waiting: list[int] = field(default_factory=list)
    encoded: Any = None
    cache: Any = None


class EncoderDecoderForward:
    """A `Forward` whose prompts go to the encoder and whose answers to the decoder."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model = model
        self._device = device
        self._readings: dict[Key, _Reading] = {}

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        return [self._advance_one(work) for work in works]

    def release(self, key: Key) -> None:
        self._readings.pop(key, None)

    def _advance_one(self, work: Work) -> Tensor | Exception:
        try:
            reading = self._readings.setdefault(work.key, _Reading())
            if reading.encoded is not None:
                return self._decode(reading, work.token_ids)
            reading.waiting += work.token_ids
            if len(reading.waiting) < work.prompt_length:
                return torch.empty(0)  # nobody chooses a token before the prompt is complete
            prompt, answer = reading.waiting[: work.prompt_length], reading.waiting[work.prompt_length :]
            reading.waiting = []
            reading.encoded = self._model.get_encoder()(torch.tensor([prompt], device=self._device))
            config = self._model.config.get_text_config(decoder=True)
            reading.cache = EncoderDecoderCache(DynamicCache(config=config), DynamicCache(config=config))
            return self._decode(reading, [decoder_start(self._model), *answer])
        except Exception as error:  # one request's trouble must never reach the others
            return error

    def _decode(self, reading: _Reading, token_ids: list[int]) -> Tensor:
        output = self._model(
            encoder_outputs=reading.encoded,
            decoder_input_ids=torch.tensor([token_ids], device=self._device),
            past_key_values=reading.cache,
            use_cache=True,
        )
        logits: Tensor = output.logits[0, -1]
        return logits


def decoder_start(model: Any) -> int:
    """The token that stands before every answer; the first names that say it are taken, as `generate` does."""
    for config in (model.generation_config, model.config):
        for name in ("decoder_start_token_id", "bos_token_id"):
            token_id = getattr(config, name, None)
            if isinstance(token_id, int):
                return token_id
    return 0
