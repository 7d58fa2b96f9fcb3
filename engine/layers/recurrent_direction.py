"""One layer of a recurrent network, read in one direction: its memory over time, and how gradients leave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.initializers import AnyInitializer, Default
from engine.layer import Layer
from engine.layers.recurrent import Recurrent
from engine.parameters import Block, View
from engine.problem import BadShape
from engine.program import Node, Program
from engine.tensor import Array, Shape, Tensor


@dataclass(frozen=True)
class Direction(Layer):
    """H units that see x_t and what they were at t − 1.

    All memory lies step by step, (steps, rows, batch), in the order in which the steps are done. The states have the
    rows [1; h; x; 1], h what the step before has left, the ones there for the biases. So what a step multiplies is one
    contiguous matrix, it writes its h where the next step reads it, and the parameters get the gradient of all steps
    in one product. What can be read of it in `node.kept` is turned to (features, batch, time).
    """

    of: Recurrent
    level: int
    reverse: bool
    whole: bool

    group: ClassVar = "recurrent"
    gates: ClassVar[int]  # rows of a weight, in multiples of H
    memory: ClassVar[int]  # rows kept for a step besides its state, in multiples of H

    # What it is

    def output(self, *shapes: Shape) -> Shape:
        if len(shapes[0]) != 2:
            raise BadShape("a sequence, of shape (features, time)", shapes[0])
        return (self.hidden, shapes[0][1]) if self.whole else (self.hidden,)

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        """One, (gates · H, 1 + H + I + 1): bias_hh, weight_hh, weight_ih, bias_ih."""
        seen, state = self.seen(shapes[0][0]), self.state
        parts = self.views(
            weight_ih=lambda block: block[:, seen],
            weight_hh=lambda block: block[:, state],
            bias_ih=lambda block: block[:, -1],
            bias_hh=lambda block: block[:, 0],
        )
        return (Block((self.gates * self.hidden, self.columns(shapes[0][0])), parts),)

    def multiply_adds(self, *shapes: Shape) -> int:
        features, steps = shapes[0]
        return steps * self.gates * self.hidden * (features + self.hidden)

    def keeps(self, *shapes: Shape) -> int:
        features, steps = shapes[0]
        return steps * (self.memory * self.hidden + 2 * self.columns(features))

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        """Draw weight_ih, weight_hh, bias_ih, bias_hh. What PyTorch does by itself is U(±1/√H), for all of them."""
        of = self.of
        inits = {"weight_ih": of.weight_ih_init, "weight_hh": of.weight_hh_init}
        for kind in ("ih", "hh") * of.bias:
            inits[f"bias_{kind}"] = of.bias_init
        for name, init in inits.items():
            fan_in = parts[self.named(f"weight_{name[-2:]}")].shape[1]
            self._draw(init, rng, parts[self.named(name)], fan_in)

    def _draw(self, init: AnyInitializer, rng: np.random.Generator, part: Array, fan_in: int) -> None:
        fans = (self.hidden if isinstance(init, Default) else fan_in, self.gates * self.hidden)
        part[...] = init.draw(rng, part.shape, fans)

    # Its parameters and rows

    @property
    def hidden(self) -> int:
        return self.of.hidden_size

    @property
    def ones(self) -> int:
        """Rows of ones above the state, and below the input."""
        return int(self.of.bias)

    @property
    def state(self) -> slice:
        """The rows of h."""
        return slice(self.ones, self.ones + self.hidden)

    def seen(self, features: int) -> slice:
        """The rows of x."""
        return slice(self.state.stop, self.state.stop + features)

    def columns(self, features: int) -> int:
        return 2 * self.ones + self.hidden + features

    def named(self, name: str) -> str:
        return f"{name}_l{self.level}" + "_reverse" * self.reverse

    def views(self, **views: View) -> dict[str, View]:
        """Parts by their names; a bias only where there is one."""
        return {self.named(name): view for name, view in views.items() if self.ones or name.startswith("weight")}

    # Forward

    def run(self, program: Program, node: Node, states: Array) -> None:
        """Emit every step: h of `states[t]` and x in it → h of `states[t + 1]`."""
        raise NotImplementedError

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,) = node.inputs
        features, (steps,) = x.shape[0], x.positions
        states = node.memory["states"] = program.empty((steps + 1, self.columns(features), program.batch))
        if self.ones:
            states[:, 0] = states[:, -1] = 1
        program.call(np.copyto, states[:-1, self.seen(features)], self.by_step(x.data))
        self.run(program, node, states)
        self.keep(node, {"hidden state": states[1:, self.state]})
        y = program.tensor(self.hidden, *((steps,) if self.whole else ()))
        program.call(np.copyto, y.data, self.by_time(states[1:, self.state]) if self.whole else states[-1, self.state])
        return y

    # Backward

    def run_back(self, program: Program, node: Node, gradients: Array, start: int) -> None:
        """Emit every step down to `start`: from the gradient of its h, (steps, H, batch), to all that made it."""
        raise NotImplementedError

    def backward(self, program: Program, node: Node) -> None:
        arrived = node.output.gradient
        assert arrived is not None
        steps = len(node.memory["states"]) - 1
        gradients = program.empty((steps, self.hidden, program.batch))
        self.keep(node, {"hidden state gradient": gradients})
        if self.whole:
            program.call(np.copyto, gradients, self.by_step(arrived))
        else:
            program.call(np.copyto, gradients[-1], arrived)
        self.run_back(program, node, gradients, self._start(steps))

    def _start(self, steps: int) -> int:
        """The first step that a gradient reaches: where only the last state is read, nothing passes the last cut."""
        every = self.of.truncate
        return (steps - 1) // every * every if every and not self.whole else 0

    def linked(self, step: int, steps: int) -> bool:
        """Does the gradient of this step go on to the one before it?"""
        every = self.of.truncate
        return 0 < step < steps and not (every and step % every == 0)

    def back(
        self,
        program: Program,
        gradients: Array,
        step: int,
        product: Callable[..., object],
        delta: Array,
        direct: Array | None = None,
    ) -> None:
        """Send a step's δ to the state before it, by the product with W_hhᵀ, and what goes there `direct`ly."""
        if not self.linked(step, len(gradients)):
            return
        before = gradients[step - 1]
        through = program.scratch(before.shape, "recurrent back") if self.whole else before
        program.call(product, delta, through)
        if direct is not None:
            program.call(np.add, through, direct, through)
        if self.whole:  # what the layers above say of that state is there already
            program.call(np.add, before, through, before)

    def to_block(self, program: Program, node: Node, start: int, *deltas: Array) -> None:
        """The gradients of the one block and of x, from the δ of all steps, in blocks of rows (steps, rows, batch)."""
        (x,), (matrix,) = node.inputs, node.parameters
        delta = self.gathered(program, "recurrent deltas", *(rows[start:] for rows in deltas))
        read = self.gathered(program, "recurrent states", node.memory["states"][start:-1])
        program.into(matrix, lambda out: program.call(delta.dot, read.T, out))
        self.to_input(program, node, matrix.data[:, self.seen(x.shape[0])], delta, start)

    def to_input(self, program: Program, node: Node, weight: Array, deltas: Array, start: int) -> None:
        """Send ∂L/∂x = W_ihᵀ δ: the weight (rows, I), deltas (rows, steps · batch) of the steps from `start` on."""
        (x,) = node.inputs

        def emit(out: Array) -> None:
            found = program.scratch((len(out), deltas.shape[1]), "recurrent input")
            program.call(np.matmul, weight.T, deltas, found)
            turned = self.by_step(out)
            program.call(np.copyto, turned[start:], found.reshape(len(out), -1, program.batch).swapaxes(0, 1))
            if start:
                program.call(np.copyto, turned[:start], program.constant(0))

        program.into(x, emit)

    def gathered(self, program: Program, use: str, *blocks: Array) -> Array:
        """Blocks of rows, each (steps, rows, batch), as one matrix (all rows, steps · batch)."""
        steps, _, batch = blocks[0].shape
        rows = sum(block.shape[1] for block in blocks)
        out, start = program.scratch((rows, steps, batch), use), 0
        for block in blocks:
            stop = start + block.shape[1]
            program.call(np.copyto, out[start:stop], block.swapaxes(0, 1))
            start = stop
        return out.reshape(rows, -1)

    # Time

    def keep(self, node: Node, memory: Mapping[str, Array]) -> None:
        """Let memory be read by name, as (features, batch, time)."""
        node.kept.update({name: self.by_time(array) for name, array in memory.items()})

    def by_step(self, array: Array) -> Array:
        """(features, batch, time) as (steps, features, batch): a view."""
        turned = array.transpose(2, 0, 1)
        return turned[::-1] if self.reverse else turned

    def by_time(self, array: Array) -> Array:
        """(steps, features, batch) as (features, batch, time): a view."""
        ordered = array[::-1] if self.reverse else array
        return ordered.transpose(1, 2, 0)
