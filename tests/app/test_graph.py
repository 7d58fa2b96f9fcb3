"""The graph message says what was built and where every number of a frame stands."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from app.documents import read_experiment
from app.frames import Frames
from app.graph import graph
from app.protocol import Graph, Look
from engine.run import Run
from tests.app.conversation import SMALL, read_binary


def built(document: dict[str, Any], look: Look | None = None) -> tuple[Run, Frames, Graph]:
    run = Run(read_experiment(json.dumps(document)))
    run.advance(3)
    frames = Frames(run, look or Look())
    return run, frames, graph(run, frames, 5, 6)


def test_a_layer_with_parameters_opens_a_column_and_its_activation_stands_in_it() -> None:
    _, _, found = built(SMALL)
    assert [(n.kind, n.layer, n.column, n.units) for n in found.nodes] == [
        ("Linear", 0, 1, 8),
        ("Tanh", 1, 1, 8),
        ("Linear", 2, 2, 8),
        ("Tanh", 3, 2, 8),
        ("Linear", 4, 3, 1),
        ("BCEWithLogitsLoss", -1, 4, 1),
    ]


def test_a_step_goes_forward_through_every_node_and_back_in_the_other_order() -> None:
    _, _, found = built(SMALL)
    turns = [(visit.phase, visit.node) for visit in found.visits]
    assert turns[:6] == [*(("forward", node) for node in range(5)), ("loss", 5)]
    assert turns[6:] == [*(("backward", node) for node in range(5, -1, -1)), ("update", -1)]


@pytest.mark.parametrize("section", ["before", "gradient", "update"])
def test_offset_and_strides_lead_to_every_entry_of_every_parameter(section: str) -> None:
    run, frames, found = built(SMALL)
    numbers = np.frombuffer(read_binary(frames.encode(1, 1)).rest, "<f4")
    place = next(s.offset for s in found.layout.sections if s.name == section)
    assert [p.name for p in found.parameters] == list(run.parameters.named)
    for entry in found.parameters:
        buffer = getattr(run.parameters.named[entry.name], section)
        for index in np.ndindex(*entry.shape):
            offset = entry.offset + sum(i * s for i, s in zip(index, entry.strides, strict=True))
            assert numbers[place + offset] == buffer[index]


def test_a_parameter_belongs_to_the_node_of_its_layer() -> None:
    _, _, found = built(SMALL)
    assert [(p.name, p.node) for p in found.parameters] == [
        *[("0.weight", 0), ("0.bias", 0), ("2.weight", 2), ("2.bias", 2), ("4.weight", 4), ("4.bias", 4)]
    ]


def test_a_parameter_that_the_frame_lacks_has_no_offset() -> None:
    wide = [{"kind": "Linear", "out_features": 400}, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 100}]
    layers = {"network": {"layers": [*wide, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 1}]}}
    _, _, found = built({**SMALL, **layers}, Look(node=4))
    assert not found.layout.whole
    assert {p.name for p in found.parameters if p.offset >= 0} == {"4.weight", "4.bias"}


def test_the_counts_are_those_of_the_network_and_its_data() -> None:
    run, _, found = built(SMALL)
    assert (found.id, found.generation) == (5, 6)
    assert found.parameter_count == 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1
    assert found.multiply_adds == run.network.multiply_adds
    assert found.batches == len(run.data.train_x) // 32


def test_the_points_of_a_plane_are_sent_training_part_first() -> None:
    run, _, found = built(SMALL)
    assert found.data.train + found.data.test == len(found.data.points) == 200
    x, y, label = found.data.points[found.data.train]
    np.testing.assert_allclose([x, y], run.data.test_x[0], atol=5e-5)
    assert label == run.data.test_y[0]


def test_pictures_and_tables_send_no_points() -> None:
    layers = {"layers": [{"kind": "Linear", "out_features": 10}]}
    _, _, found = built({"data": {"kind": "digits"}, "network": layers, "loss": {"kind": "CrossEntropyLoss"}})
    assert found.data.points == ()
    assert (found.data.picture, found.data.classes, found.data.features) == ((8, 8), 10, 64)
