"""Random networks for Hypothesis: graphs of up to twelve layers, with branches, shared layers and names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

from hypothesis import strategies as st

from app.export import scope
from engine.layer import Layer
from engine.layers.embedding import Embedding
from engine.layers.group_norm import GroupNorm
from engine.layers.layer_norm import LayerNorm, RMSNorm
from engine.layers.linear import Linear
from engine.operations.join import Concat, Same
from engine.operations.shape import Flatten
from engine.problem import BadShape
from engine.tensor import Shape
from tests.engine.drawn_layers import KINDS, blind, layers_of

MOST = 12  # layers
LARGEST = 160  # numbers in one example of a value
TRIES = 4  # to find a layer that fits
NAMES = "abcdefghijkl"  # of the layers that are given one, by place


@dataclass(frozen=True)
class Graph:
    layers: tuple[Any, ...]
    shape: Shape


class Sketch:
    """A graph that is being drawn: its layers, and the shape of each value by the name of its layer."""

    def __init__(self, shape: Shape) -> None:
        self.layers: list[Any] = []
        self.shapes: dict[str, Shape] = {"input": shape}
        self.unread: list[str] = []

    @property
    def names(self) -> list[str]:
        return list(self.shapes)

    def fits(self, layer: Layer, *reads: str) -> bool:
        """Can it read these, is what it makes small enough, and does it do something?"""
        shapes = tuple(self.shapes[each] for each in reads)
        try:
            made = scope.output(layer, *shapes)
        except BadShape:
            return False
        member = scope.Member("", layer, (), shapes, made, 0)
        leaves = [leaf for _, leaf in scope.leaves(member, "")]
        refused = any(_norm_of_one(leaf) or blind(leaf.layer, leaf.shapes[0]) for leaf in leaves)
        return prod(made) <= LARGEST and not refused

    def add(self, layer: Layer, *reads: str, name: str = "") -> None:
        """Put a layer at the end."""
        here = name or str(len(self.layers))
        self.layers.append(replace(layer, name=name, inputs=() if reads == (self.names[-1],) else reads))
        self.shapes[here] = scope.output(layer, *(self.shapes[each] for each in reads))
        self.unread = [each for each in self.unread if each not in reads] + [here]

    def fitting(self, kind: type[Layer], first: str) -> list[str]:
        """The values that this kind can read beside the first one."""
        skipped = 0 if issubclass(kind, Same) else 1
        return [name for name in self.names if self.shapes[name][skipped:] == self.shapes[first][skipped:]]

    def alike(self, kind: type[Layer], *reads: str) -> list[Any]:
        """The layers of this kind whose parameters one that reads these can share."""
        given = [self.shapes[name] for name in reads]
        return [
            replace(layer, shares=layer.shares or name, frozen=False)
            for name, layer in zip(self.names[1:], self.layers, strict=True)
            if isinstance(layer, kind) and self._given(name, layer) == given
        ]

    def _given(self, name: str, layer: Layer) -> list[Shape]:
        before = self.names[self.names.index(name) - 1]
        return [self.shapes[each] for each in layer.inputs or (before,)]


@st.composite
def graphs(draw: st.DrawFn, outputs: int) -> Graph:
    """The last layer has this many outputs, perhaps at each position of a sequence or a picture."""
    few, side = st.integers(1, 5), st.integers(2, 5)
    shape = draw(st.one_of(st.tuples(few), st.tuples(few, few), st.tuples(st.integers(1, 3), side, side)))
    sketch = Sketch(shape)
    for _ in range(draw(st.integers(0, MOST))):
        if len(sketch.layers) + len(sketch.unread) + 4 <= MOST:  # each branch is flattened, all are joined, one ends
            _grow(draw, sketch)
    _end(draw, sketch, outputs)
    return Graph(tuple(sketch.layers), shape)


def _grow(draw: st.DrawFn, sketch: Sketch) -> None:
    """One more layer, which mostly reads the last value; none if none of those that are drawn fits."""
    for _ in range(TRIES):
        kind = draw(st.sampled_from(draw(st.sampled_from(sorted(KINDS.items())))[1]))
        reads = _reads(draw, sketch, kind)
        alike = sketch.alike(kind, *reads)
        shared = draw(st.booleans()) if alike else False
        layer = draw(st.sampled_from(alike)) if shared else draw(layers_of(kind))
        computed = kind is Embedding and reads != ["input"]  # where no gradient arrives, PyTorch has no step at all
        if not computed and sketch.fits(layer, *reads):
            frozen = not layer.shares and draw(st.integers(0, 7)) == 7
            name = NAMES[len(sketch.layers)] if draw(st.booleans()) else ""
            sketch.add(replace(layer, frozen=frozen), *reads, name=name)
            return


def _reads(draw: st.DrawFn, sketch: Sketch, kind: type[Layer]) -> list[str]:
    reads = [sketch.names[-1] if draw(st.integers(0, 3)) else draw(st.sampled_from(sketch.names))]
    least, most = kind.reads
    while len(reads) < least or (len(reads) < min(most, 3) and draw(st.booleans())):
        reads.append(draw(st.sampled_from(sketch.fitting(kind, reads[0]))))
    return reads


def _end(draw: st.DrawFn, sketch: Sketch, outputs: int) -> None:
    """Join what no layer reads: at the positions that all have, or flat."""
    open_ = sketch.unread or ["input"]
    positions = {sketch.shapes[name][1:] for name in open_}
    if len(positions) > 1 or (positions != {()} and draw(st.booleans())):
        for name in open_:
            if len(sketch.shapes[name]) > 1:
                sketch.add(Flatten(), name)
    if len(sketch.unread) > 1:
        sketch.add(Concat(), *sketch.unread)
    sketch.add(Linear(out_features=outputs, bias=draw(st.booleans())), sketch.names[-1])


def _norm_of_one(member: scope.Member) -> bool:
    """Does it make 0 or ±1 of every number? Its gradient is nothing but rounding, divided by a small deviation."""
    layer, shape = member.layer, member.shapes[0]
    together = prod(shape) // layer.num_groups if isinstance(layer, GroupNorm) else shape[0]
    return together == 1 and isinstance(layer, GroupNorm | LayerNorm | RMSNorm)
