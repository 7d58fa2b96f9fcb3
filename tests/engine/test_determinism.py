"""The same experiment and edits: the same bytes, however one gets there, with everything on that remembers or draws."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.clipping import ClipGradNorm, ClipGradValue
from engine.data.choices import Generated
from engine.edits import Edit, Freeze, LearningRate, SetWeight
from engine.experiment import Experiment, Layers, Seeds
from engine.initializers import LSUV
from engine.layers.batch_norm import BatchNorm1d
from engine.layers.linear import Linear
from engine.operations.dropout import Dropout
from engine.operations.elementwise import ReLU, Tanh
from engine.optimizers.adam import Adam
from engine.optimizers.nadam import NAdam
from engine.optimizers.sgd import SGD
from engine.run import Run
from engine.schedules import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau
from tests.engine.test_run import digest

ROOT = Path(__file__).parents[2]
BASE = Experiment(
    data=Generated("moons", points=200),
    network=Layers(
        (
            Linear(out_features=12, weight_init=LSUV()),
            BatchNorm1d(),
            ReLU(),
            Dropout(p=0.2),
            Linear(out_features=8),
            Tanh(),
            Linear(out_features=1),
        )
    ),
    batch=16,
    seeds=Seeds(data=1, init=2, order=3, dropout=4),
)
CASES = {
    "one cycle": replace(
        BASE,
        optimizer=Adam(lr=0.01, weight_decay=0.01),
        schedule=OneCycleLR(max_lr=0.02, total_steps=450),
        clip=ClipGradNorm(max_norm=0.5),
    ),
    "plateau": replace(
        BASE,
        optimizer=SGD(lr=0.2, momentum=0.9, nesterov=True),
        schedule=ReduceLROnPlateau(patience=1, factor=0.8, threshold=0.05),
        clip=ClipGradValue(clip_value=0.05),
        l1=1e-4,
    ),
    "cosine of several batches": replace(
        BASE, optimizer=NAdam(lr=0.01), schedule=CosineAnnealingLR(T_max=90), batch=8, accumulate=2, dtype="float64"
    ),
}
EDITS: tuple[Edit, ...] = (
    SetWeight(37, "0.weight", (4, 1), -2.0),
    Freeze(60, "4", True),
    Freeze(61, "1", True),
    LearningRate(120, 0.03),
    Freeze(200, "4", False),
    SetWeight(300, "6.bias", (0,), 0.5),
)


@pytest.mark.parametrize("name", CASES)
def test_after_500_steps_and_after_any_way_back_the_bytes_are_the_same(name: str) -> None:
    run, straight = Run(CASES[name], EDITS), {}
    for step in range(1, 501):
        run.advance(1)
        if step in (36, 60, 62, 201, 333, 500):
            straight[step] = digest(run)
    for step in (333, 36, 201, 62, 500, 60, 500):
        run.seek(step)
        assert digest(run) == straight[step], step
    whole = Run(CASES[name], EDITS)
    whole.advance(500)
    assert digest(whole) == straight[500]


def test_another_process_finds_the_same_bytes_after_500_steps() -> None:
    program = (
        "from tests.engine.test_determinism import *\n"
        "for case in CASES.values():\n"
        "    run = Run(case, EDITS); run.seek(500); print(digest(run))"
    )
    there = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    here: list[Any] = []
    for case in CASES.values():
        run = Run(case, EDITS)
        run.seek(500)
        here.append(digest(run))
    assert there.stdout.split() == here
    assert len(set(here)) == len(CASES)
