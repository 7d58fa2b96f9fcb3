"""Every second number of a run of memory, at the speed of a cast."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.program import Program
from engine.tensor import Array


def every_second(program: Program, run: Array, out: Array) -> None:
    """Emit: the first, third, fifth … number of `run`, both contiguous, `run` of an even length.

    Two neighbours are read as one unsigned number twice as wide, whose low half is the first of them. To cast all of
    these takes a third of the time of a strided copy. Numbers of eight bytes have none twice as wide.
    """
    size, flat, target = run.itemsize, run.reshape(-1), out.reshape(-1)
    if size == 8:
        program.call(np.copyto, target, flat[::2])
    else:
        program.call(partial(np.copyto, casting="unsafe"), target.view(f"<u{size}"), flat.view(f"<u{2 * size}"))
