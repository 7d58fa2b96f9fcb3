"""Optimizers: how a gradient becomes an update. Names, arguments and defaults are those of torch.optim.

Each emits a few calls over the flat vectors, whatever the depth of the network: they write `update` (value after minus
value before) and add it to `values`. What an optimizer remembers is in the arrays of its `Memory`, so that a checkpoint
is a copy of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.choice import Choice
from engine.notation import Notation
from engine.parameters import Parameters
from engine.problem import BadExperiment, Problem
from engine.program import Program
from engine.range import Range
from engine.tagged import Tagged
from engine.tensor import Array

Rate = Annotated[float, Range(0, 1e6)]
Decay = Annotated[float, Range(0, 1e3)]
Epsilon = Annotated[float, Range(0, 1, above=True)]
Fraction = Annotated[float, Range(0, 0.999999)]


@dataclass(frozen=True)
class Memory:
    """An optimizer at work: its arrays by name, and the way to change its learning rate between two steps."""

    arrays: dict[str, Array]
    set_rate: Callable[[float], None]


class Optimizer(Choice):
    """An optimizer; `lr` is its learning rate."""

    notation: ClassVar[Notation]
    lr: float

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        raise NotImplementedError


def decayed(program: Program, parameters: Parameters, weight_decay: float) -> Array:
    """The gradient with L2 decay added (g + λ p), leaving the gradient itself as the backward pass made it."""
    if weight_decay == 0:
        return parameters.gradients
    out = program.scratch(parameters.values.shape, "decayed")
    program.call(np.multiply, parameters.values, program.constant(weight_decay), out)
    program.call(np.add, out, parameters.gradients, out)
    return out


def descend(program: Program, parameters: Parameters, direction: Array, rate: float) -> Callable[[float], None]:
    """Emit update = −lr · direction and add it to the values; answers how to change lr."""
    minus = np.array(-rate, program.dtype)
    program.call(np.multiply, direction, minus, parameters.update)
    program.call(np.add, parameters.values, parameters.update, parameters.values)

    def set_rate(value: float) -> None:
        minus[()] = -value

    return set_rate


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's momentum (Sutskever et al. 2013)."""

    kind: Literal["SGD"] = "SGD"
    lr: Rate = 1e-3
    momentum: Fraction = 0.0
    dampening: Fraction = 0.0
    weight_decay: Decay = 0.0
    nesterov: bool = False

    notation: ClassVar = Notation(r"\Delta w = -\eta\, m, \; m \leftarrow \mu m + g", {})

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            came = f"momentum {self.momentum:g} and dampening {self.dampening:g}"
            expected = "momentum above 0 and dampening 0 (or nesterov off)"
            raise BadExperiment([Problem("nesterov", "nesterov", expected, came, {"came": came})])

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient = decayed(program, parameters, self.weight_decay)
        if self.momentum == 0:
            return Memory({}, descend(program, parameters, gradient, self.lr))
        m = program.empty(gradient.shape)
        program.call(np.multiply, m, program.constant(self.momentum), m)
        memory = {"momentum_buffer": m}
        if self.dampening == 0:
            program.call(np.add, m, gradient, m)
        else:
            memory["steps"] = self._add_dampened(program, gradient, m)
        direction = m
        if self.nesterov:
            direction = program.scratch(m.shape, "nesterov")
            program.call(np.multiply, m, program.constant(self.momentum), direction)
            program.call(np.add, direction, gradient, direction)
        return Memory(memory, descend(program, parameters, direction, self.lr))

    def _add_dampened(self, program: Program, gradient: Array, m: Array) -> Array:
        """m += (1 − dampening) g, but all of g at the first step, as PyTorch starts its buffer."""
        steps, share = np.zeros((), np.int64), program.empty(())
        part = program.scratch(m.shape, "dampened")

        def tick() -> None:
            share[()] = 1.0 if steps == 0 else 1.0 - self.dampening
            steps[()] += 1

        program.call(tick)
        program.call(np.multiply, gradient, share, part)
        program.call(np.add, m, part, m)
        return steps


@dataclass(frozen=True)
class Adam(Optimizer):
    """Kingma and Ba 2015; weight_decay is L2, added to the gradient.

    The moments are kept divided by (1 − beta), so that both decay and take their new term in one call each over a
    (2, n) array: m̂ / (√v̂ + ε) = (M/c₁) / (√V + ε/r) with r = √((1 − β₂)/(1 − β₂ᵗ)) and c₁ folded into the rate.
    """

    kind: Literal["Adam"] = "Adam"
    lr: Rate = 1e-3
    betas: tuple[Fraction, Fraction] = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0

    notation: ClassVar = Notation(r"\Delta w = -\eta\, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}", {})
    decoupled: ClassVar[bool] = False

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        pair = parameters.pair
        if self.weight_decay and not self.decoupled:
            pair = program.scratch(pair.shape, "adam pair")
            program.call(np.copyto, pair[0], decayed(program, parameters, self.weight_decay))
        moments = program.empty(pair.shape)
        beta = np.array(self.betas, program.dtype)[:, None]
        steps, epsilon, minus = np.zeros((), np.int64), program.empty(()), program.empty(())
        rate = [self.lr]
        program.call(lambda: self._tick(steps, rate[0], epsilon, minus))
        update = parameters.update
        program.call(np.square, pair[0], pair[1])
        program.call(np.multiply, moments, beta, moments)
        program.call(np.add, moments, pair, moments)
        program.call(np.sqrt, moments[1], update)
        program.call(np.add, update, epsilon, update)
        program.call(np.divide, moments[0], update, update)
        program.call(np.multiply, update, minus, update)
        set_rates: list[Callable[[float], None]] = [lambda value: rate.__setitem__(0, value)]
        if self.weight_decay and self.decoupled:
            set_rates.append(self._shrink(program, parameters))
        program.call(np.add, parameters.values, update, parameters.values)

        def set_rate(value: float) -> None:
            for change in set_rates:
                change(value)

        return Memory({"moments": moments, "steps": steps}, set_rate)

    def _tick(self, steps: Array, lr: float, epsilon: Array, minus: Array) -> None:
        """Bias correction for this step, in Python floats."""
        steps[()] += 1
        t = int(steps)
        first, second = self.betas
        r = math.sqrt((1 - second) / (1 - second**t))
        epsilon[()] = self.eps / r
        minus[()] = -lr * (1 - first) / (1 - first**t) / r

    def _shrink(self, program: Program, parameters: Parameters) -> Callable[[float], None]:
        """Decoupled decay: −lr λ p joins the update."""
        shrink = np.array(-self.lr * self.weight_decay, program.dtype)
        part = program.scratch(parameters.values.shape, "decayed")
        program.call(np.multiply, parameters.values, shrink, part)
        program.call(np.add, parameters.update, part, parameters.update)

        def set_rate(value: float) -> None:
            shrink[()] = -value * self.weight_decay

        return set_rate


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay, Loshchilov and Hutter 2019."""

    kind: Literal["AdamW"] = "AdamW"  # type: ignore[assignment]
    weight_decay: Decay = 0.01

    notation: ClassVar = Notation(
        r"\Delta w = -\eta \left( \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon} + \lambda w \right)", {}
    )
    decoupled: ClassVar[bool] = True


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Tieleman and Hinton 2012, as PyTorch has it: ε outside the root."""

    kind: Literal["RMSprop"] = "RMSprop"
    lr: Rate = 1e-2
    alpha: Fraction = 0.99
    eps: Epsilon = 1e-8
    weight_decay: Decay = 0.0
    momentum: Fraction = 0.0
    centered: bool = False

    notation: ClassVar = Notation(
        r"\Delta w = -\eta\, \frac{g}{\sqrt{v} + \epsilon}, \; v \leftarrow \alpha v + (1 - \alpha) g^2", {}
    )

    def emit(self, program: Program, parameters: Parameters) -> Memory:
        gradient = decayed(program, parameters, self.weight_decay)
        v = program.empty(gradient.shape)
        memory = {"square_avg": v}
        size = program.scratch(gradient.shape, "rms size")
        program.call(np.multiply, gradient, gradient, size)
        self._average(program, v, size)
        if self.centered:
            mean = memory["grad_avg"] = program.empty(gradient.shape)
            program.call(np.copyto, size, gradient)
            self._average(program, mean, size)
            program.call(np.multiply, mean, mean, size)
            program.call(np.subtract, v, size, size)
            program.call(np.sqrt, size, size)
        else:
            program.call(np.sqrt, v, size)
        program.call(np.add, size, program.constant(self.eps), size)
        program.call(np.divide, gradient, size, size)
        direction = size
        if self.momentum:
            direction = memory["momentum_buffer"] = program.empty(gradient.shape)
            program.call(np.multiply, direction, program.constant(self.momentum), direction)
            program.call(np.add, direction, size, direction)
        return Memory(memory, descend(program, parameters, direction, self.lr))

    def _average(self, program: Program, average: Array, term: Array) -> None:
        """average ← α average + (1 − α) term; `term` is spent."""
        program.call(np.multiply, average, program.constant(self.alpha), average)
        program.call(np.multiply, term, program.constant(1 - self.alpha), term)
        program.call(np.add, average, term, average)


AnyOptimizer = Annotated[SGD | Adam | AdamW | RMSprop, Tagged()]
