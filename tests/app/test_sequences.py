"""A session over sequences of tokens: everything a page asks for comes, and fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.report import report
from engine.data.choices import Recall
from engine.experiment import Experiment, Layers
from engine.layers.attention import MultiheadAttention
from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding
from engine.operations.losses import CrossEntropyLoss
from tests.app.conversation import Conversation


def experiment(kind: str, tokens: int) -> dict[str, Any]:
    """A small network that reads a sequence and says a token at each of its positions."""
    layers = [
        {"kind": "Embedding", "num_embeddings": tokens, "embedding_dim": 8},
        {"kind": "PositionalEmbedding", "name": "places"},
        {"kind": "MultiheadAttention", "num_heads": 2, "is_causal": True},
        {"kind": "Add", "inputs": ["places", "2"]},
        {"kind": "Linear", "out_features": tokens},
    ]
    return {"data": {"kind": kind}, "network": {"layers": layers}, "loss": {"kind": "CrossEntropyLoss"}, "batch": 8}


@pytest.mark.parametrize(("kind", "tokens", "time"), [("copy", 9, 12), ("reverse", 9, 12), ("text", 29, 32)])
def test_a_session_shows_a_sequence_as_it_shows_any_example(kind: str, tokens: int, time: int) -> None:
    talk = Conversation()
    first = talk.open(experiment(kind, tokens)).sections(talk.graph)
    facts = talk.graph["data"]
    assert (facts["shape"], facts["classes"], facts["points"]) == ([1, time], tokens, [])
    assert len(facts["class_names"]) == tokens
    assert first["scalars"][0] == pytest.approx(np.log(tokens), rel=0.2)  # before training, no better than chance
    assert first["input"].shape == (1,)
    again = talk.ask("advance", steps=100).sections(talk.graph)
    assert again["losses"][-1] < again["losses"][0]
    assert 0 <= again["scalars"][4] < tokens
    found = talk.ask("predict")
    run = talk.session.run
    assert run is not None
    assert np.sum(found["confusion"]) == run.data.test_y.size
    assert np.trace(found["confusion"]) / run.data.test_y.size == pytest.approx(again["scalars"][2])
    assert len(found["examples"]) == 40
    assert [each["label"] for each in found["examples"]] == run.data.test_y.ravel()[:40].tolist()


def test_weights_of_a_network_of_tokens_are_looked_at_and_proved() -> None:
    talk = Conversation()
    talk.open(experiment("copy", 9))
    talk.ask("advance", steps=5)
    for node, parameter in enumerate(talk.graph["parameters"]):
        index = [0] * len(parameter["shape"])
        proved = talk.ask("prove", parameter=parameter["name"], index=index)
        scale = max(abs(proved["backprop"]), 1e-4)
        assert abs(proved["slope"] - proved["backprop"]) <= 1e-6 * scale, parameter["name"]
        look = talk.ask("look", look={"example": 3, "node": parameter["node"], "row": 1, "column": 0})
        assert np.isfinite(look.sections(talk.graph)["terms"]).all(), node


def test_responses_are_for_what_can_be_drawn_and_a_sequence_is_told_so() -> None:
    talk = Conversation()
    talk.open(experiment("copy", 9))
    (problem,) = talk.ask("respond")["problems"]
    assert (problem["code"], problem["came"]) == ("not_drawable", "1 × 12")


def test_too_few_embeddings_are_a_problem_of_that_number() -> None:
    talk = Conversation()
    talk.generation = 1
    asked = experiment("text", 29)
    asked["network"]["layers"][0]["num_embeddings"] = 28
    (problem,) = talk.ask("open", experiment=asked)["problems"]
    assert (problem["where"], problem["code"]) == ("network.layers.0.num_embeddings", "too_few_embeddings")


def test_a_network_of_tokens_is_reported_with_its_shapes_and_cost() -> None:
    layers = (
        Embedding(num_embeddings=9, embedding_dim=8),
        PositionalEmbedding(max_len=12),
        MultiheadAttention(num_heads=2),
        Linear(out_features=9),
    )
    found = report(Experiment(data=Recall(), network=Layers(layers), loss=CrossEntropyLoss()))
    assert [(each["name"], each["output_shape"]) for each in found["layers"]] == [
        ("0", [32, 8, 12]),
        ("1", [32, 8, 12]),
        ("2", [32, 24, 12]),
        ("2.attention", [32, 8, 12]),
        ("2.out_proj", [32, 8, 12]),
        ("3", [32, 9, 12]),
    ]
