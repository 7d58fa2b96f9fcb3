"""Can this experiment be run? Shapes, targets and cost, judged before anything large is allocated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.shared import loaded
from engine.experiment import Experiment
from engine.initializers import Initializer
from engine.layers.embedding import Embedding
from engine.network import Network
from engine.operations.losses import BCEWithLogitsLoss
from engine.problem import BadExperiment, Problem
from engine.tensor import Shape

GRIDS = 20 * 20 + 48 * 48  # points over which the page asks what the units answer


@dataclass(frozen=True)
class Limits:
    """What one session may cost."""

    layers: int = 256
    parameters: int = 5_000_000
    memory: int = 1_000_000_000  # bytes
    multiply_adds: int = 50_000_000_000  # of one step: forward and twice that backward, for the whole batch


def planned(experiment: Experiment, limits: Limits | None = None) -> tuple[Dataset, Network]:
    """The data and the network of an experiment that can be run; else BadExperiment with every problem."""
    found = _size(experiment, limits or Limits())
    if found:
        raise BadExperiment(found)
    data = loaded(experiment.data, experiment.seeds.data)
    network = Network(experiment.network.layers, *data.shape)
    found = [
        *_cost(experiment, network, data, limits or Limits()),
        *_targets(experiment, network, data),
        *_batch(experiment, network, data),
        *_tokens(network, data),
        *_schedule(experiment),
        *_initializers(network),
    ]
    if found:
        raise BadExperiment(found)
    return data, network


def _problem(where: str, code: str, expected: str, came: object, **values: Any) -> Problem:
    return Problem(where, code, expected, str(came), {**values, "came": str(came)})


def _schedule(experiment: Experiment) -> list[Problem]:
    """Can the schedule do what it does to this optimizer?"""
    try:
        experiment.schedule.begin(experiment.optimizer)
    except BadExperiment as error:
        return [replace(found, where=f"schedule.{found.where}") for found in error.problems]
    return []


def _size(experiment: Experiment, limits: Limits) -> list[Problem]:
    count = len(experiment.network.layers)
    if 1 <= count <= limits.layers:
        return []
    return [_problem("network.layers", "layer_count", f"1 to {limits.layers} layers", count, limit=limits.layers)]


def _cost(experiment: Experiment, network: Network, data: Dataset, limits: Limits) -> list[Problem]:
    """Each cost beyond its limit, with the computed number and the limit."""
    costs = (
        ("too_many_parameters", "parameters", network.parameter_count, limits.parameters),
        (
            "too_much_memory",
            "bytes of memory",
            memory(experiment, network, data),
            limits.memory,
        ),
        (
            "too_slow",
            "multiply-adds a step",
            3 * network.multiply_adds * experiment.batch * experiment.accumulate,
            limits.multiply_adds,
        ),
    )
    return [
        _problem("network", code, f"at most {limit:,} {what}", f"{cost:,}", limit=f"{limit:,}")
        for code, what, cost, limit in costs
        if cost > limit
    ]


def _batch(experiment: Experiment, network: Network, data: Dataset) -> Iterator[Problem]:
    """Are there so many examples, and are they enough for every layer?"""
    batch, limit, batches = experiment.batch, len(data.train_x), experiment.accumulate
    if batch > limit:
        yield _problem("batch", "batch_over_data", f"at most the {limit} training examples", batch, limit=limit)
    elif batch * batches > limit:
        most = limit // batch
        expected = f"at most {most} batches of {batch}, since there are {limit} training examples"
        yield _problem("accumulate", "accumulate_over_data", expected, batches, batch=batch, limit=limit, most=most)
    for placed in network.placed:
        least = placed.layer.least_batch(*placed.shapes)
        if batch < least:
            where, kind = f"network.layers.{placed.index}", placed.layer.kind
            expected = f"a batch of at least {least} for {kind}: one number has no variance"
            yield _problem(where, "batch_too_small", expected, batch, kind=kind, least=least)


def _initializers(network: Network) -> Iterator[Problem]:
    """Can each parameter start as it is asked to?"""
    for placed in (network.placed[here] for here in network.owners):
        shapes = {part: shape for b in placed.blocks for part, shape in b.shapes.items()}
        for name, start in vars(placed.layer).items():
            if isinstance(start, Initializer) and (shape := shapes.get(name.removesuffix("_init"))):
                wanted, where = start.wanted(shape), f"network.layers.{placed.index}.{name}"
                if wanted:
                    yield _problem(
                        where, "start_shape", wanted, f"the shape {shown(shape)}", kind=start.kind, wanted=wanted
                    )


def _tokens(network: Network, data: Dataset) -> Iterator[Problem]:
    """Has every table of embeddings a row for each token, and are there tokens at all?"""
    for placed in network.placed:
        if not isinstance(placed.layer, Embedding):
            continue
        where, rows = f"network.layers.{placed.index}", placed.layer.num_embeddings
        if data.tokens is None:
            yield _problem(where, "no_tokens", "a layer that reads numbers: these data are no tokens", "Embedding")
        elif rows < data.tokens:
            expected = f"at least {data.tokens}, as many as these data have tokens"
            yield _problem(f"{where}.num_embeddings", "too_few_embeddings", expected, rows, tokens=data.tokens)


def memory(experiment: Experiment, network: Network, data: Dataset) -> int:
    """Bytes of a run, with the copies of the gradient that clipping, a penalty and several batches a step need."""
    copies = 2 * (experiment.l1 > 0 or experiment.clip.clips) + (experiment.accumulate > 1)
    kept = network.memory(experiment.batch, experiment.dtype, evaluated(experiment, data))
    return kept + copies * network.parameter_count * np.dtype(experiment.dtype).itemsize


def evaluated(experiment: Experiment, data: Dataset) -> int:
    """Examples that are only looked at: the test set, and the grids of inputs that can be drawn on a plane."""
    return len(data.test_x) + (GRIDS if data.features <= 2 and len(data.shape) == 1 else 0)


def _targets(experiment: Experiment, network: Network, data: Dataset) -> list[Problem]:
    """Does the last layer have the outputs that the loss needs for these targets?"""
    last = f"network.layers.{len(experiment.network.layers) - 1}"
    loss = experiment.loss
    if (loss.labels or isinstance(loss, BCEWithLogitsLoss)) and data.classes is None:
        return [
            _problem(
                "loss",
                "loss_needs_classes",
                "MSELoss or HuberLoss, since the targets are numbers",
                loss.kind,
                loss=loss.kind,
            )
        ]
    expected = outputs_needed(experiment, data)
    wanted = (expected, *data.target_positions)
    if network.output == wanted:
        return []
    if network.output[1:] != wanted[1:]:
        shape = shown(wanted)
        return [_problem(last, "output_shape", f"the shape {shape}", shown(network.output), wanted=shape)]
    return [
        _problem(
            last,
            "outputs",
            f"{expected} outputs for {loss.kind} on these targets",
            network.outputs,
            outputs=expected,
            loss=loss.kind,
        )
    ]


def shown(shape: Shape) -> str:
    """A shape as a person writes it: "10", "16 × 8 × 8"."""
    return " × ".join(map(str, shape))


def outputs_needed(experiment: Experiment, data: Dataset) -> int:
    """How many outputs the loss wants: one a class, except one for two classes where the loss does not take labels."""
    if data.classes is None:
        return data.outputs
    return 1 if data.classes == 2 and not experiment.loss.labels else data.classes
