"""A run → the graph the page draws: nodes in their columns, the visits of a step, parameters in place."""

from __future__ import annotations

from app.frames import Frames
from app.protocol import DataFacts, Graph, GraphNode, GraphParameter, Visit
from engine.parameters import Parameter
from engine.run import Run


def graph(run: Run, frames: Frames, id: int, generation: int) -> Graph:
    return Graph(
        kind="graph",
        id=id,
        generation=generation,
        nodes=nodes(run),
        visits=visits(run),
        parameters=parameters(run, frames),
        layout=frames.layout,
        data=facts(run),
        batches=run.batches.per_epoch,
        parameter_count=run.network.parameter_count,
        multiply_adds=run.network.multiply_adds,
        experiment=run.experiment,
        edits=tuple(run.edits),
    )


def nodes(run: Run) -> tuple[GraphNode, ...]:
    """Every node; a node with parameters opens a new column, what follows stands in it."""
    column, found = 0, []
    for node in run.training.nodes[:-1]:
        column += bool(node.parameters)
        shape = (node.output.shape[0], *node.output.positions)
        sources = tuple(tensor.maker for tensor in node.inputs)
        group = run.network.placed[node.place].layer.group
        found.append(GraphNode(node.name, group, node.path, node.layer, column, shape[0], shape, sources))
    last = len(found) - 1
    return (*found, GraphNode(run.training.nodes[-1].name, "loss", "", -1, column + 1, 1, (1,), (last,)))


def visits(run: Run) -> tuple[Visit, ...]:
    """The turns of a step in order: forward, the loss, backward, the update."""
    last = len(run.training.nodes) - 1
    return (
        *(Visit("forward", index) for index in range(last)),
        Visit("loss", last),
        *(Visit("backward", index) for index in range(last, -1, -1)),
        Visit("update", -1),
    )


def parameters(run: Run, frames: Frames) -> tuple[GraphParameter, ...]:
    """Each named parameter that lies wholly in the frame, by its place in the frame's flat sections."""
    here = frames.in_view()
    owners = run.network.owners
    placed = []
    for parameter in run.parameters.named.values():
        offset = place(run, parameter) - here.start
        strides = tuple(s // parameter.value.itemsize for s in parameter.value.strides)
        reach = sum(s * (n - 1) for s, n in zip(strides, parameter.value.shape, strict=True))
        inside = offset >= 0 and offset + reach < here.stop - here.start
        node = owners[parameter.owner]  # a network's places are its program's nodes
        placed.append(GraphParameter(parameter.name, node, parameter.value.shape, offset if inside else -1, strides))
    return tuple(placed)


def place(run: Run, parameter: Parameter) -> int:
    """Position of a parameter's first entry in the flat vector."""
    start = run.parameters.values.__array_interface__["data"][0]
    first = parameter.value.__array_interface__["data"][0]
    return int((first - start) // parameter.value.itemsize)


def facts(run: Run) -> DataFacts:
    data = run.data
    points: tuple[tuple[float, ...], ...] = ()
    if data.features <= 2 and len(data.shape) == 1:
        both = zip((*data.train_x, *data.test_x), (*data.train_y, *data.test_y), strict=True)
        points = tuple(
            (*(round(float(v), 4) for v in x), round(float(y if data.classes else y[0]), 4)) for x, y in both
        )
    return DataFacts(
        train=len(data.train_x),
        test=len(data.test_x),
        features=data.features,
        shape=data.shape,
        classes=data.classes,
        outputs=data.outputs,
        picture=data.picture,
        feature_names=data.feature_names,
        class_names=data.class_names,
        points=points,
    )
