"""Every example that the page offers is worth opening: it is valid, and learns or shows why it cannot."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from app.catalogue import EXAMPLES
from app.documents import read_experiment
from engine.choice import settings
from engine.experiment import Experiment
from engine.layers.linear import Linear
from engine.run import Run

PATHS = sorted(EXAMPLES.glob("*.json"))
VANISHING = EXAMPLES / "03-vanishing.json"
LEARNING = [path for path in PATHS if path != VANISHING]
TRAINED = 2000


def weight_gradients(run: Run) -> list[float]:
    """The norm of each linear layer's weight gradient, in the order of the layers."""
    return [
        float(np.linalg.norm(run.parameters.named[f"{placed.name}.weight"].gradient.astype(np.float64)))
        for placed in run.network.placed
        if isinstance(placed.layer, Linear)
    ]


def test_there_are_examples_in_a_fixed_order() -> None:
    assert [path.stem.split("-")[0] for path in PATHS] == [f"{n:02}" for n in range(1, len(PATHS) + 1)]
    assert len(PATHS) >= 5


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_example_says_everything_and_comes_back_the_same(path: Path) -> None:
    written = json.loads(path.read_text("utf-8"))
    assert set(written) == {f.name for f in fields(Experiment)}
    experiment = read_experiment(path.read_bytes())
    assert read_experiment(json.dumps(settings(experiment))) == experiment


@pytest.mark.parametrize("path", LEARNING, ids=lambda path: path.stem)
def test_the_test_loss_of_an_example_falls(path: Path) -> None:
    run = Run(read_experiment(path.read_bytes()))
    run.advance(1)
    before, _ = run.test()
    run.advance(TRAINED)
    after, _ = run.test()
    assert np.isfinite(run.parameters.values).all()
    assert after < 0.6 * before


def test_the_vanishing_example_does_not_learn() -> None:
    run = Run(read_experiment(VANISHING.read_bytes()))
    run.advance(1)
    before, _ = run.test()
    run.advance(TRAINED)
    after, _ = run.test()
    assert np.isfinite(run.parameters.values).all()
    assert after > 0.9 * before
    assert after == pytest.approx(np.log(2), abs=0.01)  # as good as a guess between two classes


def test_the_vanishing_example_loses_its_gradient_10_000_fold_on_the_way_back() -> None:
    run = Run(read_experiment(VANISHING.read_bytes()))
    run.advance(1)
    first, *_, last = weight_gradients(run)
    assert 0 < first <= 1e-4 * last
    run.advance(TRAINED)
    ratios = []
    for _ in range(100):  # now and then a batch has next to no gradient at the output either
        run.advance(1)
        first, *_, last = weight_gradients(run)
        ratios.append(last / first)
    assert np.median(ratios) >= 1e4


def test_the_first_example_shows_gradients_that_shrink_toward_the_input() -> None:
    run = Run(read_experiment(PATHS[0].read_bytes()))
    run.advance(1)
    norms = weight_gradients(run)
    assert norms == sorted(norms)
    assert norms[-1] >= 10 * norms[0]
