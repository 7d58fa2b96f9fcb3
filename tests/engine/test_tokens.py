"""Sequences of tokens: what they hold, that the test part stays apart, and what a table of embeddings must have."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated, Recall, Text
from engine.data.dataset import Dataset
from engine.experiment import Experiment, Layers
from engine.feasible import planned
from engine.layers.embedding import Embedding
from engine.layers.linear import Linear
from engine.operations.losses import CrossEntropyLoss
from engine.optimizers.adam import Adam
from engine.problem import BadExperiment
from engine.run import Run

BYTES = {  # sha256 of all four arrays, seed 0
    "copy": "08258c258c816d0138e783e555ad14eb4c6e71bcc9691c4e8e04a75c49c8feff",
    "reverse": "a8d00453cc50a455bcfb971a7c5d0ce5ae9d6d1efa01b2b3423b095d123e9866",
    "text": "ad1447b0340de199335c9713b4dc11762c4150e1072ba22e09be6572780ae98b",
}
EVERY: list[Any] = [Recall("copy"), Recall("reverse"), Text()]


def sequences(data: Dataset, part: str) -> set[bytes]:
    """Each input of a part."""
    return {row.tobytes() for row in getattr(data, f"{part}_x")}


@pytest.mark.parametrize("choice", EVERY, ids=lambda choice: choice.kind)
def test_a_seed_fixes_every_byte(choice: Any) -> None:
    data = choice.load(0)
    parts = (data.train_x, data.train_y, data.test_x, data.test_y)
    assert hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest() == BYTES[choice.kind]


@pytest.mark.parametrize("choice", EVERY, ids=lambda choice: choice.kind)
def test_tokens_come_with_their_description(choice: Any) -> None:
    data = choice.load(0)
    assert data.tokens == data.classes == data.outputs == len(data.class_names)
    assert data.features == data.shape[0] == 1
    assert data.target_positions == data.shape[1:]
    assert not data.plane
    for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y)):
        assert x.shape == (len(y), 1, y.shape[1])
        assert set(np.unique(x)) | set(np.unique(y)) <= set(range(data.tokens))


@pytest.mark.parametrize(("kind", "order"), [("copy", 1), ("reverse", -1)])
def test_letters_are_shown_and_then_to_be_said_again(kind: Any, order: int) -> None:
    data = Recall(kind, sequences=50, length=4, letters=3).load(1)
    shown, blank = data.train_x[:, 0, :4], data.train_x[:, 0, 4:]
    assert (shown > 0).all() and not blank.any() and not data.train_y[:, :4].any()
    np.testing.assert_array_equal(data.train_y[:, 4:], shown[:, ::order])
    assert data.class_names == ("_", "a", "b", "c")


@pytest.mark.parametrize("letters", [2, 26])
def test_no_sequence_of_the_test_part_was_trained_on(letters: int) -> None:
    data = Recall(sequences=200, length=7, letters=letters, test=0.3).load(0)
    train, test = sequences(data, "train"), sequences(data, "test")
    assert len(train) == len(data.train_x) and len(test) == len(data.test_x)
    assert not train & test


def test_where_there_are_few_sequences_there_are_fewer_examples() -> None:
    data = Recall(sequences=200, length=2, letters=2, test=0.3).load(0)
    assert (len(data.train_x), len(data.test_x)) == (3, 1)


@pytest.mark.parametrize("length", [2, 32, 256])
@pytest.mark.parametrize("test", [0.05, 0.9])
def test_a_text_is_continued_and_its_end_is_held_back(length: int, test: float) -> None:
    data = Text(length=length, test=test).load(0)
    for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y)):
        assert x.shape[1:] == (1, length) and len(x) >= 1
        np.testing.assert_array_equal(x[:, 0, 1:], y[:, :-1])
    read = [data.class_names[token] for token in data.train_x[:, 0, 0].astype(int)]
    assert "".join(read).startswith("a␣network␣is␣a␣chain␣of␣simple␣steps.")
    # Together they are no longer than the text: nothing is on both sides.
    trained = len(data.train_x) + length
    assert trained + data.test_x.size <= 4020


def test_a_table_with_too_few_rows_is_refused_with_the_number_it_needs() -> None:
    layers = (Embedding(num_embeddings=28), Linear(out_features=29))
    experiment = Experiment(data=Text(), network=Layers(layers), loss=CrossEntropyLoss())
    with pytest.raises(BadExperiment) as refused:
        planned(experiment)
    (problem,) = refused.value.problems
    assert (problem.where, problem.code) == ("network.layers.0.num_embeddings", "too_few_embeddings")
    assert str(problem).endswith("expected at least 29, as many as these data have tokens, got 28")
    planned(replace(experiment, network=Layers((Embedding(num_embeddings=29), layers[1]))))


def test_an_embedding_of_numbers_that_are_no_tokens_is_refused() -> None:
    layers = (Linear(out_features=1), Embedding(), Linear(out_features=1))
    with pytest.raises(BadExperiment) as refused:
        planned(Experiment(data=Generated("spiral"), network=Layers(layers)))
    assert [(p.where, p.code) for p in refused.value.problems] == [("network.layers.1", "no_tokens")]


def test_a_table_alone_learns_which_character_follows_which() -> None:
    """29 by 29 logits read from a table: what is left is the entropy of the next character given this one."""
    layers = (Embedding(num_embeddings=29, embedding_dim=29),)
    run = Run(
        Experiment(data=Text(), network=Layers(layers), loss=CrossEntropyLoss(), optimizer=Adam(lr=0.05), batch=8)
    )
    first, _ = run.test()
    run.advance(300)
    loss, accuracy = run.test()
    assert first > np.log(29)
    assert loss < 2.4
    assert accuracy is not None and accuracy > 0.25
