"""What every unit answers over the input: the pictures inside the units, and the decision surface.

Only where inputs can be drawn, on a line or a plane. The network is run forward over a grid of inputs, once
for all units; each unit's answers are scaled to ±127 by a scale that is sent along: nothing is hidden.
"""

from __future__ import annotations

import numpy as np

from app.protocol import HEADER, RESPONSES, VERSION
from engine.evaluation import Evaluation
from engine.run import Run
from engine.tensor import Array

UNITS, SURFACE = 20, 48  # points along each side of the grids
EXTENT = 1.15  # the grid covers ±EXTENT in every input


class Responses:
    """Grids for one run. The parameters are those that the last pass computed with."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def encode(self, id: int, generation: int) -> bytes:
        """Header, float32 scales (every input and every node's units, then the surface), int8 grids."""
        with np.errstate(all="ignore"), self.run.as_in_pass():
            units = self._over_grid(UNITS)
            rows = [units.input.data, *(node.output.data for node in units.program.nodes[:-1])]
            answers = np.concatenate(rows, dtype=np.float64)
            scales = np.clip(np.abs(np.nan_to_num(answers)).max(axis=1), 1.0, np.finfo(np.float32).max)
            surface, scale = self._surface()
            grids = [_bytes(answers / scales[:, None]), _bytes(surface / scale)]
        header = HEADER.pack(
            VERSION,
            RESPONSES,
            id,
            generation,
            0,
            self.run.step,
            self.run.epoch,
            len(answers),
            UNITS << 16 | SURFACE,
            -1,
            0,
        )
        return b"".join([header, np.append(scales, scale).astype(np.float32).tobytes(), *(g.tobytes() for g in grids)])

    def _surface(self) -> tuple[Array, float]:
        """The decision: p(class 1) − p(class 0) for two classes, the prediction itself for numbers."""
        out = self._over_grid(SURFACE).output.data.astype(np.float64)
        if self.run.data.classes is not None:
            shares = self.run.experiment.loss.shares(out)
            return shares[1] - shares[0], 1.0
        return out[0], max(1.0, float(np.abs(self.run.data.train_y).max()))

    def _over_grid(self, side: int) -> Evaluation:
        """The network run over a grid of inputs."""
        evaluation = self.run.evaluation(side * side)
        evaluation.hold(("grid", side), lambda looking: _fill_grid(looking, side))
        evaluation.run(self.run.parameters, loss=False)
        return evaluation


def drawable(run: Run) -> bool:
    """Can inputs be drawn on a line or a plane?"""
    return run.data.features <= 2 and len(run.data.shape) == 1


def _fill_grid(evaluation: Evaluation, side: int) -> None:
    line = np.linspace(-EXTENT, EXTENT, side)
    across, down = np.meshgrid(line, line[::-1])
    evaluation.input.data[...] = [across.ravel(), down.ravel()][: len(evaluation.input.data)]


def _bytes(values: Array) -> Array:
    scaled: Array = np.clip(np.nan_to_num(values) * 127, -127, 127)
    return scaled.astype(np.int8)
