"""What holds for every layer there is, with its defaults: a new one is among them as soon as it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.layers.any_layer import LAYERS
from engine.layers.linear import Linear
from engine.network import Network
from engine.problem import BadExperiment
from engine.program import Program, compiled
from engine.tensor import Array, Shape
from engine.trainer import Training
from tests.engine.checker import agrees, training

# Of dense data, a sequence, a picture, and token numbers: a layer has to take one of them.
SHAPES: tuple[Shape, ...] = ((8,), (64,), (8, 8), (12, 6), (8, 8, 8), (1, 6))
TOKENS = (1, 6)
BATCH = 3


def placed(kind: type[Any]) -> tuple[list[Any], Shape]:
    """The layer in a network, and the first of the shapes that this can read."""
    inputs = kind.reads[0]
    others = [Linear(name=f"other{place}", inputs=("input",), out_features=8) for place in range(1, inputs)]
    reads = ("input", *(other.name for other in others)) if others else ()
    few = {"dim_feedforward": 8} if hasattr(kind, "dim_feedforward") else {}  # lest nudging moves one past its kink
    layers = [*others, replace(kind(**few), name="layer", inputs=reads)]
    for shape in SHAPES:
        try:
            Network(layers, *shape)
        except BadExperiment:
            continue
        return layers, shape
    pytest.fail(f"{kind.__name__}() reads none of the shapes {SHAPES}: give it defaults that do")


def trained(kind: type[Any], dtype: str = "float64") -> Training:
    layers, shape = placed(kind)
    tokens = np.random.default_rng(0).integers(0, 4, (1, BATCH, *shape[1:])) if shape == TOKENS else None
    return training(layers, *shape, batch=BATCH, dtype=dtype, x=tokens)


def outcome(made: Training) -> list[Array]:
    """Everything that a pass makes."""
    made.run_pass()
    arrays = [made.loss, made.output.data, *(p.gradient for p in made.parameters.named.values())]
    return [array.copy() for array in arrays]


@pytest.mark.parametrize("kind", LAYERS)
def test_has_the_gradients_of_nudging(kind: type[Any]) -> None:
    made = trained(kind)
    agrees(made, inputs=placed(kind)[1] != TOKENS)


@pytest.mark.parametrize("kind", LAYERS)
def test_says_the_shape_that_comes_out_and_a_cost_in_whole_numbers(kind: type[Any]) -> None:
    layers, shape = placed(kind)
    network = Network(layers, *shape)
    features, *positions = network.output
    assert trained(kind).output.data.shape == (features, BATCH, *positions)
    assert all(type(number) is int for number in (*network.output, network.multiply_adds, network.parameter_count))


@pytest.mark.parametrize("kind", LAYERS)
def test_counts_the_numbers_that_it_keeps(kind: type[Any]) -> None:
    layers, shape = placed(kind)
    said = sum(place.layer.keeps(*place.shapes) for place in Network(layers, *shape).placed)
    kept = {array.ctypes.data: array.size for node in trained(kind).nodes[:-1] for array in node.kept.values()}
    assert sum(kept.values()) <= BATCH * said + 100


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", LAYERS)
def test_gives_the_same_bytes_when_the_same_step_is_done_again(kind: type[Any], dtype: str) -> None:
    made = trained(kind, dtype)
    first = outcome(made)
    assert all(array.dtype == dtype for array in first)
    assert [array.tobytes() for array in first] == [array.tobytes() for array in outcome(made)]


@pytest.mark.parametrize("kind", LAYERS)
def test_can_be_looked_through_without_training(kind: type[Any]) -> None:
    layers, shape = placed(kind)
    network = Network(layers, *shape)
    parameters = network.allocate("float64")
    network.initialize(parameters, 0)
    program = Program("float64", 5, training=False)
    x = program.tensor(*shape, gradient=False)
    output = network.forward(program, parameters, x, gradient=False)
    compiled(program.forward_calls())()
    assert output.data.shape[1] == 5
    assert np.isfinite(output.data).all()


@pytest.mark.parametrize("kind", LAYERS)
def test_lets_nan_through_and_never_fails_on_it(kind: type[Any]) -> None:
    made = trained(kind)
    made.x[...] = np.nan
    with np.errstate(all="ignore"):
        outcome(made)


@pytest.mark.parametrize("kind", LAYERS)
def test_is_written_as_formulas(kind: type[Any]) -> None:
    assert "=" in kind.notation.value
    assert all(r"\partial L" in formula for formula in kind.notation.gradients.values())
