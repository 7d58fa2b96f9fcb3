"""Changes made to a run while it trains. An edit takes effect in the pass of its step (0-based) and replays exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from engine.choice import Choice
from engine.network import Network
from engine.optimizers.optimizer import Rate
from engine.parameters import Parameters
from engine.problem import BadExperiment, Problem
from engine.range import Range
from engine.tagged import Tagged

Step = Annotated[int, Range(0, 2**31)]
Index = tuple[Annotated[int, Range(0, 100_000_000)], ...]


@dataclass(frozen=True)
class LearningRate(Choice):
    """From this step on, the base learning rate is `value`; a schedule goes on from there (engine/schedules.py)."""

    step: Step
    value: Rate
    kind: Literal["learning_rate"] = "learning_rate"

    @property
    def subject(self) -> object:
        return self.kind


@dataclass(frozen=True)
class SetWeight(Choice):
    """At this step, before its pass, one entry of a named parameter becomes `value`; the optimizer is not told."""

    step: Step
    parameter: str
    index: Index
    value: Annotated[float, Range(-1e30, 1e30)]
    kind: Literal["set_weight"] = "set_weight"

    @property
    def subject(self) -> object:
        return self.parameter, self.index


@dataclass(frozen=True)
class Freeze(Choice):
    """From this step on, the parameters of a layer, called by its name in the network, are frozen, or free again."""

    step: Step
    layer: str
    frozen: bool
    kind: Literal["freeze"] = "freeze"

    @property
    def subject(self) -> object:
        return self.kind, self.layer


Edit = LearningRate | SetWeight | Freeze
AnyEdit = Annotated[Edit, Tagged()]


class Edits:
    """The edits of a run, in the order of their steps, and what they come to."""

    def __init__(self, made: Iterable[Edit] = ()) -> None:
        self.made = sorted(made, key=lambda edit: edit.step)

    def __iter__(self) -> Iterator[Edit]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)

    def add(self, edit: Edit) -> None:
        """It takes the place of an edit of the same thing at the same step, and of all that came later."""
        kept = [
            made
            for made in self.made
            if made.step < edit.step or (made.step == edit.step and made.subject != edit.subject)
        ]
        self.made = [*kept, edit]

    def at(self, step: int) -> list[Edit]:
        return [edit for edit in self.made if edit.step == step] if self.made else []

    def base(self, step: int, start: float) -> float:
        """The base rate of a step."""
        rate = start
        for edit in self.made:
            if edit.step <= step and isinstance(edit, LearningRate):
                rate = edit.value
        return rate

    def frozen(self, step: int, network: Network) -> frozenset[int]:
        """The owners of parameters that are frozen in a step, numbered in the network's order."""
        frozen = {index: layer.frozen for index, layer in enumerate(network.layers)}
        for edit in self.made:
            if edit.step <= step and isinstance(edit, Freeze):
                frozen[network.names.index(edit.layer)] = edit.frozen
        return network.owned(index for index, state in frozen.items() if state)


def check(edit: Edit, where: str, network: Network, parameters: Parameters) -> None:
    """BadExperiment, its place beginning with `where`, if the network has not what the edit is about."""
    if isinstance(edit, SetWeight):
        check_entry(parameters, edit.parameter, edit.index, where)
    elif isinstance(edit, Freeze):
        names = [network.names[index] for index in network.parametric]
        if edit.layer not in names:
            shown = ", ".join(names)[:200] or "none has any"
            values = {"expected": shown, "came": edit.layer[:60]}
            expected = f"a layer with parameters of its own: {shown}"
            raise BadExperiment([Problem(f"{where}.layer", "not_freezable", expected, edit.layer[:60], values)])


def check_entry(parameters: Parameters, name: str, index: Sequence[int], where: str = "") -> None:
    """BadExperiment, its place beginning with `where`, if there is no such parameter or no such entry of it."""
    parameter = parameters.named.get(name)
    start = f"{where}." if where else ""
    if parameter is None:
        expected = f"one of {', '.join(parameters.named)[:200]}"
        values = {"expected": expected, "came": name[:60]}
        raise BadExperiment([Problem(f"{start}parameter", "unknown", expected, name[:60], values)])
    shape = parameter.value.shape
    if len(index) != len(shape) or any(not 0 <= i < n for i, n in zip(index, shape, strict=True)):
        expected, came = f"an index into shape {shape}", str(tuple(index))
        raise BadExperiment([Problem(f"{start}index", "index", expected, came, {"expected": expected, "came": came})])
