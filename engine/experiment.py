"""What may be asked for: an experiment says what to train and how, and with its edits it says everything.

    state(step) = replay(experiment, edits, step)

The classes it is made of live beside what they do (layers, losses, optimizers, initializers, data); each refuses bad
numbers by itself. What only the whole can tell (shapes, targets, cost) is found by `problems`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from engine.choice import Choice
from engine.clipping import AnyClip, NoClip
from engine.data.choices import Generated, Recall, Sequences, Table, Text
from engine.layers.any_layer import ACTIVATIONS as ACTIVATIONS
from engine.layers.any_layer import AnyLayer as AnyLayer
from engine.layers.linear import Linear
from engine.operations.elementwise import Tanh
from engine.operations.losses import AnyLoss, BCEWithLogitsLoss
from engine.optimizers.adam import Adam
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.range import Range
from engine.schedules import AnySchedule, NoSchedule
from engine.tagged import Tagged

VERSION = 1

AnyData = Annotated[Generated | Table | Recall | Sequences | Text, Tagged()]
Seed = Annotated[int, Range(0, 2**32 - 1)]


@dataclass(frozen=True)
class Layers(Choice):
    """A network: its layers in order, named "0", "1", … as in torch.nn.Sequential where they have no name.

    Each reads the one before it, or those it names: any graph without a cycle can be written in such a list.
    """

    layers: tuple[AnyLayer, ...] = (Linear(out_features=8), Tanh(), Linear(out_features=1))


@dataclass(frozen=True)
class Seeds(Choice):
    """Four separate seeds, so that one thing can be varied at a time."""

    data: Seed = 0
    init: Seed = 0
    order: Seed = 0
    dropout: Seed = 0


@dataclass(frozen=True)
class Experiment(Choice):
    """What is trained, on what, and how.

    l1          adds l1 · Σ|w| to what is minimized; loss and gradients are shown without it
    clip        what the optimizer descends is clipped; the gradients that are shown are not
    accumulate  so many batches make one step, of the mean of their gradients, as if the batch were that much larger;
                activations and their gradients are those of the last of them
    """

    version: Literal[1] = 1
    name: str = ""
    data: AnyData = field(default_factory=Generated)
    network: Layers = field(default_factory=Layers)
    loss: AnyLoss = field(default_factory=BCEWithLogitsLoss)
    optimizer: AnyOptimizer = field(default_factory=Adam)
    schedule: AnySchedule = field(default_factory=NoSchedule)
    l1: Annotated[float, Range(0, 1e3)] = 0.0
    clip: AnyClip = field(default_factory=NoClip)
    accumulate: Annotated[int, Range(1, 1024)] = 1
    batch: Annotated[int, Range(1, 4096)] = 32
    seeds: Seeds = field(default_factory=Seeds)
    dtype: Literal["float32", "float64"] = "float32"
