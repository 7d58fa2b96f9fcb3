"""Losses: one number from predictions and targets. PyTorch's names, arguments and reduction (mean)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.choice import Choice
from engine.clip import clip
from engine.notation import Notation
from engine.operations.elementwise import logistic
from engine.program import Node, Program
from engine.range import Range
from engine.tagged import Tagged
from engine.tensor import Array, Tensor, columns


class Loss(Choice):
    """A node whose output is a 0-d tensor. `targets` is the buffer the run fills before each pass."""

    kind: str
    notation: ClassVar[Notation]
    labels: ClassVar[bool] = False  # are targets class labels (batch,) or numbers (outputs, batch)?
    middle: ClassVar[float] = 0.5  # a single output above this says class 1

    def forward(self, program: Program, node: Node) -> Tensor:
        raise NotImplementedError

    def backward(self, program: Program, node: Node) -> None:
        raise NotImplementedError

    def targets(self, program: Program, outputs: int, *positions: int) -> Array:
        """What a prediction (outputs, batch, *positions) is held against: a label at each position, or as many
        numbers as the prediction has."""
        shape = (program.batch, *positions) if self.labels else (outputs, program.batch, *positions)
        return np.zeros(shape, np.int64 if self.labels else program.dtype)

    def chosen(self, outputs: Array) -> Array:
        """The class that each column of (outputs, N, …) says, shape (N, …)."""
        found = outputs.argmax(axis=0) if len(outputs) > 1 else outputs[0] > self.middle
        return np.asarray(found, np.intp)

    def shares(self, outputs: Array) -> Array:
        """What the outputs say of each class, 0 to 1, shape (classes, N, …): targets here are 0 and 1."""
        both = outputs if len(outputs) > 1 else np.concatenate([1 - outputs, outputs])
        return np.clip(both, 0, 1)


def scalar(program: Program) -> Tensor:
    return Tensor(np.zeros((), program.dtype), np.ones((), program.dtype))


def average(program: Program, flat: Array, other: Array, out: Tensor) -> None:
    """The mean of flat · other, both (n,), into a 0-d tensor.

    The division is a product of two vectors of one element: np.multiply takes twice as long on so little.
    """
    total = program.empty((1,))
    program.call(flat.dot, other, total.reshape(()))
    program.call(total.dot, np.full(1, 1 / flat.size, program.dtype), out.data)


@dataclass(frozen=True)
class MSELoss(Loss):
    kind: Literal["MSELoss"] = "MSELoss"
    notation: ClassVar = Notation(
        r"L = \frac{1}{n} \sum (\hat{y} - y)^2",
        {r"\hat{y}": r"\frac{\partial L}{\partial \hat{y}} = \frac{2}{n} (\hat{y} - y)"},
    )

    def forward(self, program: Program, node: Node) -> Tensor:
        prediction, target = node.inputs
        error = node.kept["error"] = program.empty(prediction.shape)
        loss, flat = scalar(program), error.ravel()
        program.call(np.subtract, prediction.data, target.data, error)
        average(program, flat, flat, loss)
        return loss

    def backward(self, program: Program, node: Node) -> None:
        error = node.kept["error"]
        each = program.constant(2 / error.size)
        program.into(node.inputs[0], lambda out: program.call(np.multiply, error, each, out))


@dataclass(frozen=True)
class HuberLoss(Loss):
    """Quadratic within delta, linear beyond: c (|e| − ½c) with c = min(|e|, delta)."""

    kind: Literal["HuberLoss"] = "HuberLoss"
    delta: Annotated[float, Range(0, 1e6, above=True)] = 1.0
    notation: ClassVar = Notation(
        r"L = \frac{1}{n} \sum c\,(|e| - \tfrac{1}{2} c), \; c = \min(|e|, \delta), \; e = \hat{y} - y",
        {r"\hat{y}": r"\frac{\partial L}{\partial \hat{y}} = \frac{1}{n} \max(-\delta, \min(\delta, e))"},
    )

    def forward(self, program: Program, node: Node) -> Tensor:
        prediction, target = node.inputs
        error = node.kept["error"] = program.empty(prediction.shape)
        size, capped = (
            program.scratch(error.shape, "huber size"),
            program.scratch(error.shape, "huber capped"),
        )
        loss = scalar(program)
        program.call(np.subtract, prediction.data, target.data, error)
        program.call(np.abs, error, size)
        program.call(clip, size, program.constant(0), program.constant(self.delta), capped)
        program.call(np.multiply, capped, program.constant(-0.5), error)
        program.call(np.add, size, error, size)
        average(program, capped.ravel(), size.ravel(), loss)
        program.call(np.subtract, prediction.data, target.data, error)
        return loss

    def backward(self, program: Program, node: Node) -> None:
        error = node.kept["error"]
        low, high = program.constant(-self.delta), program.constant(self.delta)

        def emit(out: Array) -> None:
            program.call(clip, error, low, high, out)
            program.call(np.multiply, out, program.constant(1 / error.size), out)

        program.into(node.inputs[0], emit)


@dataclass(frozen=True)
class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy of a logit, ln(1 + e^z) − z y: finite for every finite z.

    Computed as ln(e^(−zy) + e^(z − zy)), which is the same number without a difference of two large ones: of a
    right and certain logit the plain form leaves only rounding.
    """

    kind: Literal["BCEWithLogitsLoss"] = "BCEWithLogitsLoss"
    notation: ClassVar = Notation(
        r"L = -\frac{1}{n} \sum \left( y \ln \sigma(z) + (1 - y) \ln (1 - \sigma(z)) \right)",
        {"z": r"\frac{\partial L}{\partial z} = \frac{1}{n} (\sigma(z) - y)"},
    )

    middle: ClassVar = 0.0

    def shares(self, outputs: Array) -> Array:
        yes = 0.5 + 0.5 * np.tanh(outputs / 2)
        return yes if len(yes) > 1 else np.concatenate([1 - yes, yes])

    def forward(self, program: Program, node: Node) -> Tensor:
        logits, target = node.inputs
        each = program.empty(logits.shape)
        loss, mean = scalar(program), np.full(each.size, 1 / each.size, program.dtype)
        taken = program.scratch(each.shape, "bce")
        program.call(np.multiply, logits.data, target.data, taken)
        program.call(np.subtract, logits.data, taken, each)
        program.call(np.negative, taken, taken)
        program.call(np.logaddexp, taken, each, each)
        program.call(each.ravel().dot, mean, loss.data)
        return loss

    def backward(self, program: Program, node: Node) -> None:
        logits, target = node.inputs
        probability = node.kept["probability"] = program.empty(logits.shape)

        def emit(out: Array) -> None:
            logistic(program, logits.data, probability)
            program.call(np.subtract, probability, target.data, out)
            program.call(np.multiply, out, program.constant(1 / probability.size), out)

        program.into(logits, emit)


def own_places(program: Program, labels: Array) -> Array:
    """Emit where the number of each label's own class lies in a flat (classes, labels)."""
    place, count = np.zeros(labels.shape, np.intp), np.array(labels.size)
    program.call(np.multiply, labels, count, place)
    program.call(np.add, place, np.arange(labels.size), place)
    return place


@dataclass(frozen=True)
class CrossEntropyLoss(Loss):
    """Softmax and cross-entropy in one: ln Σe^z − z_y, with the largest logit subtracted first.

    label_smoothing takes its share ε from each example's own class and spreads it over all of them alike (Szegedy et
    al. 2016): of z_y, (1 − ε) z_y + ε mean(z) is left.
    """

    kind: Literal["CrossEntropyLoss"] = "CrossEntropyLoss"
    label_smoothing: Annotated[float, Range(0, 1)] = 0.0
    labels: ClassVar = True
    notation: ClassVar = Notation(
        r"L = -\frac{1}{B} \sum \ln p_y, \; p = \mathrm{softmax}(z)",
        {"z": r"\frac{\partial L}{\partial z} = \frac{1}{B} (p - y)"},
    )

    def shares(self, outputs: Array) -> Array:
        raised = np.exp(outputs - outputs.max(axis=0))
        return np.asarray(raised / raised.sum(axis=0))

    def forward(self, program: Program, node: Node) -> Tensor:
        logits, target = node.inputs
        z, labels = logits.columns, target.data.ravel()
        classes, count = z.shape
        node.kept["probability"] = program.empty(logits.shape)
        p = columns(node.kept["probability"])
        largest, total, picked = (program.empty((count,)) for _ in range(3))
        ones, mean = np.ones(classes, program.dtype), np.full(count, 1 / count, program.dtype)
        place = node.kept["place"] = own_places(program, labels)
        loss = scalar(program)
        program.call(np.maximum.reduce, z, 0, None, largest)
        program.call(np.subtract, z, largest, p)
        program.call(p.ravel().take, place, None, picked, "clip")
        if self.label_smoothing:
            spread = program.scratch((count,), "spread")
            program.call(np.full(classes, self.label_smoothing / classes, program.dtype).dot, p, spread)
            program.call(np.multiply, picked, program.constant(1 - self.label_smoothing), picked)
            program.call(np.add, picked, spread, picked)
        program.call(np.exp, p, p)
        program.call(ones.dot, p, total)
        program.call(np.divide, p, total, p)
        program.call(np.log, total, total)
        program.call(np.subtract, total, picked, total)
        program.call(total.dot, mean, loss.data)
        return loss

    def backward(self, program: Program, node: Node) -> None:
        p, place = node.kept["probability"], node.kept["place"]
        share, classes = program.constant(1 / place.size), p.shape[0]
        spread = program.constant(self.label_smoothing / classes / place.size)
        kept = program.constant((1 - self.label_smoothing) / place.size)
        own = program.scratch(place.shape, "own class")

        def emit(out: Array) -> None:
            flat = out.ravel()
            program.call(np.multiply, p, share, out)
            if self.label_smoothing:
                program.call(np.subtract, out, spread, out)
            program.call(flat.take, place, None, own, "clip")
            program.call(np.subtract, own, kept, own)
            program.call(flat.put, place, own)

        program.into(node.inputs[0], emit)


@dataclass(frozen=True)
class NLLLoss(Loss):
    """Minus the logarithm of the right class's probability, where the network gives the logarithms: after LogSoftmax
    it is the cross-entropy."""

    kind: Literal["NLLLoss"] = "NLLLoss"
    labels: ClassVar = True
    notation: ClassVar = Notation(
        r"L = -\frac{1}{B} \sum \ell_y, \; \ell = \ln p",
        {r"\ell": r"\frac{\partial L}{\partial \ell} = -\frac{1}{B} \; (y), \; 0 \; (\text{else})"},
    )

    def shares(self, outputs: Array) -> Array:
        return np.clip(np.exp(outputs), 0, 1)

    def forward(self, program: Program, node: Node) -> Tensor:
        logarithms, target = node.inputs
        place = node.kept["place"] = own_places(program, target.data.ravel())
        picked, loss = program.empty(place.shape), scalar(program)
        program.call(logarithms.data.ravel().take, place, None, picked, "clip")
        program.call(picked.dot, np.full(place.size, -1 / place.size, program.dtype), loss.data)
        return loss

    def backward(self, program: Program, node: Node) -> None:
        place = node.kept["place"]
        share = np.full(place.size, -1 / place.size, program.dtype)

        def emit(out: Array) -> None:
            program.call(out.fill, 0)
            program.call(out.ravel().put, place, share)

        program.into(node.inputs[0], emit)


AnyLoss = Annotated[CrossEntropyLoss | NLLLoss | BCEWithLogitsLoss | MSELoss | HuberLoss, Tagged()]
