"""How many tokens all answers under way may hold together: bytes of memory, divided by the bytes of one token.

Knows a loaded model and its device; knows no request.
"""

from __future__ import annotations

import logging
from typing import Any

import torch
from transformers import DynamicCache

from inference.engine.hardware import free_memory

logger = logging.getLogger(__name__)

# Of what is free when the model has been loaded. On a CPU other programs, and other models, need memory too; on an
# accelerator the rest is for the computation itself.
SHARES = {"cpu": 0.25}
SHARE_OF_AN_ACCELERATOR = 0.8
MOST_KEPT_BY_A_CPU = 16_384  # tokens of ended answers; there, memory is everybody's
MOST_ANSWERS = 64  # so many whole contexts are enough for any worker, however much memory there is
LEAST_PLACES = 512  # below this nothing could be answered


def places_for_answers(model: Any, device: torch.device, context_length: int, memory: int | None) -> int:
    """memory: bytes; None takes a share of what is free on the device."""
    place = bytes_of_place(model, device)
    most = MOST_ANSWERS * context_length
    if memory is None:
        free = free_memory(device)
        if free is None or place == 0:
            return most
        return max(LEAST_PLACES, min(most, int(free * SHARES.get(device.type, SHARE_OF_AN_ACCELERATOR)) // place))
    return max(LEAST_PLACES, memory // place) if place else most


def places_for_ended_answers(places: int, device: torch.device) -> int:
    """How much of it may be held for later questions of the same conversations, while nobody else needs it."""
    return min(places // 2, MOST_KEPT_BY_A_CPU) if device.type == "cpu" else places // 2


def bytes_of_place(model: Any, device: torch.device) -> int:
    """What one token's keys and values take in all layers: layers x heads x head size x 2 x bytes of a number.

    Seen on a token rather than computed from the config, where every architecture has other names for it. 0 where
    nothing is held per token.
    """
    config = model.config.get_text_config()
    if model.config.is_encoder_decoder:
        layers = getattr(config, "num_decoder_layers", None) or getattr(config, "decoder_layers", 0)
        heads = config.num_attention_heads
        head_size = getattr(config, "d_kv", None) or config.hidden_size // heads
        return int(layers * heads * head_size * 2 * model.dtype.itemsize)
    try:
        cache = DynamicCache(config=model.config)
        with torch.inference_mode():
            model(torch.zeros((1, 1), dtype=torch.long, device=device), past_key_values=cache, use_cache=True)
    except Exception as error:  # each request will say the same in a sentence
        logger.warning("what an answer takes in memory is not known: %s", error)
        return 0
    return sum(
        states.nbytes
        for layer in cache.layers
        for states in (getattr(layer, "keys", None), getattr(layer, "values", None))
        if isinstance(states, torch.Tensor)
    )
