"""Keep NumPy's linear algebra to one thread of this process: a board shares its cores with running models.

For 200 × 200 matrices a second thread gains a few milliseconds on an idle machine. On a busy one OpenBLAS's threads
spin while they wait for each other to be scheduled, and the same fit was measured to take 40 times as long.
The usual switch, OPENBLAS_NUM_THREADS, has to be set before NumPy is loaded and would be handed on to the engines'
processes; this one is neither. Where NumPy has another library (Accelerate on a Mac) nothing is done.
"""

from __future__ import annotations

import ctypes

from numpy.linalg import _umath_linalg

SWITCHES = ("scipy_openblas_set_num_threads64_", "openblas_set_num_threads64_", "openblas_set_num_threads")


def use_one_thread() -> bool:
    """Whether a switch was found. Looks in the libraries that NumPy's own module was linked with, and in no other."""
    library = ctypes.CDLL(_umath_linalg.__file__)
    for name in SWITCHES:
        if hasattr(library, name):
            getattr(library, name)(1)
            return True
    return False
