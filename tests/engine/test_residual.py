"""Residual blocks: gradients of nudging, PyTorch's numbers for the same parameters, and the clear way around."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.experiment import Experiment, Layers
from engine.feasible import planned
from engine.layers.linear import Linear
from engine.layers.residual import BasicBlock, ResidualBlock
from engine.network import Network
from engine.operations.reductions import Mean
from engine.operations.shape import Unflatten
from engine.problem import BadExperiment
from tests.engine.beside import beside
from tests.engine.checker import agrees, training

BLOCKS: list[tuple[Any, tuple[int, ...]]] = [
    (BasicBlock(planes=2), (2, 4, 3)),
    (BasicBlock(planes=3), (2, 3, 3)),
    (BasicBlock(planes=2, stride=2), (2, 4, 5)),
    (ResidualBlock(hidden_features=5), (3,)),
    (ResidualBlock(hidden_features=5, activation="GELU", norm="post"), (3, 4)),
    (ResidualBlock(hidden_features=5, activation="Tanh", norm="none"), (3,)),
]


def said(value: object) -> str:
    return str(value)


@pytest.mark.parametrize(("block", "shape"), BLOCKS, ids=said)
def test_gradients_are_those_of_nudging(block: Any, shape: tuple[int, ...]) -> None:
    agrees(training([block], *shape, seed=3))


def resnet_block(planes: int, stride: int, channels: int) -> Any:
    """torchvision's BasicBlock, its modules under the names it has there."""
    torch = pytest.importorskip("torch")
    nn = torch.nn
    block = nn.Module()
    block.conv1, block.bn1 = nn.Conv2d(channels, planes, 3, stride, 1, bias=False), nn.BatchNorm2d(planes)
    block.conv2, block.bn2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False), nn.BatchNorm2d(planes)
    if stride != 1 or planes != channels:
        block.downsample = nn.Sequential(nn.Conv2d(channels, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))
    return block


def through_resnet(modules: Any, x: Any) -> Any:
    torch = pytest.importorskip("torch")
    block = modules["0"]
    out = block.bn2(block.conv2(torch.relu(block.bn1(block.conv1(x)))))
    return torch.relu(out + (block.downsample(x) if hasattr(block, "downsample") else x))


def dense_block(block: ResidualBlock, features: int) -> Any:
    torch = pytest.importorskip("torch")
    made = torch.nn.Module()
    made.linear1 = torch.nn.Linear(features, block.hidden_features)
    made.linear2 = torch.nn.Linear(block.hidden_features, features)
    made.activation = getattr(torch.nn, block.activation)()
    if block.norm != "none":
        made.norm = torch.nn.LayerNorm(features)
    made.first = block.norm == "pre"
    return made


def through_dense(modules: Any, x: Any) -> Any:
    block, x = modules["0"], x.movedim(1, -1)
    norm = getattr(block, "norm", lambda values: values)
    inner = norm(x) if block.first else x
    y = x + block.linear2(block.activation(block.linear1(inner)))
    return (y if block.first else norm(y)).movedim(-1, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("block", "shape"), BLOCKS, ids=said)
def test_parameters_go_by_pytorchs_names_and_all_numbers_are_pytorchs(
    block: Any, shape: tuple[int, ...], dtype: str
) -> None:
    made = training([block], *shape, batch=4, dtype=dtype, seed=5)
    if isinstance(block, BasicBlock):
        beside(made, {"0": resnet_block(block.planes, block.stride, shape[0])}, through_resnet)
    else:
        beside(made, {"0": dense_block(block, shape[0])}, through_dense)


def test_a_block_that_makes_nothing_of_its_input_hands_the_gradient_on_as_it_is() -> None:
    made = training([ResidualBlock()], 3)
    for name in ("0.linear2.weight", "0.linear2.bias"):
        made.parameters.named[name].value.fill(0)
    made.run_pass()
    np.testing.assert_array_equal(made.output.data, made.x)
    np.testing.assert_array_equal(made.input.gradient, made.output.gradient)


def test_what_goes_around_is_fitted_only_where_sizes_differ() -> None:
    def names(block: BasicBlock) -> set[str]:
        return {placed.name for placed in Network([block], 2, 4, 4).placed}

    assert not any("downsample" in name for name in names(BasicBlock(planes=2)))
    assert {"0.downsample.0", "0.downsample.1"} <= names(BasicBlock(planes=3))
    assert {"0.downsample.0", "0.downsample.1"} <= names(BasicBlock(planes=2, stride=2))


def test_a_small_residual_network_can_be_run_on_pictures() -> None:
    layers = (
        Unflatten(unflattened_size=(1, 1, 2)),
        BasicBlock(planes=4),
        BasicBlock(planes=6, stride=2),
        Mean(),
        Linear(out_features=1),
    )
    _, network = planned(Experiment(network=Layers(layers)))
    assert [placed.output for placed in network.placed if placed.name.endswith("add")] == [(4, 1, 2), (6, 1, 1)]


def test_a_basic_block_refuses_what_is_no_picture() -> None:
    with pytest.raises(BadExperiment, match=r"a picture, of shape \(channels, height, width\), got \(64,\)"):
        Network([BasicBlock()], 64)
