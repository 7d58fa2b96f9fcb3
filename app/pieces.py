"""Steps a piece at a time: a long way can be put down on the way, and of a very long one a request goes only the first
part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.run import Run

WORK = 2_000_000_000  # multiply-adds of one request: a second or two; of a longer way it goes the first part
PIECE = 600_000  # multiply-adds between two places where the work can be put down: a fraction of a millisecond


def train(run: Run, steps: int, *, halt: bool = False) -> Iterator[None]:
    """Do so many steps, a piece at a time; with `halt` none after the one in which a number first breaks."""
    piece, losses, known = max(1, PIECE // run.cost), [], run.fault
    while steps > 0:
        run.advance(min(piece, steps), halt=halt)
        losses.append(run.losses)
        steps = 0 if halt and run.fault is not known else steps - piece
        if steps > 0:
            yield
    if losses:
        run.losses = np.concatenate(losses)


def within_reach(run: Run, steps: int) -> int:
    """As many of these steps as one request may do."""
    return min(steps, max(1, WORK // run.cost))
