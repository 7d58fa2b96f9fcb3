"""Optimizers beside torch.optim, step for step; Lion, which it has not, beside its algorithm written out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layer import arguments
from engine.optimizers.adadelta import Adadelta
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.adamax import Adamax
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.optimizers.lion import Lion
from engine.optimizers.memory import Memory
from engine.optimizers.nadam import NAdam
from engine.optimizers.optimizer import Optimizer
from engine.optimizers.radam import RAdam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.parameters import Block, Owner, Parameters
from engine.program import Program, compiled
from engine.schedules import Schedule
from engine.tensor import Array

KINDS: tuple[type[Any], ...] = get_args(get_args(AnyOptimizer)[0])
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
STEPS, CHANGE, SIZE = 20, 10, 24
OPTIMIZERS = [
    SGD(lr=0.1),
    SGD(lr=0.1, weight_decay=0.2),
    SGD(lr=0.1, momentum=0.9),
    SGD(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.1),
    SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    Adam(),
    Adam(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.3),
    Adam(lr=0.1, betas=(0.9, 0.5), weight_decay=0.1, amsgrad=True),
    AdamW(),
    AdamW(lr=0.1, betas=(0.0, 0.99), weight_decay=0.5),
    AdamW(lr=0.1, betas=(0.9, 0.5), amsgrad=True),
    RMSprop(),
    RMSprop(lr=0.05, alpha=0.9, weight_decay=0.2, momentum=0.8),
    RMSprop(alpha=0.8, momentum=0.5, centered=True),
    Adagrad(),
    Adagrad(lr=0.3, lr_decay=0.2, weight_decay=0.3),
    Adagrad(lr=0.3, initial_accumulator_value=0.5, eps=1e-3),
    Adadelta(),
    Adadelta(lr=0.5, rho=0.6, eps=1e-3, weight_decay=0.3),
    Adamax(),
    Adamax(lr=0.1, betas=(0.5, 0.8), eps=1e-3, weight_decay=0.3),
    NAdam(),
    NAdam(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.3, momentum_decay=0.5),
    NAdam(lr=0.1, weight_decay=0.3, decoupled_weight_decay=True),
    RAdam(),
    RAdam(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.3),
    RAdam(lr=0.1, betas=(0.9, 0.6), weight_decay=0.3, decoupled_weight_decay=True),  # too few squares for ever
]

rates = st.floats(1e-3, 0.1)
decays = st.sampled_from([0.0, 0.01, 0.3])
betas = st.tuples(st.floats(0, 0.95), st.floats(0.3, 0.9999))
epsilons = st.floats(1e-8, 1e-2)
family: dict[str, Any] = {"lr": rates, "betas": betas, "eps": epsilons, "weight_decay": decays}
drawn = st.one_of(
    st.builds(Adam, **family, amsgrad=st.booleans()),
    st.builds(AdamW, **family, amsgrad=st.booleans()),
    st.builds(
        Adagrad,
        lr=rates,
        lr_decay=st.floats(0, 2),
        weight_decay=decays,
        initial_accumulator_value=st.floats(0, 10),
        eps=epsilons,
    ),
    st.builds(Adadelta, lr=st.floats(0.01, 2), rho=st.floats(0, 0.99), eps=epsilons, weight_decay=decays),
    st.builds(Adamax, **family),
    st.builds(NAdam, **family, momentum_decay=st.floats(0, 1), decoupled_weight_decay=st.booleans()),
    st.builds(RAdam, **family, decoupled_weight_decay=st.booleans()),
)


class Updates:
    """An optimizer's calls alone, on one flat vector that starts at `values`."""

    def __init__(self, optimizer: Optimizer, values: Array, cycled: Schedule | None = None) -> None:
        self.parameters = Parameters([Owner("0", (Block((len(values),), {"weight": np.asarray}),), {})], values.dtype)
        optimizer = cycled.begin(optimizer) if cycled else optimizer
        self.memory = Memory(optimizer, self.parameters, cycled=cycled is not None)
        program = Program(values.dtype, 1)
        program.emit_update(lambda program: self.memory.emit(program, self.memory.arrange()))
        self.parameters.values[:] = values
        self.run = compiled(program.update)

    def step(self, gradient: Array) -> Array:
        """The values after it; what is shown beside them has to be true."""
        parameters = self.parameters
        before = parameters.values.copy()
        parameters.gradients[:] = gradient
        self.run()
        assert np.array_equal(parameters.values, before + parameters.update)
        assert np.array_equal(parameters.gradients, gradient), "the gradient that is shown was changed"
        return parameters.values


def start(dtype: str, seed: int) -> tuple[Array, list[Array]]:
    """Values to begin with, and a gradient for each step, of magnitudes from 1e-4 to 100."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=SIZE).astype(dtype)
    return values, [(rng.normal(size=SIZE) * 10.0 ** rng.integers(-4, 3, SIZE)).astype(dtype) for _ in range(STEPS)]


def largest_error(optimizer: Optimizer, dtype: str, seed: int) -> float:
    """Over all steps, the largest difference to PyTorch's values over the largest of those values."""
    values, gradients = start(dtype, seed)
    ours = Updates(optimizer, values)
    tensor = torch.from_numpy(values.copy()).requires_grad_()
    options = arguments(optimizer)
    peer = getattr(torch.optim, optimizer.kind)([tensor], **options)
    found = []
    for step, gradient in enumerate(gradients):
        if step == CHANGE:
            ours.memory.set_rate(optimizer.lr / 3)
            peer.param_groups[0]["lr"] = optimizer.lr / 3
        tensor.grad = torch.from_numpy(gradient.copy())
        peer.step()
        expected = tensor.detach().numpy()
        found.append(np.abs(ours.step(gradient) - expected).max() / np.abs(expected).max())
    return float(max(found))


torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)


@pytest.fixture
def scalars_in_double() -> Iterator[None]:
    """NAdam's product of momenta is of torch's default dtype, whatever its parameters are."""
    kept = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(kept)


@pytest.mark.usefixtures("scalars_in_double")
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_an_optimizer_follows_pytorch_for_twenty_steps_and_a_change_of_rate(optimizer: Any, dtype: str) -> None:
    assert largest_error(optimizer, dtype, seed=5) <= TOLERANCE[dtype]


@pytest.mark.usefixtures("scalars_in_double")
@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(drawn, st.sampled_from(sorted(TOLERANCE)), st.integers(0, 2**32 - 1))
def test_an_optimizer_of_drawn_options_follows_pytorch(optimizer: Any, dtype: str, seed: int) -> None:
    assert largest_error(optimizer, dtype, seed) <= TOLERANCE[dtype]


CORNERS = {
    "no gradient at first": [0.0, 0.0, 0.0, 1.0, 0.0],
    "a vanished one": [1e-30] * 4,
    "an exploded one": [1e30, 1.0, 1e30, -1e30],
    "all sizes": [1e-8, -1e-8, 1e8, 0.0, 0.0, 1e-8],
    "no number": [1.0, math.nan, 1.0],
}


@pytest.mark.usefixtures("scalars_in_double")
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_an_optimizer_follows_pytorch_into_the_corners(optimizer: Any, corner: str) -> None:
    values = np.array([1.5, -0.5])
    ours, tensor = Updates(optimizer, values), torch.from_numpy(values.copy()).requires_grad_()
    peer = getattr(torch.optim, optimizer.kind)([tensor], **arguments(optimizer))
    for gradient in CORNERS[corner]:
        both = np.array([gradient, -gradient])
        ours.parameters.gradients[:] = both
        tensor.grad = torch.from_numpy(both)
        peer.step()
        with np.errstate(all="ignore"):
            ours.run()
        np.testing.assert_allclose(ours.parameters.values, tensor.detach().numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Lion])
def test_the_defaults_of_an_optimizer_are_pytorchs(kind: type[Any]) -> None:
    options = arguments(kind())
    theirs = getattr(torch.optim, kind().kind)
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    given, bare = (theirs([torch.zeros(1, requires_grad=True)], **each).defaults for each in (options, {}))
    assert given == bare


def test_every_optimizer_is_among_those_compared() -> None:
    assert {type(optimizer) for optimizer in OPTIMIZERS} == set(KINDS) - {Lion}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "optimizer", [Lion(), Lion(lr=0.1, betas=(0.5, 0.8), weight_decay=0.3), Lion(betas=(0.0, 0.0))], ids=repr
)
def test_lion_follows_its_algorithm(optimizer: Lion, seed: int, dtype: str) -> None:
    p, gradients = start(dtype, seed)
    ours, m, lr = Updates(optimizer, p), np.zeros(SIZE), optimizer.lr
    first, second = optimizer.betas
    for step, g in enumerate(gradients):
        if step == CHANGE:
            lr = optimizer.lr / 3
            ours.memory.set_rate(lr)
        p = p - lr * (np.sign(first * m + (1 - first) * g) + optimizer.weight_decay * p)
        m = second * m + (1 - second) * g
        assert np.abs(ours.step(g) - p).max() <= TOLERANCE[dtype] * np.abs(p).max()


def test_lion_stays_where_there_is_no_gradient_and_never_was() -> None:
    values = np.array([1.0, -2.0])
    assert np.array_equal(Updates(Lion(), values).step(np.zeros(2)), values)


def test_adagrads_first_step_is_the_learning_rate_whatever_the_gradient() -> None:
    gradient = np.array([1e-3, -1.0, 1e4])
    np.testing.assert_allclose(Updates(Adagrad(lr=0.5), np.zeros(3)).step(gradient), [-0.5, 0.5, -0.5], rtol=1e-6)


def test_amsgrad_remembers_the_largest_gradient() -> None:
    """After a large gradient and a long row of small ones, Adam steps farther than AMSGrad does."""
    sizes = []
    for amsgrad in (False, True):
        updates = Updates(Adam(betas=(0.9, 0.9), amsgrad=amsgrad), np.zeros(1))
        for gradient in (100.0, *[1.0] * 200):
            updates.step(np.array([gradient]))
        sizes.append(abs(updates.parameters.update[0]))
    # Adam's step becomes the rate; AMSGrad divides by √((1 − β₂) · 100²) for ever.
    np.testing.assert_allclose(sizes, [1e-3, 1e-3 / np.sqrt(0.1 * 100**2)], rtol=1e-2)


def test_radam_goes_without_the_variance_for_five_steps() -> None:
    """Of a steady gradient the momentum is the gradient: the steps are lr · g, and from the sixth on they are not."""
    updates = Updates(RAdam(lr=0.1), np.zeros(1))
    steps = []
    for _ in range(6):
        updates.step(np.array([30.0]))
        steps.append(-updates.parameters.update[0])
    np.testing.assert_allclose(steps[:5], 3.0, rtol=1e-12)
    assert 0 < steps[5] < 0.1


def test_radam_of_an_endless_mean_square_still_steps_by_momentum_alone() -> None:
    """In float32 the square of a gradient of 1e20 is infinite; where nothing is divided by it, it must do no harm."""
    with np.errstate(over="ignore"):
        after = Updates(RAdam(lr=1e-20), np.zeros(1, np.float32)).step(np.array([1e20], np.float32))
    np.testing.assert_allclose(after, [-1.0], rtol=1e-6)
