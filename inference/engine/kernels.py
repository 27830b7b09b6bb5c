"""Compiles `kernels.c` for this very machine, where it has a C compiler, and calls what came of it.

It takes a second beside the seconds in which a model is read, so nothing is kept: there is no old one to mistrust. The
threads are those of torch, whose OpenMP library is bound; a second one would quarrel with it about the cores.
"""

from __future__ import annotations

import ctypes
import logging
import subprocess
from ctypes import POINTER, Structure, byref, c_float, c_int, c_long, c_void_p
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from inference.engine.host import c_compiler, has_tiles, suits_kernels

logger = logging.getLogger(__name__)

SOURCE = Path(__file__).with_name("kernels.c")
SECONDS_TO_COMPILE = 60
PLAIN, EXACT, ADDED = 0, 1, 2  # the kinds of a product


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


class Kernels:
    """The compiled program. Tensors are bfloat16, contiguous and on the CPU; nobody checks that again."""

    def __init__(self, library: ctypes.CDLL) -> None:
        layer, weights, address = POINTER(LayerParts), POINTER(Weights), c_void_p
        for name, kinds in {
            "prepare": [],
            "use_threads": [c_int],
            "linear": [weights, c_int, address, address, address, c_int],
            "gated": [weights, weights, c_int, address, address],
            "before_attention": [layer, c_int, *[address] * 5],
            "after_attention": [layer, c_int, *[address] * 4],
            "attend": [layer, c_int, *[address] * 3, c_long, c_long, address, address],
        }.items():
            function = getattr(library, name)
            function.argtypes, function.restype = kinds, c_int if name == "prepare" else None
        self._library = library
        self.has_tiles = bool(library.prepare())

    def use_threads(self, count: int) -> None:
        self._library.use_threads(count)

    def linear(self, weights: Weights, rows: Tensor, residual: Tensor | None = None, kind: int = PLAIN) -> Tensor:
        """rows: [tokens, inputs]; residual for ADDED: [tokens, outputs]. EXACT gives float32."""
        out = rows.new_empty(len(rows), weights.outputs, dtype=torch.float32 if kind == EXACT else torch.bfloat16)
        other = None if residual is None else residual.data_ptr()
        self._library.linear(byref(weights), len(rows), rows.data_ptr(), out.data_ptr(), other, kind)
        return out

    def gated(self, gate: Weights, up: Weights, rows: Tensor) -> Tensor:
        """SiLU(gate(rows)) * up(rows)"""
        out = rows.new_empty(len(rows), up.outputs)
        self._library.gated(byref(gate), byref(up), len(rows), rows.data_ptr(), out.data_ptr())
        return out

    def before_attention(
        self, layer: LayerParts, hidden: Tensor, cosines: Tensor, sines: Tensor, normed: Tensor, states: Tensor
    ) -> None:
        """Writes states: [tokens, heads of queries, keys and values, head size]; normed is room."""
        pointers = (tensor.data_ptr() for tensor in (hidden, cosines, sines, normed, states))
        self._library.before_attention(byref(layer), len(hidden), *pointers)

    def after_attention(self, layer: LayerParts, seen: Tensor, hidden: Tensor, normed: Tensor, inner: Tensor) -> None:
        """Changes hidden: [tokens, size]; normed and inner are room."""
        pointers = (tensor.data_ptr() for tensor in (seen, hidden, normed, inner))
        self._library.after_attention(byref(layer), len(hidden), *pointers)

    def attend(self, layer: LayerParts, states: Tensor, keys: Tensor, values: Tensor, positions: Tensor) -> Tensor:
        """states: of one token for each of the positions, what follows them is left alone. keys and values:
        [rows, heads, width, size], both laid out alike; the tokens' own are written into them. Gives [rows, size]."""
        if keys.stride() != values.stride():
            raise RuntimeError("keys and values are not laid out alike")
        rows = len(positions)
        out = states.new_empty(rows, layer.queries * layer.size)
        steps, pointers = keys.stride()[:2], (tensor.data_ptr() for tensor in (states, keys, values))
        self._library.attend(byref(layer), rows, *pointers, *steps, positions.data_ptr(), out.data_ptr())
        return out


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
