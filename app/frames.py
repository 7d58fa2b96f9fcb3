"""A step → the numbers that are drawn → bytes.

A frame is a header and one run of float32. What goes into it is decided once a layout, as a list of views
into the engine's own buffers; encoding is one concatenation of those views. Sections, in order:

    scalars     batch loss, test loss, test accuracy (NaN if none), learning rate, target of the example (of a
                sequence with a label at every position, that of the last), the step of the run's first NaN or
                infinity (NaN if none)
    norms       L2 norm of each named parameter: before the update, gradient, update; 3 × parameters
    before      the parameters this pass computed with, flat   (all, or the layer in view)
    gradient    ∂L/∂ of the same, summed over the batch
    update      what the optimizer added to the same
    input       the example's features
    value:N     node N's output for the example      delta:N   ∂L/∂ of it
    slope:N     f′(z), where node N is an activation
    terms       two rows of batch length for the edge in view: δ of its unit, and what it was multiplied with
    clipping    where the gradient is clipped by its norm: the norm before, and what the gradient was multiplied by
and after the sections, the loss of each of the `count` steps done, the last 10,000 at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import accumulate

import numpy as np

from app.protocol import FRAME, HEADER, VERSION, Layout, Look, Section
from engine.clipping import ClipGradNorm
from engine.norms import Norms
from engine.run import Run
from engine.tensor import Array

WHOLE = 32_768  # floats of parameters that a frame carries in full
SCALARS = 6
LOSSES = 10_000  # of a long way gone in one request, the last


class Frames:
    """The frames of one run, as one person looks at it."""

    def __init__(self, run: Run, look: Look, layout: int = 0, norms: Norms | None = None) -> None:
        self.run, self.look = run, self._within(run, look)
        self.norms = norms or Norms(run.parameters)  # the same for every look at a run
        self.scalars = np.zeros(SCALARS)
        self.clipping = np.zeros(2)
        self.terms = np.zeros((2, run.experiment.batch), run.experiment.dtype)
        self.reductions: list[Callable[[], Array]] = []
        sections = list(self._sections())
        self.views = [view for _, view in sections]
        self.layout = _layout(layout, tuple((name, view.size) for name, view in sections), self._whole())
        self.length = sum(view.size for view in self.views)
        self.buffer = bytearray(HEADER.size + 4 * self.length)
        self.numbers = np.frombuffer(self.buffer, np.float32, offset=HEADER.size)

    # What is in it

    @staticmethod
    def _within(run: Run, look: Look) -> Look:
        """The look, held to what the network has: a look is kept when the experiment under it changes."""
        nodes = run.training.nodes
        example = min(look.example, run.experiment.batch - 1)
        if not 0 <= look.node < len(nodes) - 1:
            return Look(example)
        node = nodes[look.node]
        row = min(look.row, node.output.shape[0] - 1)
        column = min(look.column, node.inputs[0].shape[0] - 1) if node.parameters else -1
        return Look(example, look.node, row, column)

    def _whole(self) -> bool:
        return self.run.parameters.values.size <= WHOLE

    def in_view(self) -> slice:
        """The parameters a frame carries: all of a small network, else what fits of the layer looked at."""
        if self._whole():
            return slice(0, self.run.parameters.values.size)
        start, found = 0, slice(0, 0)
        for index, placed in enumerate(self.run.network.placed):
            count = placed.parameter_count if placed.owner == index else 0
            if count and (index <= max(0, self.look.node) or not found.stop):  # of an activation: what feeds it
                found = slice(start, start + min(count, WHOLE))
            start += count
        return found

    def _sections(self) -> Iterator[tuple[str, Array]]:
        parameters, training, example = self.run.parameters, self.run.training, self.look.example
        here = self.in_view()
        yield "scalars", self.scalars
        yield "norms", self.norms.values.reshape(-1)
        yield "before", parameters.before[here]
        yield "gradient", parameters.gradients[here]
        yield "update", parameters.update[here]
        yield "input", self._reduced(training.x[:, example], np.mean)
        for index, node in enumerate(training.nodes[:-1]):
            yield f"value:{index}", self._reduced(node.output.data[:, example], np.mean)
            assert node.output.gradient is not None
            yield f"delta:{index}", self._reduced(node.output.gradient[:, example], np.sum)
            if "slope" in node.kept and not node.output.positions:
                yield f"slope:{index}", node.kept["slope"][:, example]
        yield "terms", self.terms.reshape(-1)
        if isinstance(self.run.experiment.clip, ClipGradNorm):
            yield "clipping", self.clipping

    def _reduced(self, view: Array, reduce: Callable[..., Array]) -> Array:
        """A unit's one number: of one that has positions, the mean of its values over them, and the sum of their δ,
        which is ∂L/∂ of moving them all alike."""
        if view.ndim == 1:
            return view
        out = np.empty(len(view), view.dtype)
        flat_axes = tuple(range(1, view.ndim))
        self.reductions.append(partial(reduce, view, flat_axes, out=out))
        return out

    # Making one

    def encode(self, id: int, generation: int) -> bytes:
        """The frame of the run's last pass."""
        with np.errstate(all="ignore"):  # NaN and infinity are values to be shown, and so is what float32 cannot hold
            self.measure()
            return self.write(id, generation)

    def measure(self) -> None:
        """Take the statistics of the pass: norms, test loss, the terms of the edge in view."""
        run = self.run
        self.norms.measure()
        with run.as_in_pass():
            loss, accuracy = run.test()
        target = self._target()
        share = np.nan if accuracy is None else accuracy
        broke = run.broken.step if run.broken else np.nan
        self.scalars[:] = run.loss, loss, share, run.rate, target, broke
        clipped = run.training.descent.clipped
        self.clipping[:] = clipped.norm, clipped.factor
        for reduce in self.reductions:
            reduce()
        node = run.training.nodes[self.look.node] if self.look.node >= 0 else None
        if node is not None and node.output.gradient is not None:
            edge = self.look.column >= 0
            other = node.inputs[0].data[self.look.column] if edge else node.output.data[self.look.row]
            self.terms[0] = _over_positions(node.output.gradient[self.look.row], np.sum)
            self.terms[1] = _over_positions(other, np.mean)

    def _target(self) -> float:
        targets = self.run.training.targets
        if self.run.data.classes is not None:
            labels = self.run.data.train_y[self.run.indices[self.look.example]]
            return float(np.ravel(labels)[-1])
        return float(targets[0, self.look.example])

    def write(self, id: int, generation: int) -> bytes:
        """Header and numbers as bytes; the copy is the snapshot."""
        run = self.run
        np.concatenate(self.views, out=self.numbers, casting="same_kind")
        place, phase = (run.broken.node, run.broken.phase) if run.broken else (-1, "forward")
        losses = run.losses[-LOSSES:].astype(np.float32, copy=False)
        about = (self.layout.layout, run.step, run.epoch, len(losses), self.look.example, place, phase == "backward")
        HEADER.pack_into(self.buffer, 0, VERSION, FRAME, id, generation, *about)
        return bytes(self.buffer) + losses.tobytes()


def _over_positions(values: Array, reduce: Callable[..., Array]) -> Array:
    """(batch, *positions) → (batch,)."""
    return values if values.ndim == 1 else reduce(values, tuple(range(1, values.ndim)))


@lru_cache(256)
def _layout(number: int, sections: tuple[tuple[str, int], ...], whole: bool) -> Layout:
    """Where everything stands; sessions of one network share it."""
    offsets = accumulate((length for _, length in sections), initial=0)
    placed = (Section(name, offset, length) for (name, length), offset in zip(sections, offsets, strict=False))
    return Layout(number, tuple(placed), whole)
