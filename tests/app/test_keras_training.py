"""What becomes of a gradient, beside Keras: three steps of every optimizer, schedule, penalty, clipping, accumulation.

Keras adds epsilon elsewhere than PyTorch, as its scripts say; steps are compared where it counts for nothing, to
1e-10 in float64, and with the defaults of PyTorch in float32.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.export.calls import call, chosen
from app.export.keras.schedules import SLOPES, STAIRS
from engine.clipping import ClipGradNorm, ClipGradValue
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import Tanh
from engine.operations.losses import MSELoss
from engine.optimizers.adadelta import Adadelta
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.adamax import Adamax
from engine.optimizers.lion import Lion
from engine.optimizers.nadam import NAdam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.schedules import CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, ReduceLROnPlateau, StepLR
from tests.app.keras_beside import disagreements
from tests.engine.drawn_experiments import Case

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

TRAINED = Experiment(
    network=Layers((Linear(out_features=4), Tanh(), Linear(out_features=3))),
    loss=MSELoss(),
    optimizer=SGD(lr=0.05),
    batch=4,
    dtype="float64",
)
NONE = 1e-14  # an epsilon that counts for nothing
OPTIMIZERS = [
    SGD(lr=0.1),
    SGD(lr=0.1, momentum=0.9, weight_decay=0.1),
    SGD(lr=0.1, momentum=0.9, nesterov=True),
    Adam(lr=0.01, eps=NONE),
    Adam(lr=0.01, eps=NONE, betas=(0.5, 0.9), weight_decay=0.1),
    Adam(lr=0.01, eps=NONE, amsgrad=True),
    AdamW(lr=0.01, eps=NONE),
    AdamW(lr=0.01, eps=NONE, weight_decay=0.0),
    RMSprop(lr=0.01, eps=NONE),
    RMSprop(lr=0.01, eps=NONE, alpha=0.5, momentum=0.9, centered=True, weight_decay=0.1),
    Adagrad(lr=0.01, eps=NONE),
    Adagrad(lr=0.01, eps=NONE, initial_accumulator_value=0.5, weight_decay=0.1),
    Adadelta(),
    Adadelta(lr=0.1, rho=0.5, weight_decay=0.1),
    Adamax(lr=0.01, eps=NONE, weight_decay=0.1),
    NAdam(lr=0.01, momentum_decay=1.0),
    NAdam(lr=0.01, momentum_decay=1.0, weight_decay=0.1),
    NAdam(lr=0.01, momentum_decay=1.0, weight_decay=0.1, decoupled_weight_decay=True),
    Lion(lr=0.01, weight_decay=0.1),
]
SCHEDULES = [
    StepLR(step_size=2, gamma=0.5),
    MultiStepLR(milestones=(1, 2), gamma=0.5),
    ExponentialLR(gamma=0.8),
    LinearLR(start_factor=0.25, total_iters=2),
    CosineAnnealingLR(T_max=4, eta_min=0.01),
    ReduceLROnPlateau(),
]


def said(choice: Any) -> str:
    return call(str(choice.kind), named=chosen(choice))


def differences(**changes: Any) -> list[str]:
    return disagreements(Case(replace(TRAINED, **changes), (5,), seed=2))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=said)
def test_three_steps_are_those_of_keras(optimizer: Any) -> None:
    assert differences(optimizer=optimizer) == []


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, Lion])
def test_three_steps_with_pytorchs_defaults_are_those_of_keras_in_float32(kind: Any) -> None:
    assert differences(optimizer=kind(), dtype="float32") == []


@pytest.mark.parametrize("schedule", SCHEDULES, ids=said)
def test_a_schedule_has_the_rate_of_each_step_in_keras(schedule: Any) -> None:
    assert differences(schedule=schedule) == []


def test_every_schedule_that_keras_can_be_told_is_compared() -> None:
    assert {schedule.kind for schedule in SCHEDULES} == {*STAIRS, *SLOPES, "ReduceLROnPlateau"}


@pytest.mark.parametrize("schedule", [each for each in SCHEDULES if each.kind in STAIRS], ids=said)
def test_several_batches_make_one_step_with_the_rate_of_that_step(schedule: Any) -> None:
    assert differences(schedule=schedule, accumulate=3, optimizer=Adam(eps=NONE)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"clip": ClipGradValue(clip_value=0.05)},
        {"clip": ClipGradValue(clip_value=0.05), "accumulate": 2, "optimizer": SGD(lr=0.1, weight_decay=0.1)},
        {"clip": ClipGradNorm(max_norm=1e3)},
        {"l1": 0.01},
        {"l1": 0.01, "accumulate": 2, "optimizer": AdamW(eps=NONE)},
    ],
    ids=str,
)
def test_clipping_and_penalty_are_those_of_keras(changes: dict[str, Any]) -> None:
    assert differences(**changes) == []


def test_a_norm_is_clipped_to_what_keras_clips_it_to_but_for_a_millionth() -> None:
    assert differences(clip=ClipGradNorm(max_norm=0.1), dtype="float32") == []
