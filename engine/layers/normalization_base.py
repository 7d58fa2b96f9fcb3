"""Normalization: numbers that belong together are shifted to mean 0 and scaled to variance 1, then each feature gets
a weight and a bias of its own.

What belongs together is all that tells the layers apart: a feature in the whole batch (batch norm), the features at
one position (layer norm), a group of channels of one example (group norm). With x̂ = (x − μ)/σ, σ² = variance + ε:

    ∂L/∂x = γ/σ δ  −  1/σ ⟨γ δ⟩  −  x̂/σ ⟨γ δ x̂⟩        ⟨ ⟩: the mean over what belongs together
            direct    mean's share    variance's share

The last two are there because μ and σ move with x. A node keeps all three, each with its sign, so that they add up
to the gradient: `direct`, `mean_share` (one number for what belongs together) and `variance_share`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from engine.layer import Layer
from engine.notation import Notation
from engine.parameters import Block, View
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor, columns

Epsilon = Annotated[float, Range(0, 1, above=True)]


def written(value: str, over: str, *, centred: bool = True) -> Notation:
    """The notation of a norm with weight γ and, where it is centred, bias β; `over` is the index of its means."""
    mean = rf" - \langle \gamma \delta \rangle_{over}" if centred else ""
    spread = rf"\langle \gamma \delta \hat{{x}} \rangle_{over}"
    weight = {r"\gamma": r"\frac{\partial L}{\partial \gamma} = \sum \delta \hat{x}"}
    bias = {r"\beta": r"\frac{\partial L}{\partial \beta} = \sum \delta"} if centred else {}
    x = (
        r"\frac{\partial L}{\partial x} = \frac{1}{\sigma} "
        rf"\left( \gamma \delta{mean} - \hat{{x}} {spread} \right)"
    )
    return Notation(value, weight | bias | {"x": x})


class Normalization(Layer):
    """What all norms have in common. Each says by `grouped`, `spread` and `mean` what belongs together."""

    group: ClassVar = "normalization"
    centred: ClassVar[bool] = True

    if TYPE_CHECKING:
        eps: Any
        affine: bool

    # What a norm says of itself

    @property
    def affine_parts(self) -> tuple[str, ...]:
        """The parameters that each feature has: weight and bias, the weight alone, or none."""
        return ("weight", "bias") if self.affine else ()

    def epsilon(self, dtype: np.dtype[Any]) -> float:
        """ε, added to the variance."""
        return float(self.eps)

    def statistic(self, x: Tensor) -> Shape:
        """The shape of a mean: one number for all that belong together."""
        raise NotImplementedError

    def grouped(self, array: Array) -> Array:
        """A view of (features, batch, *positions) against which `spread` and `each` broadcast."""
        return columns(array)

    def spread(self, statistic: Array) -> Array:
        """A statistic as a view that broadcasts over all it belongs to."""
        raise NotImplementedError

    def each(self, weight: Array) -> Array:
        """(features,) as a view that broadcasts over `grouped`."""
        return weight[:, None]

    def mean(self, program: Program, array: Array, out: Array, weight: Array | None = None) -> None:
        """Emit the mean of weight · array, (features, batch, *positions), over what belongs together."""
        raise NotImplementedError

    def scale(self, program: Program, delta: Array, inverse: Array, weight: Array | None, out: Array) -> None:
        """Emit weight · delta / σ. `delta` and `out` are views by `grouped`."""
        if weight is not None:
            program.call(np.multiply, delta, self.each(weight), out)
            delta = out
        program.call(np.multiply, delta, self.spread(inverse), out)

    # Shapes and costs

    def output(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        parts: dict[str, View] = {
            part: (lambda block, row=row: block[row])  # type: ignore[misc]
            for row, part in enumerate(self.affine_parts)
        }
        return (Block((len(parts), shapes[0][0]), parts),) if parts else ()

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        for part, values in parts.items():
            values.fill(part == "weight")

    def multiply_adds(self, *shapes: Shape) -> int:
        """Square, scale, and weigh each number."""
        return (2 + bool(self.affine_parts)) * prod(shapes[0])

    def keeps(self, *shapes: Shape) -> int:
        """The normalized numbers, and two terms of the gradient."""
        return 3 * prod(shapes[0])

    # Forward

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        y = program.tensor(x.shape[0], *x.positions)
        node.kept["normalized"] = program.empty(x.shape)
        x_hat = self.grouped(node.kept["normalized"])
        if self.centred:
            mean = node.kept["mean"] = program.empty(self.statistic(x))
            self.mean(program, x.data, mean)
            program.call(np.subtract, self.grouped(x.data), self.spread(mean), x_hat)
            centred = node.kept["normalized"]
        else:
            centred = x.data
        scale = self._scale(program, node, centred)
        program.call(np.multiply, self.grouped(centred), scale, x_hat)
        self.weigh(program, node, x_hat, self.grouped(y.data))
        return y

    def _scale(self, program: Program, node: Node, centred: Array) -> Array:
        """Emit variance and 1/σ; the latter as it is spread."""
        squares = program.scratch(centred.shape, "norm squares")
        variance, inverse = (program.empty(self.statistic(node.inputs[0])) for _ in range(2))
        node.kept |= {"variance": variance, "inverse_deviation": inverse}
        program.call(np.multiply, centred, centred, squares)
        self.mean(program, squares, variance)
        self.invert(program, variance, inverse)
        return self.spread(inverse)

    def invert(self, program: Program, variance: Array, out: Array) -> None:
        program.call(np.add, variance, program.constant(self.epsilon(program.dtype)), out)
        program.call(np.sqrt, out, out)
        program.call(np.divide, program.constant(1), out, out)

    def weigh(self, program: Program, node: Node, x_hat: Array, y: Array) -> None:
        if not self.affine_parts:
            program.call(np.copyto, y, x_hat)
            return
        rows = node.parameters[0].data
        program.call(np.multiply, x_hat, self.each(rows[0]), y)
        if len(rows) > 1:
            program.call(np.add, y, self.each(rows[1]), y)

    # Backward

    def backward(self, program: Program, node: Node) -> None:
        delta, x_hat = node.output.gradient, node.kept["normalized"]
        assert delta is not None
        product = program.scratch(x_hat.shape, "norm product")
        program.call(np.multiply, delta, x_hat, product)
        if self.affine_parts:
            self._send_to_parameters(program, node, columns(product))
        if node.inputs[0].gradient is not None:
            self._send_to_input(program, node, product)

    def _send_to_parameters(self, program: Program, node: Node, product: Array) -> None:
        assert node.output.gradient is not None
        sources = (product, columns(node.output.gradient))
        ones = np.ones(product.shape[1], program.dtype)

        def emit(out: Array) -> None:
            for row, source in zip(out, sources, strict=False):
                program.call(source.dot, ones, row)

        program.into(node.parameters[0], emit)

    def _send_to_input(self, program: Program, node: Node, product: Array) -> None:
        (x,), kept, grouped = node.inputs, node.kept, self.grouped
        delta, x_hat = node.output.gradient, grouped(kept["normalized"])
        assert delta is not None
        weight = node.parameters[0].data[0] if self.affine_parts else None
        inverse = kept["inverse_deviation"]
        minus = program.scratch(inverse.shape, "norm minus")
        kept |= {"direct": program.empty(x.shape), "variance_share": program.empty(x.shape)}
        direct, variance_share = grouped(kept["direct"]), grouped(kept["variance_share"])
        program.call(np.negative, inverse, minus)
        self.scale(program, grouped(delta), inverse, weight, direct)
        mean = program.scratch(inverse.shape, "norm mean")
        self.mean(program, product, mean, weight)
        program.call(np.multiply, mean, minus, mean)
        program.call(np.multiply, x_hat, self.spread(mean), variance_share)
        shares = [variance_share]
        if self.centred:
            mean_share = kept["mean_share"] = program.empty(inverse.shape)
            self.mean(program, delta, mean_share, weight)
            program.call(np.multiply, mean_share, minus, mean_share)
            shares.append(self.spread(mean_share))

        def emit(out: Array) -> None:
            total, first = grouped(out), direct
            for share in shares:
                program.call(np.add, first, share, total)
                first = total

        program.into(x, emit)
