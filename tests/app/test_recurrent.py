"""A recurrent network over sequences, as a browser meets it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.documents import read_experiment
from app.report import report
from tests.app.conversation import Conversation

LATCH: dict[str, Any] = {
    "data": {"kind": "latch", "sequences": 60, "length": 6},
    "network": {
        "layers": [
            {"kind": "LSTM", "hidden_size": 3, "num_layers": 2, "bidirectional": True, "returns": "h_n"},
            {"kind": "Linear", "out_features": 1},
        ]
    },
    "batch": 8,
}


@pytest.fixture(scope="module")
def talk() -> Conversation:
    talk = Conversation()
    talk.open(LATCH)
    return talk


def test_the_graph_has_a_node_for_each_layer_and_direction_with_its_own_parameters(talk: Conversation) -> None:
    nodes = talk.graph["nodes"]
    assert [(n["kind"], n["shape"]) for n in nodes] == [
        ("LSTM", [3, 6]),
        ("LSTM", [3, 6]),
        ("Concat", [6, 6]),
        ("LSTM", [3]),
        ("LSTM", [3]),
        ("Concat", [6]),
        ("Linear", [1]),
        ("BCEWithLogitsLoss", [1]),
    ]
    owners = {p["name"]: p["node"] for p in talk.graph["parameters"]}
    assert [owners[f"0.weight_hh_{end}"] for end in ("l0", "l0_reverse", "l1", "l1_reverse")] == [0, 1, 3, 4]


def test_sequences_are_described_and_not_drawn(talk: Conversation) -> None:
    data = talk.graph["data"]
    assert (data["shape"], data["feature_names"], data["class_names"]) == ([1, 6], ["signal"], ["−1", "1"])
    assert data["points"] == []
    assert talk.ask("respond")["problems"][0]["code"] == "not_drawable"


def test_a_frame_holds_what_each_unit_says_over_time(talk: Conversation) -> None:
    frame = talk.ask("advance", steps=3)
    sections = frame.sections(talk.graph)
    run = talk.session.run
    assert run is not None
    for node in (0, 3):
        output = run.training.nodes[node].output.data[:, 0]
        expected = output.mean(-1) if node == 0 else output
        np.testing.assert_allclose(sections[f"value:{node}"], expected, rtol=1e-6)


def test_a_weight_on_the_state_is_proved_by_nudging_it(talk: Conversation) -> None:
    found = talk.ask("prove", parameter="0.weight_hh_l1_reverse", index=[5, 1])
    assert found["slope"] == pytest.approx(found["backprop"], rel=1e-6)


def test_the_classes_of_sequences_are_predicted(talk: Conversation) -> None:
    found = talk.ask("predict")
    assert sum(map(sum, found["confusion"])) == 12


def test_the_report_says_each_shape_and_the_parameters() -> None:
    found = report(
        read_experiment(
            b'{"data": {"kind": "adding"}, "loss": {"kind": "MSELoss"}, "network": {"layers": '
            b'[{"kind": "GRU", "hidden_size": 4, "returns": "h_n"}, {"kind": "Linear", "out_features": 1}]}}'
        )
    )
    assert found["layers"][0]["input_shape"] == [32, 2, 20]
    assert found["layers"][0]["output_shape"] == [32, 4]
    assert found["layers"][0]["parameters"] == 3 * 4 * (2 + 4 + 2)
