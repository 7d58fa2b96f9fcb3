"""How the learning rate changes while training. Names, arguments and defaults are those of torch.optim.lr_scheduler.

A schedule is stepped once a step, but for ReduceLROnPlateau, which judges whole epochs. It makes a step's rate of the
base rate: the optimizer's lr, or what an edit has set in its place from some step on. (OneCycleLR has its own max_lr
for a base, which an edit replaces in the same way.) Where PyTorch has no default for an argument, ours is in steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from engine.choice import Choice
from engine.optimizers.optimizer import Fraction, Optimizer
from engine.problem import BadExperiment, Problem
from engine.range import Range
from engine.tagged import Tagged
from engine.tensor import Array

Rate = Annotated[float, Range(0, 1e6)]
Steps = Annotated[int, Range(1, 10_000_000)]
Factor = Annotated[float, Range(0, 2)]
Part = Annotated[float, Range(0, 1)]


class Schedule(Choice):
    """Rate and momentum of a step (0-based). What it has to remember is in the arrays of `remembers`."""

    kind: str

    def base(self, optimizer: Optimizer) -> float:
        """The base rate before any edit."""
        return optimizer.lr

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        return base

    def momentum(self, step: int) -> float | None:
        """None where it leaves the momentum alone."""
        return None

    def begin(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer as it has to be for this schedule; BadExperiment where there is no momentum to move."""
        return optimizer

    def remembers(self) -> dict[str, Array]:
        """0-d arrays by name, as they are before the first step."""
        return {}

    def watch(self, memory: Mapping[str, Array], base: float, loss: float, *, epoch_ends: bool) -> None:
        """Take note of a step's loss, and whether it was the last of its epoch."""


@dataclass(frozen=True)
class NoSchedule(Schedule):
    """The base rate throughout."""

    kind: Literal["none"] = "none"


@dataclass(frozen=True)
class StepLR(Schedule):
    kind: Literal["StepLR"] = "StepLR"
    step_size: Steps = 1000
    gamma: Factor = 0.1

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        return base * _power(self.gamma, step // self.step_size)


@dataclass(frozen=True)
class MultiStepLR(Schedule):
    kind: Literal["MultiStepLR"] = "MultiStepLR"
    milestones: tuple[Steps, ...] = (1000, 2000)
    gamma: Factor = 0.1

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        return base * _power(self.gamma, sum(milestone <= step for milestone in self.milestones))


@dataclass(frozen=True)
class ExponentialLR(Schedule):
    """With a gamma above 1 it is the sweep of a learning rate range test (Smith 2017)."""

    kind: Literal["ExponentialLR"] = "ExponentialLR"
    gamma: Factor = 0.999

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        return base * _power(self.gamma, step)


@dataclass(frozen=True)
class LinearLR(Schedule):
    """Warm-up: from start_factor to end_factor of the base rate in total_iters steps."""

    kind: Literal["LinearLR"] = "LinearLR"
    start_factor: Annotated[float, Range(0, 1, above=True)] = 1 / 3
    end_factor: Part = 1.0
    total_iters: Steps = 5

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        done = min(step, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * done)


@dataclass(frozen=True)
class CosineAnnealingLR(Schedule):
    """Loshchilov and Hutter 2017, without restarts: down to eta_min in T_max steps, and up again in as many."""

    kind: Literal["CosineAnnealingLR"] = "CosineAnnealingLR"
    T_max: Steps = 1000
    eta_min: Rate = 0.0

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * step / self.T_max)) / 2


@dataclass(frozen=True)
class OneCycleLR(Schedule):
    """Smith and Topin 2018: up to max_lr and down again, and the momentum the other way round.

    After total_steps, where PyTorch stops with an error, the last rate and momentum stay.
    """

    kind: Literal["OneCycleLR"] = "OneCycleLR"
    max_lr: Rate = 0.01
    total_steps: Steps = 1000
    pct_start: Part = 0.3
    anneal_strategy: Literal["cos", "linear"] = "cos"
    cycle_momentum: bool = True
    base_momentum: Fraction = 0.85
    max_momentum: Fraction = 0.95
    div_factor: Annotated[float, Range(1, 1e6)] = 25.0
    final_div_factor: Annotated[float, Range(1, 1e9)] = 1e4
    three_phase: bool = False

    def base(self, optimizer: Optimizer) -> float:
        return self.max_lr

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        first = base / self.div_factor
        return self._at(step, (first, base, first / self.final_div_factor))

    def momentum(self, step: int) -> float | None:
        return (
            self._at(step, (self.max_momentum, self.base_momentum, self.max_momentum)) if self.cycle_momentum else None
        )

    def begin(self, optimizer: Optimizer) -> Optimizer:
        """With a momentum, whatever momentum it had: in PyTorch, too, the schedule overwrites it."""
        if not self.cycle_momentum:
            return optimizer
        if not optimizer.cycles:
            expected = "false, or SGD, RMSprop, Adam or AdamW, whose momentum can be moved"
            came = f"true for {optimizer.kind}"
            raise BadExperiment([Problem("cycle_momentum", "cycle_momentum", expected, came, {"came": optimizer.kind})])
        return optimizer.with_momentum(max(self.base_momentum, self.max_momentum))

    def _at(self, step: int, values: tuple[float, float, float]) -> float:
        """Between the values at the start, at the peak and at the end; three phases come back to the start first."""
        first, peak, last = values
        ends = [self.pct_start * self.total_steps - 1, self.total_steps - 1.0]
        ways = [(first, peak), (peak, last)]
        if self.three_phase:
            ends.insert(1, 2 * self.pct_start * self.total_steps - 2)
            ways = [(first, peak), (peak, first), (first, last)]
        here = min(float(step), ends[-1])
        place = next((place for place, end in enumerate(ends[:-1]) if here <= end), len(ends) - 1)
        begin, end, (low, high) = [0.0, *ends][place], ends[place], ways[place]
        done = (here - begin) / (end - begin) if end != begin else 1.0
        if self.anneal_strategy == "cos":
            return high + (low - high) / 2 * (math.cos(math.pi * done) + 1)
        return low + (high - low) * done


@dataclass(frozen=True)
class ReduceLROnPlateau(Schedule):
    """The rate times factor when the epochs' mean training loss has not become less for more than `patience` epochs.

    What it has made of the base rate so far is a factor as well, so that an edit of the base rate keeps it.
    """

    kind: Literal["ReduceLROnPlateau"] = "ReduceLROnPlateau"
    factor: Fraction = 0.1
    patience: Annotated[int, Range(0, 1_000_000)] = 10
    threshold: Annotated[float, Range(0, 1e6)] = 1e-4
    threshold_mode: Literal["rel", "abs"] = "rel"
    cooldown: Annotated[int, Range(0, 1_000_000)] = 0
    min_lr: Rate = 0.0
    eps: Annotated[float, Range(0, 1)] = 1e-8

    def rate(self, base: float, step: int, memory: Mapping[str, Array]) -> float:
        return self._rate(base, float(memory["factor"]))

    def _rate(self, base: float, factor: float) -> float:
        return max(base * factor, min(base, self.min_lr))

    def remembers(self) -> dict[str, Array]:
        start = {"best": math.inf, "bad": 0, "cooling": 0, "factor": 1, "total": 0, "steps": 0}
        return {name: np.array(value, np.float64) for name, value in start.items()}

    def watch(self, memory: Mapping[str, Array], base: float, loss: float, *, epoch_ends: bool) -> None:
        memory["total"][()] += loss
        memory["steps"][()] += 1
        if epoch_ends:
            self._judge(memory, base, float(memory["total"] / memory["steps"]))
            memory["total"][()] = memory["steps"][()] = 0

    def _judge(self, memory: Mapping[str, Array], base: float, mean: float) -> None:
        best = float(memory["best"])
        least = best * (1 - self.threshold) if self.threshold_mode == "rel" else best - self.threshold
        if mean < least:
            memory["best"][()] = mean
            memory["bad"][()] = 0
        else:
            memory["bad"][()] += 1
        if memory["cooling"] > 0:
            memory["cooling"][()] -= 1
            memory["bad"][()] = 0
        if memory["bad"] > self.patience:
            factor = float(memory["factor"])
            if self._rate(base, factor) - self._rate(base, factor * self.factor) > self.eps:
                memory["factor"][()] = factor * self.factor
            memory["cooling"][()] = self.cooldown
            memory["bad"][()] = 0


AnySchedule = Annotated[
    NoSchedule | StepLR | MultiStepLR | ExponentialLR | LinearLR | CosineAnnealingLR | OneCycleLR | ReduceLROnPlateau,
    Tagged(),
]


def _power(base: float, exponent: int) -> float:
    """base ** exponent; infinity where Python would raise an error."""
    return float(np.float64(base) ** exponent)
