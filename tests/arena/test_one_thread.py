"""NumPy's threads stay out of the way of running models."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from arena.rating.one_thread import use_one_thread


def test_the_linear_algebra_runs_in_one_thread() -> None:
    if not use_one_thread():
        pytest.skip("NumPy has no OpenBLAS here")
    library = ctypes.CDLL(np.linalg._umath_linalg.__file__)
    counters = ("scipy_openblas_get_num_threads64_", "openblas_get_num_threads64_", "openblas_get_num_threads")
    assert [getattr(library, name)() for name in counters if hasattr(library, name)] == [1]
