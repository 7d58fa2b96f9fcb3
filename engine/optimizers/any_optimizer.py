"""Every optimizer that may be asked for, told apart by its kind."""

from __future__ import annotations

from typing import Annotated

from engine.optimizers.adadelta import Adadelta
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.adamax import Adamax
from engine.optimizers.lion import Lion
from engine.optimizers.nadam import NAdam
from engine.optimizers.radam import RAdam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.tagged import Tagged

AnyOptimizer = Annotated[
    SGD | Adam | AdamW | RMSprop | Adagrad | Adadelta | Adamax | NAdam | RAdam | Lion,
    Tagged(),
]
