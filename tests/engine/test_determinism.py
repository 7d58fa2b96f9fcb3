"""The same experiment and edits: the same bytes, however one gets there, with everything on that remembers or draws."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.clipping import ClipGradNorm, ClipGradValue
from engine.data.choices import Generated, Recall, Table
from engine.edits import Edit, Freeze, LearningRate, SetWeight
from engine.experiment import Experiment, Layers, Seeds
from engine.initializers import LSUV
from engine.layers.batch_norm import BatchNorm1d, BatchNorm2d
from engine.layers.convolution import Conv2d
from engine.layers.convolution_transposed import ConvTranspose2d
from engine.layers.embedding import Embedding
from engine.layers.group_norm import GroupNorm
from engine.layers.layer_norm import RMSNorm
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.transformer import TransformerEncoderLayer
from engine.operations.dropout import Dropout
from engine.operations.elementwise import ReLU, Tanh
from engine.operations.losses import CrossEntropyLoss
from engine.operations.pooling_average import AvgPool2d
from engine.operations.pooling_max import MaxPool2d
from engine.operations.shape import Flatten, Unflatten
from engine.optimizers.adam import Adam
from engine.optimizers.lion import Lion
from engine.optimizers.nadam import NAdam
from engine.optimizers.rmsprop import RMSprop
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
PICTURES = Experiment(
    data=Table("digits"),
    network=Layers(
        (
            Unflatten(),
            Conv2d(out_channels=4, padding=(1, 1)),
            BatchNorm2d(),
            MaxPool2d(),
            ConvTranspose2d(out_channels=3, stride=(2, 1)),
            GroupNorm(num_groups=3),
            ReLU(),
            AvgPool2d(),
            Flatten(),
            Dropout(p=0.3),
            Linear(out_features=10),
        )
    ),
    loss=CrossEntropyLoss(),
    optimizer=RMSprop(lr=0.001, momentum=0.5, centered=True),
    batch=8,
)
SEQUENCES = Experiment(
    data=Recall(),
    network=Layers(
        (
            Embedding(num_embeddings=9, embedding_dim=8),
            PositionalEmbedding(),
            TransformerEncoderLayer(nhead=2, dim_feedforward=12, dropout=0.2, is_causal=True),
            GRU(hidden_size=3, bidirectional=True, dropout=0.2, num_layers=2),
            LSTM(hidden_size=5, truncate=4),
            RMSNorm(),
            Linear(out_features=9),
        )
    ),
    loss=CrossEntropyLoss(),
    optimizer=Lion(lr=0.003, weight_decay=0.1),
    batch=4,
    accumulate=2,
)
CASES |= {"convolutions and pools": PICTURES, "attention and gates": SEQUENCES}
EDITS: tuple[Edit, ...] = (
    SetWeight(37, "0.weight", (4, 1), -2.0),
    Freeze(60, "4", True),
    Freeze(61, "1", True),
    LearningRate(120, 0.03),
    Freeze(200, "4", False),
    SetWeight(300, "6.bias", (0,), 0.5),
)
OTHER_EDITS: dict[str, tuple[Edit, ...]] = {
    "convolutions and pools": (
        SetWeight(37, "1.weight", (2, 0, 1, 1), -2.0),
        Freeze(60, "4", True),
        LearningRate(120, 0.0005),
        Freeze(200, "4", False),
    ),
    "attention and gates": (
        SetWeight(37, "0.weight", (4, 1), -2.0),
        Freeze(60, "2", True),
        LearningRate(120, 0.001),
        Freeze(200, "2", False),
    ),
}


def run_of(name: str) -> Run:
    return Run(CASES[name], OTHER_EDITS.get(name, EDITS))


@pytest.mark.parametrize("name", CASES)
def test_after_500_steps_and_after_any_way_back_the_bytes_are_the_same(name: str) -> None:
    run, straight = run_of(name), {}
    for step in range(1, 501):
        run.advance(1)
        if step in (36, 60, 62, 201, 333, 500):
            straight[step] = digest(run)
    for step in (333, 36, 201, 62, 500, 60, 500):
        run.seek(step)
        assert digest(run) == straight[step], step
    whole = run_of(name)
    whole.advance(500)
    assert digest(whole) == straight[500]


def test_another_process_finds_the_same_bytes_after_500_steps() -> None:
    program = (
        "from tests.engine.test_determinism import *\n"
        "for name in CASES:\n"
        "    run = run_of(name); run.seek(500); print(digest(run))"
    )
    there = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    here: list[Any] = []
    for name in CASES:
        run = run_of(name)
        run.seek(500)
        here.append(digest(run))
    assert there.stdout.split() == here
    assert len(set(here)) == len(CASES)
