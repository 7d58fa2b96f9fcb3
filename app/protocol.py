"""Every message in both directions, and the header of the binary ones: THE protocol.

The browser asks, the server answers; there is no play state and no timer here. A request carries an id, which
its replies repeat, and the generation of the experiment it means: a request for an experiment that has been
replaced is answered with a problem of code "stale" and changes nothing. Replies are JSON or a binary message.

Described byte by byte in docs/protocol.md; the browser's types are generated from this file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import TypeAdapter

from engine.choice import Choice
from engine.edits import AnyEdit, Index
from engine.experiment import Experiment
from engine.range import Range
from engine.statistics import NodeStatistics, ParameterStatistics
from engine.tagged import Tagged

VERSION = 1
Id = Annotated[int, Range(0, 2**32 - 1)]


# Requests


@dataclass(frozen=True)
class Look(Choice):
    """What the person looks at: one example of the batch, and the unit or edge whose whole batch is wanted.

    `node` is a node of the graph; with `row` alone it is that unit of its output, with `column` the weight
    between.
    """

    example: Annotated[int, Range(0, 4095)] = 0
    node: Annotated[int, Range(-1, 100_000)] = -1
    row: Annotated[int, Range(0, 1_000_000)] = 0
    column: Annotated[int, Range(-1, 1_000_000)] = -1


@dataclass(frozen=True)
class Open(Choice):
    """Start an experiment, or go straight to a moment of it: as far towards it as one request can."""

    kind: Literal["open"]
    id: Id
    generation: Id
    experiment: Experiment
    edits: tuple[AnyEdit, ...] = ()
    step: Annotated[int, Range(1, 10_000_000)] = 1
    look: Look = field(default_factory=Look)


@dataclass(frozen=True)
class Advance(Choice):
    """Do `steps` steps; the reply is the frame of the last one. It stops where a number breaks for the first time,
    and where one request can do no more."""

    kind: Literal["advance"]
    id: Id
    generation: Id
    steps: Annotated[int, Range(1, 10_000)]


@dataclass(frozen=True)
class Seek(Choice):
    """Go to the moment right after `step` steps, as far as one request can; the reply is the frame come to."""

    kind: Literal["seek"]
    id: Id
    generation: Id
    step: Annotated[int, Range(1, 10_000_000)]


@dataclass(frozen=True)
class LookAt(Choice):
    """Look at something else in the same step; the reply is its frame again."""

    kind: Literal["look"]
    id: Id
    generation: Id
    look: Look


@dataclass(frozen=True)
class Edit(Choice):
    """Change something from an edit's step on; the reply is the frame at that step."""

    kind: Literal["edit"]
    id: Id
    generation: Id
    edit: AnyEdit


@dataclass(frozen=True)
class Respond(Choice):
    """What every unit answers over the input plane; the reply is binary."""

    kind: Literal["respond"]
    id: Id
    generation: Id


@dataclass(frozen=True)
class Predict(Choice):
    """What the network says about the test set."""

    kind: Literal["predict"]
    id: Id
    generation: Id


@dataclass(frozen=True)
class Prove(Choice):
    """Nudge one parameter and measure the loss."""

    kind: Literal["prove"]
    id: Id
    generation: Id
    parameter: str
    index: Index


@dataclass(frozen=True)
class Summarize(Choice):
    """What the numbers of the last step are like, parameter by parameter and node by node."""

    kind: Literal["summarize"]
    id: Id
    generation: Id


@dataclass(frozen=True)
class Sample(Choice):
    """What each example of the last step alone asks of one entry of a parameter."""

    kind: Literal["sample"]
    id: Id
    generation: Id
    parameter: str
    index: Index


Request = Annotated[
    Open | Advance | Seek | LookAt | Edit | Respond | Predict | Prove | Summarize | Sample,
    Tagged(),
]
REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


# Replies


@dataclass(frozen=True)
class GraphNode:
    """One operation. `column` is where it stands on the stage: 0 the input, then one each layer with parameters.

    `group` is its layer's place in the menu, `path` what its parameters' names begin with, `shape` that of one
    example's output, units first, and `sources` are the nodes it reads, −1 the input.
    """

    kind: str
    group: str
    path: str
    layer: int
    column: int
    units: int
    shape: tuple[int, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Visit:
    """One node's turn. The update has no node: -1."""

    phase: Literal["forward", "loss", "backward", "update"]
    node: int


@dataclass(frozen=True)
class GraphParameter:
    """A named parameter: entry (i, j, …) is at offset + i·strides[0] + j·strides[1] + … of each flat section."""

    name: str
    node: int
    shape: tuple[int, ...]
    offset: int
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A run of float32 in a frame: `offset` and `length` count floats after the header."""

    name: str
    offset: int
    length: int


@dataclass(frozen=True)
class Layout:
    """Where every number of a frame stands. A frame names the layout it was written in."""

    layout: int
    sections: tuple[Section, ...]
    whole: bool  # does the frame carry every parameter, or only those of the layer in view?


@dataclass(frozen=True)
class DataFacts:
    """The data as the page shows it; `points` (x…, y) for data on a line or a plane, training part first."""

    train: int
    test: int
    features: int
    shape: tuple[int, ...]  # of one example, features first
    classes: int | None
    outputs: int
    picture: tuple[int, int] | None
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Graph:
    """What was built from an experiment; sent before its first frame, and again when the layout changes."""

    kind: Literal["graph"]
    id: int
    generation: int
    nodes: tuple[GraphNode, ...]
    visits: tuple[Visit, ...]
    parameters: tuple[GraphParameter, ...]
    layout: Layout
    data: DataFacts
    batches: int  # a epoch
    parameter_count: int
    multiply_adds: int
    experiment: Experiment  # with every field that was left out filled in
    edits: tuple[AnyEdit, ...]


@dataclass(frozen=True)
class Prediction:
    """One test example: its class, what the network says, and how sure it is of that."""

    label: int
    predicted: int
    probability: float
    pixels: tuple[int, ...]  # 0..255, empty where the data are no pictures


@dataclass(frozen=True)
class Predictions:
    kind: Literal["predictions"]
    id: int
    generation: int
    step: int
    confusion: tuple[tuple[int, ...], ...]  # [true class][predicted class], test set
    examples: tuple[Prediction, ...]


@dataclass(frozen=True)
class Proved:
    """A proof on demand; see engine.proof.Proof."""

    kind: Literal["proved"]
    id: int
    generation: int
    step: int
    parameter: str
    index: tuple[int, ...]
    nudge: float
    loss_up: float
    loss_down: float
    slope: float
    backprop: float
    trained: float
    difference: float


@dataclass(frozen=True)
class Statistics:
    """Of the last step; see engine.statistics. Of a parameter it is before the update; the loss is the last node."""

    kind: Literal["statistics"]
    id: int
    generation: int
    step: int
    parameters: tuple[ParameterStatistics, ...]
    nodes: tuple[NodeStatistics, ...]


@dataclass(frozen=True)
class Sampled:
    """∂L/∂ of one entry by every example of the step alone, in the step's order; their mean is the gradient."""

    kind: Literal["sampled"]
    id: int
    generation: int
    step: int
    parameter: str
    index: tuple[int, ...]
    gradients: tuple[float, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, what was expected, what came; `code` names the sentence to show."""

    where: str
    code: str
    expected: str
    came: str
    values: dict[str, str | int | float]


Reason = Literal["experiment", "message", "stale", "fault"]


@dataclass(frozen=True)
class Problems:
    """Why a request was not done. The session goes on as it was.

    Places are fields of the request, but where the reason is "experiment" they are fields of the experiment.
    """

    kind: Literal["problems"]
    id: int
    generation: int
    reason: Reason
    problems: tuple[Fault, ...]


@dataclass(frozen=True)
class Queued:
    """The service is full, and this is one's place in line; said when it changes and every few seconds, until requests
    are answered. It answers none itself: its id and generation are 0."""

    kind: Literal["queued"]
    id: int
    generation: int
    place: int


Reply = Annotated[Graph | Predictions | Proved | Statistics | Sampled | Problems | Queued, Tagged()]
REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


# Binary replies

FRAME, RESPONSES = 1, 2

# version, form (FRAME or RESPONSES), id, generation, layout, step, epoch, count, example — all unsigned,
# little-endian — and the node that made the run's first NaN or infinity (-1: none yet; its phase
# forward 0, backward 1).
HEADER = struct.Struct("<HHIIIIIIIiI")
assert HEADER.size == 40
