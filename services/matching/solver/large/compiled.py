"""The one door to numba: loops over pairs as machine code, the same bits as plain Python.

Without ``fastmath`` the compiler neither reorders nor fuses floating-point operations, so results
are those of IEEE 754 in the order written, whatever the number of cores.
"""

from collections.abc import Callable
from typing import TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., object])


def compiled(loop: Loop) -> Loop:
    """Compile a loop for one core; other threads go on meanwhile."""
    made: Loop = numba.njit(cache=True, nogil=True)(loop)
    return made
