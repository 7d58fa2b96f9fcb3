"""Networks that the tests of exports have in common."""

from __future__ import annotations

from typing import Any

from engine.experiment import Experiment, Layers
from engine.layer import Composite, Part
from engine.layers.linear import Linear
from engine.operations.elementwise import ELU, GELU, Tanh
from engine.operations.join import Add, Concat, Multiply
from engine.tensor import Shape

SMALL = Experiment(
    name="small",
    network=Layers(
        (
            Linear(out_features=5),
            GELU(approximate="tanh"),
            Linear(out_features=4, bias=False),
            ELU(),
            Linear(out_features=1),
        )
    ),
)


class Residual(Composite):
    """Two linear layers with a link around them."""

    kind = "Residual"
    reads = (1, 1)

    def parts(self, *shapes: Shape) -> list[Part]:
        return [
            Part("first", Linear(out_features=5)),
            Part("", Tanh(), (0,)),
            Part("second", Linear(out_features=shapes[0][0]), (1,)),
            Part("", Add(), (2, -1)),
        ]


BRANCHES: tuple[Any, ...] = (
    Linear(name="wide", out_features=4),
    Tanh(name="class"),
    Linear(name="gate", inputs=("wide",), out_features=4),
    Multiply(name="gated", inputs=("class", "gate")),
    Concat(inputs=("gated", "input", "wide")),
    Residual(),
    Residual(shares="5"),
    Linear(name="train", out_features=10),
    Linear(shares="train", out_features=10),
    Linear(out_features=1),
)
