"""Records NumPy calls once and replays them, all of them or one node at a time.

An operation emits calls into persistent buffers: its forward calls when it is applied, its backward calls when the
program is asked for them. Each call runs at once (so building a program is its first, debuggable run) and is
recorded. Replaying needs no allocation, and every activation and gradient can be read from its buffer afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from engine.notation import Notation
from engine.tensor import Array, Pool, Shape, Tensor

Call = tuple[Callable[..., object], tuple[Any, ...]]


class Operation(Protocol):
    """What a node runs. Both methods emit calls; `backward` reads the node's output gradient."""

    @property
    def notation(self) -> Notation: ...

    def forward(self, program: Program, node: Node) -> Tensor: ...

    def backward(self, program: Program, node: Node) -> None: ...


@dataclass(frozen=True)
class About:
    """What a node is told of the layer it belongs to."""

    name: str  # the kind of operation
    path: str = ""  # what the layer's parameters are called by: "3", "3.self_attn"
    layer: int = -1  # index in the network's list; -1 for what is not a layer
    parameters: tuple[Tensor, ...] = ()  # one for each block of the layer
    buffers: Mapping[str, Array] = field(default_factory=dict)


class Node:
    """One operation of a program: what it reads, what it makes, and the calls that do it."""

    __slots__ = (
        "backward",
        "buffers",
        "forward",
        "inputs",
        "kept",
        "layer",
        "memory",
        "name",
        "operation",
        "output",
        "parameters",
        "path",
        "place",
    )

    def __init__(self, place: int, operation: Operation, inputs: tuple[Tensor, ...], about: About) -> None:
        self.place = place  # in the program's list
        self.operation = operation
        self.inputs = inputs
        self.name, self.path, self.layer = about.name, about.path, about.layer
        self.parameters = about.parameters
        self.buffers = about.buffers
        self.output: Tensor
        self.forward: list[Call] = []
        self.backward: list[Call] = []
        self.kept: dict[str, Array] = {}  # named internal quantities: a slope, probabilities
        self.memory: dict[str, Array] = {}  # what backward needs of forward, as the operation lays it out


class Program:
    """A recorded computation over buffers of one dtype and one batch size.

    A program that trains has a backward pass, and what trains differently from being used (dropout, batch norm) is
    in training. `step` is the number of the step to come: what is drawn at random is a function of it and `seed`.
    `memory` is about how many bytes it will need.
    """

    def __init__(self, dtype: DTypeLike, batch: int, *, training: bool = True, seed: int = 0, memory: int = 0) -> None:
        self.training = training
        self.dtype = np.dtype(dtype)
        self.batch = batch
        self.seed = seed
        self.step = np.zeros((), np.int64)
        self.nodes: list[Node] = []
        self.update: list[Call] = []
        self._segment: list[Call] = []
        self._runs = True
        self._pool = Pool(memory)
        self._scratch: dict[tuple[Shape, str, np.dtype[Any]], Array] = {}
        self._constants: dict[float, Array] = {}

    # Emitting

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Run a NumPy call and record it in the segment being emitted."""
        if self._runs:
            function(*arguments)
        self._segment.append((function, arguments))

    def apply(self, operation: Operation, *inputs: Tensor, name: str = "", about: About | None = None) -> Tensor:
        """Add a node; its forward calls are emitted now."""
        node = Node(len(self.nodes), operation, inputs, about or About(name))
        self._segment = node.forward
        node.output = operation.forward(self, node)
        node.output.maker = node.place
        self.nodes.append(node)
        return node.output

    def backward(self) -> None:
        """Emit the backward calls of every node, last first. The last output's own gradient is 1."""
        last = self.nodes[-1].output
        if last.gradient is not None:
            last.gradient.fill(1)
            last.reached = True
        for node in reversed(self.nodes):
            node.output.settle()
            self._segment = node.backward
            node.operation.backward(self, node)
        for tensor in (tensor for node in self.nodes for tensor in node.inputs):
            tensor.settle()

    def emit_update(self, emit: Callable[[Program], None]) -> None:
        """Emit the optimizer's calls as the program's last segment, in the place of those there were.

        These alone are not run while they are recorded: to build a program is not to train.
        """
        self._segment = self.update = []
        self._runs = False
        try:
            emit(self)
        finally:
            self._runs = True

    def into(self, tensor: Tensor, emit: Callable[[Array], None]) -> None:
        """Send a gradient to a tensor: the first one is written, later ones are added.

        A value used twice was copied forward, so its gradients are summed backward.
        """
        if tensor.gradient is None:
            return
        if not tensor.reached:
            emit(tensor.gradient)
            tensor.reached = True
        elif tensor.handed is not None:
            emit(tensor.gradient)
            self.call(np.add, tensor.gradient, tensor.handed, tensor.gradient)
            tensor.handed = None
        else:
            more = self.scratch(tensor.shape, "sum")
            emit(more)
            self.call(np.add, tensor.gradient, more, tensor.gradient)

    def hand_on(self, tensor: Tensor, gradient: Array) -> None:
        """Send on a gradient as it is. If no other one comes it is the tensor's own, the very same memory."""
        if tensor.gradient is None:
            return
        if not tensor.reached:
            tensor.handed, tensor.reached = gradient, True
        else:
            first = tensor.gradient if tensor.handed is None else tensor.handed
            self.call(np.add, first, gradient, tensor.gradient)
            tensor.handed = None

    # Buffers

    def tensor(self, features: int, *positions: int, ones: bool = True, gradient: bool = True) -> Tensor:
        """A new (features, batch, *positions) tensor."""
        shape = (features, self.batch, *positions)
        return Tensor.allocate(self._pool, shape, self.dtype, ones=ones, gradient=gradient and self.training)

    def empty(self, shape: Shape, dtype: DTypeLike | None = None) -> Array:
        """A new persistent buffer for an internal quantity."""
        return self._pool.buffer(shape, self.dtype if dtype is None else dtype)

    def scratch(self, shape: Shape, use: str, dtype: DTypeLike | None = None) -> Array:
        """A buffer shared by all that ask for this shape and use; dead after the segment that wrote it."""
        kind = np.dtype(self.dtype if dtype is None else dtype)
        key = (shape, use, kind)
        if key not in self._scratch:
            self._scratch[key] = self._pool.buffer(shape, kind)
        return self._scratch[key]

    def constant(self, value: float) -> Array:
        """A number as a 0-d array: half the cost of a Python float in a small NumPy call."""
        if value not in self._constants:
            self._constants[value] = np.array(value, self.dtype)
        return self._constants[value]

    # Replaying

    def visits(self) -> Iterator[tuple[str, Node]]:
        """Run the program one node at a time, saying after each which one it was.

        The same calls on the same buffers as a whole step; the update is left to the caller.
        """
        for node in self.nodes:
            replay(node.forward)
            yield "forward", node
        for node in reversed(self.nodes):
            replay(node.backward)
            yield "backward", node

    def forward_calls(self) -> list[Call]:
        return [call for node in self.nodes for call in node.forward]

    def backward_calls(self) -> list[Call]:
        return [call for node in reversed(self.nodes) for call in node.backward]


def replay(calls: Iterable[Call]) -> None:
    for function, arguments in calls:
        function(*arguments)


def compiled(calls: Iterable[Call]) -> Callable[[], None]:
    """The calls as one straight-line Python function.

    On small networks NumPy's dispatch is all the cost there is, and a loop that unpacks (function, arguments) adds a
    seventh to it; the same calls printed one a line, with every object bound as a default argument, do not.
    """
    names: dict[int, str] = {}
    bound: dict[str, object] = {}

    def name(thing: object) -> str:
        key = names.setdefault(id(thing), f"v{len(names)}")
        bound[key] = thing
        return key

    # Naming by id() is safe only while every object lives; `held` keeps them alive until they are bound.
    held = list(calls)
    lines = [f"  {name(function)}({', '.join(map(name, arguments))})" for function, arguments in held]
    source = f"def program({', '.join(f'{key}={key}' for key in bound)}):\n" + "\n".join(lines or ["  pass"])
    exec(_code(source), bound)
    program: Any = bound["program"]
    bound.clear()  # the function's globals, of which it needs none: many kilobytes for each of hundreds of sessions
    return program  # type: ignore[no-any-return]


@lru_cache(256)
def _code(source: str) -> CodeType:
    """Programs of one structure share their code: what they compute with is bound, not written in it."""
    return compile(source, "<program>", "exec")
