"""Whole experiments beside PyTorch: the same loss, the same gradients, the same steps.

Two arrays are compared by their largest difference, divided by the largest magnitude in PyTorch's. Single
entries are not divided by themselves: a sum of cancelling terms has no digits of its own to agree on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.choice import settings as options_of
from engine.experiment import ACTIVATIONS, Experiment, Layers
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ELU, GELU, LeakyReLU, Softplus
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, MSELoss
from engine.optimizers import SGD, Adam, AdamW, RMSprop
from engine.parameters import Block, Parameters
from engine.program import Program, compiled
from engine.tensor import Array
from engine.trainer import Training

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
STEPS = 3


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


activations = st.one_of(
    *(st.just(kind()) for kind in ACTIVATIONS),
    st.builds(LeakyReLU, negative_slope=between(0, 1)),
    st.builds(GELU, approximate=st.sampled_from(["none", "tanh"])),
    st.builds(Softplus, beta=between(0.2, 5), threshold=between(1, 30)),
    st.builds(ELU, alpha=between(0.1, 3)),
)
rates = between(1e-3, 0.05)
decays = st.sampled_from([0.0, 0.01, 0.1])
momenta = st.sampled_from([0.0, 0.5, 0.9])
betas = st.tuples(between(0, 0.95), between(0.9, 0.9999))
optimizers = st.one_of(
    st.builds(SGD, lr=rates, momentum=momenta, dampening=between(0, 0.9), weight_decay=decays),
    st.builds(SGD, lr=rates, momentum=between(0.1, 0.95), weight_decay=decays, nesterov=st.just(True)),
    st.builds(Adam, lr=rates, betas=betas, eps=between(1e-6, 1e-3), weight_decay=decays),
    st.builds(AdamW, lr=rates, betas=betas, eps=between(1e-6, 1e-3), weight_decay=decays),
    st.builds(
        RMSprop,
        lr=rates,
        alpha=between(0.5, 0.99),
        eps=between(1e-6, 1e-3),
        weight_decay=decays,
        momentum=momenta,
        centered=st.booleans(),
    ),
)
losses = st.one_of(
    st.just(CrossEntropyLoss()),
    st.just(BCEWithLogitsLoss()),
    st.just(MSELoss()),
    st.builds(HuberLoss, delta=between(0.1, 3)),
)


@dataclass(frozen=True)
class Case:
    """An experiment, the seed of its numbers, and the number of features that its batch has."""

    experiment: Experiment
    features: int
    seed: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """1 to 5 linear layers of 1 to 16 units, each but the last followed by an activation, or by none."""
    loss = draw(losses)
    layers: list[Any] = []
    for width in draw(st.lists(st.integers(1, 16), max_size=4)):
        layers += [Linear(out_features=width, bias=draw(st.booleans())), draw(activations)]
    outputs = draw(st.integers(2, 6) if isinstance(loss, CrossEntropyLoss) else st.integers(1, 6))
    layers.append(Linear(out_features=outputs, bias=draw(st.booleans())))
    experiment = Experiment(
        network=Layers(tuple(layers)),
        loss=loss,
        optimizer=draw(optimizers),
        batch=draw(st.integers(1, 24)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    return Case(experiment, draw(st.integers(1, 8)), draw(st.integers(0, 2**32 - 1)))


def ours(case: Case) -> Training:
    """The engine's program with drawn parameters and a drawn batch in place."""
    experiment, rng = case.experiment, np.random.default_rng(case.seed)
    network = Network(experiment.network.layers, case.features)
    training = Training(experiment, network, network.allocate(experiment.dtype))
    training.reset(seed=0)
    for parameter in training.parameters.named.values():
        parameter.value[...] = rng.normal(size=parameter.value.shape) / np.sqrt(parameter.value.shape[-1])
    training.x[...] = rng.normal(size=training.x.shape)
    targets, shape = training.targets, training.targets.shape
    if experiment.loss.labels:
        targets[...] = rng.integers(0, network.outputs, shape)
    elif isinstance(experiment.loss, BCEWithLogitsLoss):
        targets[...] = rng.random(shape) > 0.5
    else:
        targets[...] = rng.normal(size=shape)
    return training


def theirs(case: Case, training: Training) -> tuple[Any, Any]:
    """An nn.Sequential with the same parameters, and its optimizer, written out layer by layer."""
    dtype, features = getattr(torch, case.experiment.dtype), case.features
    modules = []
    for layer in case.experiment.network.layers:
        options = options_of(layer)
        kind = options.pop("kind")
        if isinstance(layer, Linear):
            modules.append(torch.nn.Linear(features, layer.out_features, bias=layer.bias, dtype=dtype))
            features = layer.out_features
        else:
            modules.append(getattr(torch.nn, kind)(**options))
    model = torch.nn.Sequential(*modules)
    model.load_state_dict({name: torch.from_numpy(p.value.copy()) for name, p in training.parameters.named.items()})
    return model, torch_optimizer(case.experiment.optimizer, model.parameters())


def torch_optimizer(optimizer: Any, parameters: Any) -> Any:
    options = options_of(optimizer)
    return getattr(torch.optim, options.pop("kind"))(parameters, **options)


def error(found: Any, expected: Any) -> float:
    """Largest difference over the largest magnitude expected; 0 where both are 0 throughout."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if not np.isfinite(expected).all():
        return float("inf")
    difference, scale = np.abs(found - expected).max(), np.abs(expected).max()
    return float(difference / scale) if scale else float(difference)


def errors(case: Case) -> dict[str, float]:
    """The error of the loss, of every gradient, and of every parameter after each step, by name."""
    training = ours(case)
    model, optimizer = theirs(case, training)
    x = torch.from_numpy(training.x.T.copy())
    y = torch.from_numpy(training.targets.T.copy())
    options = options_of(case.experiment.loss)
    criterion = getattr(torch.nn, options.pop("kind"))(**options)
    found = {}
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        training.run_pass()
        if step == 0:
            found["loss"] = error(training.loss, loss.item())
            for name, parameter in model.named_parameters():
                gradient = training.parameters.named[name].gradient
                found[f"gradient {name}"] = error(gradient, parameter.grad.numpy())
        optimizer.step()
        training.run_update()
        for name, parameter in model.named_parameters():
            value = training.parameters.named[name].value
            found[f"step {step + 1} {name}"] = error(value, parameter.detach().numpy())
    return found


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(cases())
def test_a_drawn_experiment_has_the_loss_gradients_and_steps_of_pytorch(case: Case) -> None:
    found = errors(case)
    name = max(found, key=lambda key: found[key])
    assert found[name] <= TOLERANCE[case.experiment.dtype], name


OPTIMIZERS = [
    SGD(lr=0.1),
    SGD(lr=0.1, weight_decay=0.2),
    SGD(lr=0.1, momentum=0.9),
    SGD(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.1),
    SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    Adam(),
    Adam(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.3),
    AdamW(),
    AdamW(lr=0.1, betas=(0.0, 0.99), weight_decay=0.5),
    RMSprop(),
    RMSprop(lr=0.05, alpha=0.9, weight_decay=0.2, momentum=0.8),
    RMSprop(alpha=0.8, momentum=0.5, centered=True),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_an_optimizer_follows_pytorch_for_twenty_steps(optimizer: Any) -> None:
    rng = np.random.default_rng(5)
    parameters = Parameters([("0", [Block((6, 4), {"weight": ()})])], np.float64)
    program = Program(np.float64, 1)
    memory = []
    program.emit_update(lambda recorded: memory.append(optimizer.emit(recorded, parameters)))
    for array in memory[0].arrays.values():
        array.fill(0)
    update = compiled(program.update)
    parameters.values[:] = rng.normal(size=24)
    tensor = torch.from_numpy(parameters.values.copy()).requires_grad_()
    peer = torch_optimizer(optimizer, [tensor])
    for step in range(20):
        if step == 10:  # a rate changed on the way
            memory[0].set_rate(optimizer.lr / 3)
            peer.param_groups[0]["lr"] = optimizer.lr / 3
        gradient: Array = rng.normal(size=24) * 10.0 ** rng.integers(-4, 3, 24)
        before = parameters.values.copy()
        parameters.gradients[:] = gradient
        tensor.grad = torch.from_numpy(gradient.copy())
        update()
        peer.step()
        assert error(parameters.values, tensor.detach().numpy()) <= 1e-12
        assert np.array_equal(parameters.values, before + parameters.update)
        assert np.array_equal(parameters.gradients, gradient), "the gradient that is shown was changed"


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW, RMSprop])
def test_the_defaults_of_an_optimizer_are_pytorchs(kind: type[Any]) -> None:
    defaults = torch_optimizer(kind(), [torch.zeros(1, requires_grad=True)]).defaults
    bare = getattr(torch.optim, kind.__name__)([torch.zeros(1, requires_grad=True)]).defaults
    assert defaults == bare
