"""Formulas of a few operations, and one neuron: every digit is known."""

from __future__ import annotations

import numpy as np

from engine.expression import Expression
from engine.layers.linear import Linear
from engine.operations.elementwise import Sigmoid
from engine.operations.losses import CrossEntropyLoss
from engine.program import About, Program
from engine.scalar_graph import ScalarGraph
from engine.tensor import Array, Tensor
from tests.numbers.published import Digits, Numbers, Share, published

MICROGRAD = """
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + relu(b + a)
d += 3 * d + relu(b - a)
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
"""
KARPATHY = "Karpathy, micrograd (2020)"
CS231N = "Stanford CS231n, notes on backpropagation"


@published(
    "B1",
    "the example of micrograd at a = −4, b = 2: g, ∂g/∂a, ∂g/∂b",
    f"{KARPATHY}, README",
    (24.70408163265306, 138.83381924198252, 645.5772594752186),
    band=Share(1e-14),
    form=".16g",
)
def micrograd_example() -> Numbers:
    graph = ScalarGraph(Expression.read(MICROGRAD), {"a": -4, "b": 2})
    return graph.value, graph.gradient("a"), graph.gradient("b")


@published(
    "B1",
    "in the same: ∂g/∂ of c, d, e, f",
    "derivation",
    (-6.9417, 6.9417, -6.9417, 0.4958),
    band=Digits(5e-5),
    form=".4f",
)
def inside_micrograds_example() -> Numbers:
    graph = ScalarGraph(Expression.read(MICROGRAD), {"a": -4, "b": 2})
    return [graph.gradient(name) for name in "cdef"]


@published(
    "B2",
    "micrograd's sanity check at x = −4: y, dy/dx",
    f"{KARPATHY}, tests",
    (-20, 46),
    band=Digits(0),
)
def micrograd_sanity() -> Numbers:
    text = "z = 2 * x + 2 + x; q = relu(z) + z * x; h = relu(z * z); y = h + q + q * x"
    graph = ScalarGraph(Expression.read(text), {"x": -4})
    return graph.value, graph.gradient("x")


@published(
    "B3",
    "f = (x + y) z at (−2, 5, −4): f and its gradient",
    CS231N,
    (-12, -4, -4, 3),
    band=Digits(0),
)
def circuit() -> Numbers:
    graph = ScalarGraph(Expression.read("f = (x + y) * z"), {"x": -2, "y": 5, "z": -4})
    return graph.value, *map(graph.gradient, "xyz")


@published(
    "B4",
    "the sigmoid neuron w = (2, −3, −3), x = (−1, −2): f, ∂f/∂z, ∂f/∂x, ∂f/∂w",
    f"{CS231N}; digits by its formula",
    (0.7310585786, 0.1966119332, 0.3932238665, -0.5898357997, -0.1966119332, -0.3932238665, 0.1966119332),
    band=Digits(5e-11),
    form=".10f",
)
def sigmoid_neuron() -> Numbers:
    program = Program(np.float64, 1)
    x = program.tensor(2)
    w = Tensor(np.array([[2.0, -3.0, -3.0]]), np.zeros((1, 3)))
    x.data[:, 0] = -1, -2
    z = program.apply(Linear(out_features=1), x, about=About("z", parameters=(w,)))
    f = program.apply(Sigmoid(), z, name="f")
    program.backward()
    return f.data[0, 0], *(float(g) for t in (z, x, w) for g in gradient(t).ravel())


@published(
    "B16",
    "softmax and cross-entropy of the logits (2, 1, 0.1), class 0: B ∂L/∂z = p − y",
    "derivation",
    (-0.340998861, 0.242432971, 0.098565890),
    band=Digits(5e-10),
    form=".9f",
)
def softmax_gradient() -> Numbers:
    program = Program(np.float64, 4)
    logits = program.tensor(3)
    logits.data[...] = np.array([[2.0], [1.0], [0.1]])
    judge(program, logits)
    return [float(each) for each in program.batch * gradient(logits)[:, 3]]


@published(
    "B27",
    "the loss of a network that knows nothing of 10, 27, 65 classes: ln C",
    "derivation",
    (2.302585093, 3.295836866, 4.174387270),
    band=Digits(5e-10),
    form=".9f",
)
def chance_loss() -> Numbers:
    found = []
    for classes in (10, 27, 65):
        program = Program(np.float64, 8)
        found.append(float(judge(program, program.tensor(classes)).data))
    return found


def judge(program: Program, logits: Tensor) -> Tensor:
    """Cross-entropy against class 0, backward pass included."""
    loss = CrossEntropyLoss()
    judged = program.apply(loss, logits, Tensor(loss.targets(program, len(logits.data)), None), name=loss.kind)
    program.backward()
    return judged


def gradient(tensor: Tensor) -> Array:
    assert tensor.gradient is not None
    return tensor.gradient
