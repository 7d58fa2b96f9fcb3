"""A formula and its inputs → every operation's value and gradient, in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter

from engine.choice import Choice
from engine.expression import Expression, Operand
from engine.scalar_graph import ScalarGraph
from engine.tensor import Tensor


@dataclass(frozen=True)
class Formula(Choice):
    """What is asked: arithmetic as text, and a number for each name it reads."""

    expression: str
    inputs: dict[str, float]


@dataclass(frozen=True)
class Reads:
    """One operand: exactly one of the three is set."""

    input: str | None = None
    number: float | None = None
    node: int | None = None


@dataclass(frozen=True)
class Input:
    name: str
    value: float
    gradient: float


@dataclass(frozen=True)
class Operated:
    """One operation; `gradient` is ∂(value of the last one)/∂(value of this one)."""

    operation: str
    name: str
    reads: tuple[Reads, ...]
    value: float
    gradient: float


@dataclass(frozen=True)
class Computed:
    """Gradients arrive in the opposite order of `nodes`. JSON writes NaN and infinity as null."""

    inputs: tuple[Input, ...]
    nodes: tuple[Operated, ...]


def compute(formula: Formula) -> bytes:
    """The answer as JSON; BadExperiment with the line and column where the text is no arithmetic."""
    graph = ScalarGraph(Expression.read(formula.expression), formula.inputs)
    inputs = (Input(name, *_numbers(tensor)) for name, tensor in graph.inputs.items())
    return TypeAdapter(Computed).dump_json(Computed(tuple(inputs), tuple(_nodes(graph))))


def _nodes(graph: ScalarGraph) -> Iterator[Operated]:
    for operation, node in zip(graph.expression.operations, graph.program.nodes, strict=True):
        reads = tuple(map(_reads, operation.operands))
        yield Operated(operation.rule, operation.name, reads, *_numbers(node.output))


def _reads(operand: Operand) -> Reads:
    if isinstance(operand, str):
        return Reads(input=operand)
    return Reads(number=operand) if isinstance(operand, float) else Reads(node=operand)


def _numbers(tensor: Tensor) -> tuple[float, float]:
    assert tensor.gradient is not None
    return float(tensor.data[0, 0]), float(tensor.gradient[0, 0])
