"""Experiments for Hypothesis: a random graph, its loss, what becomes of its gradients, and all the numbers it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.export import scope
from app.export.scope import vocabulary
from engine.clipping import ClipGradNorm, ClipGradValue, NoClip
from engine.experiment import Experiment, Layers
from engine.network import Network
from engine.operations.losses import BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, MSELoss, NLLLoss
from engine.optimizers.adadelta import Adadelta
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.adamax import Adamax
from engine.optimizers.lion import Lion
from engine.optimizers.nadam import NAdam
from engine.optimizers.radam import RAdam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    NoSchedule,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)
from engine.tensor import Array, Shape
from engine.trainer import Training
from tests.engine.graphs import Graph, graphs


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


rates = between(1e-3, 0.05)
decays = st.sampled_from([0.0, 0.01, 0.1])
momenta = st.sampled_from([0.0, 0.5, 0.9])
betas = st.tuples(between(0, 0.95), between(0.9, 0.9999))
family: dict[str, Any] = {"lr": rates, "betas": betas, "eps": between(1e-6, 1e-3), "weight_decay": decays}
OPTIMIZERS: dict[str, st.SearchStrategy[Any]] = {
    "SGD": st.one_of(
        st.builds(SGD, lr=rates, momentum=momenta, dampening=between(0, 0.9), weight_decay=decays),
        st.builds(SGD, lr=rates, momentum=between(0.1, 0.95), weight_decay=decays, nesterov=st.just(True)),
    ),
    "Adam": st.builds(Adam, **family, amsgrad=st.booleans()),
    "AdamW": st.builds(AdamW, **family, amsgrad=st.booleans()),
    "RMSprop": st.builds(
        RMSprop,
        lr=rates,
        alpha=between(0.5, 0.99),
        eps=between(1e-6, 1e-3),
        weight_decay=decays,
        momentum=momenta,
        centered=st.booleans(),
    ),
    "Adagrad": st.builds(
        Adagrad, lr=rates, lr_decay=decays, weight_decay=decays, initial_accumulator_value=between(0, 1)
    ),
    "Adadelta": st.builds(Adadelta, lr=rates, rho=between(0.5, 0.99), weight_decay=decays),
    "Adamax": st.builds(Adamax, **family),
    "NAdam": st.builds(
        NAdam, **family, momentum_decay=st.sampled_from([0.0, 0.004, 0.5]), decoupled_weight_decay=st.booleans()
    ),
    "RAdam": st.builds(RAdam, **family, decoupled_weight_decay=st.booleans()),
    # Of round betas, gradients clipped to ± one value may cancel exactly, and the sign is that of a rounding.
    "Lion": st.builds(
        Lion, lr=rates, betas=st.sampled_from([(0.9, 0.99), (0.87, 0.93), (0.13, 0.71)]), weight_decay=decays
    ),
}
losses = st.one_of(
    st.builds(CrossEntropyLoss, label_smoothing=st.sampled_from([0.0, 0.1, 0.5, 1.0])),
    st.just(NLLLoss()),
    st.just(BCEWithLogitsLoss()),
    st.just(MSELoss()),
    st.builds(HuberLoss, delta=between(0.1, 3)),
)
few, factors = st.integers(1, 4), between(0.1, 1.5)
schedules = st.one_of(  # of a few steps, so that three show them
    st.builds(StepLR, step_size=few, gamma=factors),
    st.builds(MultiStepLR, milestones=st.lists(few, max_size=3).map(tuple), gamma=factors),
    st.builds(ExponentialLR, gamma=factors),
    st.builds(LinearLR, start_factor=between(0.01, 1), end_factor=between(0, 1), total_iters=few),
    st.builds(CosineAnnealingLR, T_max=few, eta_min=between(0, 0.1)),
    st.builds(
        OneCycleLR,
        max_lr=between(0.01, 0.1),
        total_steps=st.integers(4, 9),
        pct_start=st.sampled_from([0.3, 0.45, 0.7]),  # PyTorch divides by 0 where a phase has no step
        anneal_strategy=st.sampled_from(["cos", "linear"]),
        cycle_momentum=st.booleans(),
        div_factor=between(1, 30),
        three_phase=st.booleans(),
    ),
    st.builds(ReduceLROnPlateau),
)
clips = st.one_of(
    st.just(NoClip()),
    st.builds(ClipGradNorm, max_norm=between(0.01, 2)),
    st.builds(ClipGradValue, clip_value=between(0.001, 0.5)),
)


@dataclass(frozen=True)
class Case:
    """An experiment on inputs of this shape, and the seed of all its numbers. Where there is a `nudge`, it is the seed
    by which each number is moved by up to a rounding of float32."""

    experiment: Experiment
    shape: Shape
    seed: int
    nudge: int | None = None


@st.composite
def cases(draw: st.DrawFn, optimizers: st.SearchStrategy[Any]) -> Case:
    loss, optimizer, schedule = draw(losses), draw(optimizers), draw(st.just(NoSchedule()) | schedules)
    if isinstance(schedule, OneCycleLR) and schedule.cycle_momentum and not optimizer.cycles:
        schedule = NoSchedule()
    graph = draw(graphs(draw(st.integers(2 if isinstance(loss, CrossEntropyLoss) else 1, 4))))
    experiment = Experiment(
        network=Layers(graph.layers),
        loss=loss,
        optimizer=optimizer,
        schedule=schedule,
        l1=draw(st.sampled_from([0.0, 0.0, 0.0, 0.01])),
        clip=draw(clips),
        batch=draw(st.integers(least_batch(graph), 6)),
        accumulate=draw(st.sampled_from([1, 1, 2, 3])),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    return Case(experiment, graph.shape, draw(st.integers(0, 2**32 - 1)))


def least_batch(graph: Graph) -> int:
    placed = Network(graph.layers, *graph.shape).placed
    return max(int(each.layer.least_batch(*each.shapes)) for each in placed)


class Prepared:
    """The engine's program for a case, with drawn parameters in place, and a step's batches: inputs and targets.

    The numbers are those of float32, whatever the dtype, so that a case of one dtype is the same in the other.
    """

    def __init__(self, case: Case) -> None:
        experiment, rng = case.experiment, np.random.default_rng(case.seed)
        self._nudge = None if case.nudge is None else np.random.default_rng(case.nudge)
        self.experiment, self.step = experiment, 0
        network = Network(experiment.network.layers, *case.shape)
        self.training = training = Training(
            experiment, network, network.allocate(experiment.dtype), input_gradient=True
        )
        training.reset(seed=0)
        for parameter in training.parameters.named.values():
            drawn = rng.normal(size=parameter.value.shape) / np.sqrt(parameter.value.shape[-1])
            parameter.value[...] = self.nudged(drawn.astype(np.float32))
        tokens = vocabulary(scope.network(experiment.network.layers, case.shape))
        self.batches = [self._batch(rng, tokens) for _ in range(experiment.accumulate)]
        self.gradients: list[Array] = []  # of the inputs, batch by batch

    def _batch(self, rng: np.random.Generator, tokens: int | None) -> tuple[Array, Array]:
        loss, shape, targets = self.experiment.loss, self.training.x.shape, self.training.targets.shape
        x = rng.integers(0, tokens, shape) if tokens else rng.normal(size=shape)
        y: Array
        if loss.labels:
            y = rng.integers(0, self.training.network.outputs, targets)
        elif isinstance(loss, BCEWithLogitsLoss):
            y = rng.random(targets) > 0.5
        else:
            y = rng.normal(size=targets)
        dtypes = self.training.x.dtype, self.training.targets.dtype
        x, y = x.astype(np.float32).astype(dtypes[0]), y.astype(np.float32).astype(dtypes[1])
        return (x if tokens else self.nudged(x)), y

    def nudged(self, numbers: Array) -> Array:
        """As they are, or each moved by up to a rounding of float32."""
        if self._nudge is None:
            return numbers
        moved = numbers * (1 + self._nudge.uniform(-1, 1, numbers.shape) * float(np.finfo(np.float32).eps))
        return moved.astype(numbers.dtype)

    @property
    def x(self) -> Array:
        """Of all batches of a step."""
        return np.concatenate([x for x, _ in self.batches], axis=1)

    @property
    def targets(self) -> Array:
        return np.concatenate([y for _, y in self.batches], axis=0 if self.experiment.loss.labels else 1)

    def run_passes(self) -> float:
        """Those of a step; its loss."""
        training, found = self.training, []
        self.gradients.clear()
        for number, (x, y) in enumerate(self.batches):
            training.x[...], training.targets[...] = x, y
            training.run_pass()
            found.append(float(training.loss))
            assert training.input.gradient is not None
            self.gradients.append(training.input.gradient / len(self.batches))
            if len(self.batches) > 1:
                training.gather(number)
        return sum(found) / len(found)

    def run_update(self) -> None:
        """At the rate, and the momentum, that the schedule has for this step."""
        schedule, memory = self.experiment.schedule, self.training.memory
        base = schedule.base(self.experiment.optimizer)
        memory.set_rate(schedule.rate(base, self.step, schedule.remembers()))
        momentum = schedule.momentum(self.step)
        if momentum is not None:
            memory.momentum.set(momentum)
        self.training.run_update()
        self.step += 1
