"""Networks as graphs: which layer reads which, shapes and costs before anything is allocated, sharing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine.experiment import Experiment, Layers
from engine.layer import Composite, Part
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ReLU, Tanh
from engine.operations.join import Add, Concat, Multiply
from engine.operations.losses import MSELoss
from engine.parameters import Block
from engine.problem import BadExperiment
from engine.run import Run
from engine.tensor import Array, Shape
from tests.engine.checker import agrees, training

BRANCHES: list[Any] = [
    Linear(name="wide", out_features=4),
    Tanh(name="bent"),
    Linear(name="gate", inputs=("wide",), out_features=4),
    Multiply(name="gated", inputs=("bent", "gate")),
    Add(name="sum", inputs=("gated", "wide", "bent")),
    Concat(inputs=("sum", "input", "gated")),
    Linear(out_features=2),
]


def problems(*layers: Any, shape: tuple[int, ...] = (3,)) -> list[tuple[str, str]]:
    with pytest.raises(BadExperiment) as refused:
        Network(layers, *shape)
    return [(problem.where, problem.code) for problem in refused.value.problems]


def test_a_network_of_branches_has_the_gradients_of_nudging() -> None:
    agrees(training(BRANCHES, 3))


def test_a_network_of_branches_trains_as_its_formula_says() -> None:
    made = training(BRANCHES, 3)
    value = {name: parameter.value for name, parameter in made.parameters.named.items()}
    x = made.x
    wide = value["wide.weight"] @ x + value["wide.bias"][:, None]
    bent = np.tanh(wide)
    gated = bent * (value["gate.weight"] @ wide + value["gate.bias"][:, None])
    joined = np.concatenate([gated + wide + bent, x, gated])
    expected = value["6.weight"] @ joined + value["6.bias"][:, None]
    np.testing.assert_allclose(made.output.data, expected, rtol=1e-12)


def test_shared_layers_have_one_set_of_parameters_and_the_sum_of_both_gradients() -> None:
    layers = [Linear(name="a", out_features=3), Tanh(), Linear(shares="a", out_features=3), Linear(out_features=1)]
    made = training(layers, 3)
    assert set(made.parameters.named) == {"a.weight", "a.bias", "3.weight", "3.bias"}
    agrees(made)


def test_an_input_that_several_layers_read_gets_the_sum_of_their_gradients() -> None:
    layers = [
        Linear(name="left", out_features=2),
        Linear(name="right", inputs=("input",), out_features=2),
        Add(inputs=("left", "right", "input")),
    ]
    agrees(training(layers, 2))


class Twice(Composite):
    """Two linear layers with a link around them: a layer made of layers."""

    kind = "Twice"
    reads = (1, 1)

    def parts(self, *shapes: Shape) -> list[Part]:
        size = shapes[0][0]
        return [
            Part("first", Linear(out_features=5)),
            Part("", Tanh(), (0,)),
            Part("second", Linear(out_features=size), (1,)),
            Part("", Add(), (2, -1)),
        ]


def test_a_layer_made_of_layers_is_placed_as_its_parts() -> None:
    layers: list[Any] = [Linear(out_features=3), Twice(name="block"), Twice(inputs=("block",)), Linear(out_features=1)]
    made = training(layers, 2)
    assert [p.name for p in made.network.placed][:6] == [
        "0",
        "block.first",
        "block",
        "block.second",
        "block",
        "2.first",
    ]
    assert {p.index for p in made.network.placed} == {0, 1, 2, 3}
    assert "block.second.weight" in made.parameters.named
    agrees(made)


def test_layers_made_of_layers_can_share_as_well() -> None:
    layers: list[Any] = [Twice(name="block"), Twice(shares="block"), Linear(out_features=1)]
    made = training(layers, 2)
    assert sum("first.weight" in name for name in made.parameters.named) == 1
    agrees(made)


@dataclass(frozen=True)
class Ending(Linear):
    """A linear layer whose parameters' names have an ending."""

    ending: str = ""

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        (block,) = super().blocks(*shapes)
        return (Block(block.shape, {name + self.ending: view for name, view in block.parts.items()}),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        super().initialize(rng, {name.removesuffix(self.ending): part for name, part in parts.items()})


class Stack(Composite):
    """Two linear layers known by one name, their parameters told apart by how they end."""

    kind = "Stack"

    def parts(self, *shapes: Shape) -> list[Part]:
        return [
            Part("", Ending(out_features=3, ending="_l0")),
            Part("", Ending(out_features=2, ending="_l1"), (0,)),
        ]


def test_parts_of_one_name_have_their_own_parameters() -> None:
    made = training([Stack(), Linear(out_features=1)], 4)
    assert [name for name in made.parameters.named if name.startswith("0.")] == [
        "0.weight_l0",
        "0.bias_l0",
        "0.weight_l1",
        "0.bias_l1",
    ]
    assert made.parameters.named["0.weight_l0"].value.shape == (3, 4)
    assert made.parameters.named["0.weight_l1"].value.shape == (2, 3)
    agrees(made)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([Linear(name="a"), Linear(name="a")], [("network.layers.1.name", "name_taken")]),
        ([Linear(name="1"), Linear()], [("network.layers.0.name", "name")]),
        ([Linear(name="input")], [("network.layers.0.name", "name")]),
        ([Linear(name="a.b")], [("network.layers.0.name", "name")]),
        ([Linear(inputs=("gone",))], [("network.layers.0.inputs.0", "no_such_layer")]),
        ([Linear(inputs=("0",))], [("network.layers.0.inputs.0", "not_before")]),
        ([Add(inputs=("input", "b")), Linear(name="b")], [("network.layers.0.inputs.1", "not_before")]),
        ([Linear(), Add()], [("network.layers.1.inputs", "input_count")]),
        ([Linear(inputs=("input", "input"))], [("network.layers.0.inputs", "input_count")]),
        ([Linear(), Linear(inputs=("input",))], [("network.layers.0", "unread")]),
        ([Linear(), Linear(shares="gone")], [("network.layers.1.shares", "no_such_layer")]),
        ([Linear(), Linear(shares="input")], [("network.layers.1.shares", "no_such_layer")]),
        ([Linear(), Linear(shares="1")], [("network.layers.1.shares", "not_before")]),
        ([Linear(), ReLU(shares="0")], [("network.layers.1.shares", "shares_kind")]),
        ([Linear(out_features=4), Linear(shares="0", out_features=4)], [("network.layers.1.shares", "shape")]),
        (
            [Linear(out_features=4), Linear(shares="0", out_features=4, bias=False)],  # blocks of 4 × 4 both
            [("network.layers.1.shares", "shape")],
        ),
        ([Linear(out_features=2), Add(inputs=("0", "input"))], [("network.layers.1.inputs.1", "shape")]),
    ],
)
def test_a_list_that_cannot_be_wired_names_the_place(layers: list[Any], expected: list[tuple[str, str]]) -> None:
    assert problems(*layers) == expected


def test_both_shapes_are_named_where_they_do_not_fit() -> None:
    with pytest.raises(BadExperiment, match=r"\(2,\) and \(3,\)"):
        Network([Linear(out_features=2), Add(inputs=("0", "input"))], 3)


def test_costs_are_exact_however_large_and_nothing_is_allocated() -> None:
    layers = [Linear(out_features=4096) for _ in range(256)]
    network = Network(layers, 10**12)
    assert network.multiply_adds == 4096 * 10**12 + 255 * 4096**2
    assert network.parameter_count == 4096 * (10**12 + 1) + 255 * 4096 * 4097


def test_a_run_over_branches_rewinds_to_the_last_bit() -> None:
    layers = (
        Linear(name="a", out_features=6),
        Tanh(),
        Linear(out_features=6),
        Add(inputs=("a", "2")),
        Linear(shares="2", out_features=6),
        Linear(out_features=1),
    )
    run = Run(Experiment(network=Layers(layers), loss=MSELoss()))
    run.advance(40)
    there = run.parameters.values.copy()
    run.advance(25)
    run.seek(40)
    assert run.parameters.values.tobytes() == there.tobytes()
