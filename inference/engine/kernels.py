"""Compiles `arithmetic/kernels.c` for this very machine, where it has a C compiler, and calls what came of it.

It takes a second beside the seconds in which a model is read, so nothing is kept: there is no old one to mistrust. The
threads are those of torch, whose OpenMP library is bound; a second one would quarrel with it about the cores.
"""

from __future__ import annotations

import ctypes
import logging
import subprocess
from ctypes import POINTER, Array, Structure, byref, c_float, c_int, c_long, c_void_p
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from inference.engine.host import c_compiler, has_tiles, suits_kernels

logger = logging.getLogger(__name__)

SOURCE = Path(__file__).parent / "arithmetic" / "kernels.c"
SECONDS_TO_COMPILE = 60
PLAIN, ADDED = 0, 2  # kinds of a product
NO_MEMORY, IN_USE = 1, 2


class Weights(Structure):
    """Addresses of what its owner keeps alive."""

    _fields_ = (("values", c_void_p), ("bias", c_void_p), ("inputs", c_int), ("outputs", c_int))


class LayerParts(Structure):
    _fields_ = (
        *((name, Weights) for name in ("project", "output", "gate", "up", "down")),
        *((name, c_void_p) for name in ("norm_before", "norm_between", "norm_queries", "norm_keys")),
        *((name, c_float) for name in ("epsilon", "epsilon_heads")),
        *((name, c_int) for name in ("queries", "keys", "size")),
    )


class Work(Structure):
    """What the layers of a pass work on; `kernels.c` has the shapes."""

    _fields_ = (
        *((name, c_int) for name in ("tokens", "rows")),
        *(
            (name, c_void_p)
            for name in ("hidden", "normed", "states", "seen", "inner", "cosines", "sines", "positions")
        ),
    )


class Kept(Structure):
    """A layer's keys and values."""

    _fields_ = (("keys", c_void_p), ("values", c_void_p), ("row_step", c_long), ("head_step", c_long))


class Kernels:
    """The compiled program. Tensors are bfloat16, contiguous and on the CPU; nobody checks that again. One thread asks
    at a time: everything raises RuntimeError where another is asking, and MemoryError where there is none left."""

    def __init__(self, library: ctypes.CDLL) -> None:
        layer, weights, work, kept, address = (*map(POINTER, (LayerParts, Weights, Work, Kept)), c_void_p)
        for name, kinds in {
            "prepare": [],
            "use_threads": [c_int],
            "linear": [weights, c_int, address, address, address, c_int],
            "gated": [weights, weights, c_int, address, address],
            "decode": [layer, c_int, work, kept],
            "before_attention": [layer, work],
            "attend": [layer, work, kept],
            "after_attention": [layer, work],
            "head": [address, c_float, weights, c_int, address, address, address],
        }.items():
            function = getattr(library, name)
            function.argtypes, function.restype = kinds, None if name == "use_threads" else c_int
        self._library = library
        self.has_tiles = bool(library.prepare())

    def use_threads(self, count: int) -> None:
        self._library.use_threads(count)

    def linear(self, weights: Weights, rows: Tensor, residual: Tensor | None = None) -> Tensor:
        """rows: [tokens, inputs]; residual, which is added: [tokens, outputs]."""
        out = rows.new_empty(len(rows), weights.outputs)
        other, kind = (None, PLAIN) if residual is None else (residual.data_ptr(), ADDED)
        _done(self._library.linear(byref(weights), len(rows), rows.data_ptr(), out.data_ptr(), other, kind))
        return out

    def gated(self, gate: Weights, up: Weights, rows: Tensor) -> Tensor:
        """SiLU(gate(rows)) * up(rows)"""
        out = rows.new_empty(len(rows), up.outputs)
        _done(self._library.gated(byref(gate), byref(up), len(rows), rows.data_ptr(), out.data_ptr()))
        return out

    def decode(self, layers: Array[LayerParts], work: Work, kept: Array[Kept]) -> None:
        """All layers of a pass in which every token decodes: changes the hidden states, keys and values."""
        _done(self._library.decode(layers, len(layers), byref(work), kept))

    def before_attention(self, layer: LayerParts, work: Work) -> None:
        _done(self._library.before_attention(byref(layer), byref(work)))

    def attend(self, layer: LayerParts, work: Work, kept: Kept) -> None:
        """For the tokens that decode, which come first. Their own keys and values are written behind the others."""
        _done(self._library.attend(byref(layer), byref(work), byref(kept)))

    def after_attention(self, layer: LayerParts, work: Work) -> None:
        _done(self._library.after_attention(byref(layer), byref(work)))

    def head(self, norm: Tensor, epsilon: float, weights: Weights, hidden: Tensor) -> Tensor:
        """What comes behind the layers, in float32. hidden: [tokens, size]."""
        normed, out = torch.empty_like(hidden), hidden.new_empty(len(hidden), weights.outputs, dtype=torch.float32)
        pointers = (tensor.data_ptr() for tensor in (hidden, normed, out))
        _done(self._library.head(norm.data_ptr(), epsilon, byref(weights), len(hidden), *pointers))
        return out


def _done(trouble: int) -> None:
    if trouble == NO_MEMORY:
        raise MemoryError("no memory is left for the list of a pass")
    if trouble == IN_USE:
        raise RuntimeError("another thread is using the compiled arithmetic")


def kept_of(keys: Tensor, values: Tensor) -> Kept:
    """keys and values: [rows, heads, positions, size], both laid out alike."""
    if keys.stride() != values.stride():
        raise RuntimeError("keys and values are not laid out alike")
    return Kept(keys.data_ptr(), values.data_ptr(), *keys.stride()[:2])


@lru_cache(maxsize=1)
def kernels() -> Kernels | None:
    """None where this machine cannot have them; the log says why if it only lacks a compiler."""
    if not suits_kernels():
        return None
    compiler = c_compiler()
    if compiler is None:
        logger.warning("without gcc on this machine its models answer more slowly than they could")
        return None
    try:
        found = Kernels(compiled(compiler))
    except (OSError, AttributeError, subprocess.SubprocessError) as error:
        reason = getattr(error, "stderr", None) or error
        logger.warning("the faster arithmetic could not be compiled and is not used: %s", reason)
        return None
    if has_tiles() and not found.has_tiles:
        logger.warning("this CPU's tiles cannot be used (an old gcc, or the system refuses them): nothing is compiled")
        return None
    return found


def compiled(compiler: str, machine: str = "native") -> ctypes.CDLL:
    """machine: as gcc names kinds of CPUs. Raises OSError or SubprocessError."""
    with TemporaryDirectory() as folder:
        library = Path(folder) / "kernels.so"
        options = ["-O3", f"-march={machine}", "-shared", "-fPIC", "-fopenmp", "-Wno-psabi"]
        command = [compiler, *options, str(SOURCE), "-o", str(library), _bound_threads()]
        subprocess.run(
            command, check=True, capture_output=True, text=True, errors="replace", timeout=SECONDS_TO_COMPILE
        )
        return ctypes.CDLL(str(library))


def _bound_threads() -> str:
    """torch's own OpenMP library, which may bear another name than the system's; other packages bring others."""
    own = sorted(Path(torch.__file__).with_name("lib").glob("libgomp*"))
    if not own:
        raise OSError("torch came without an OpenMP library of its own")
    return str(own[0])
