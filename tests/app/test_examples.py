"""Every example that the page offers is one worth opening: it is valid, and it learns."""

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
TRAINED = 2000


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


def test_there_are_examples_in_a_fixed_order() -> None:
    assert [path.stem.split("-")[0] for path in PATHS] == [f"{n:02}" for n in range(1, len(PATHS) + 1)]
    assert len(PATHS) >= 5


def test_an_example_says_everything_and_comes_back_the_same(path: Path) -> None:
    written = json.loads(path.read_text("utf-8"))
    assert set(written) == {f.name for f in fields(Experiment)}
    experiment = read_experiment(path.read_bytes())
    assert read_experiment(json.dumps(settings(experiment))) == experiment


def test_the_test_loss_of_an_example_falls(path: Path) -> None:
    run = Run(read_experiment(path.read_bytes()))
    run.advance(1)
    before, _ = run.test()
    run.advance(TRAINED)
    after, _ = run.test()
    assert np.isfinite(run.parameters.values).all()
    assert after < 0.6 * before


def test_the_first_example_shows_gradients_that_shrink_toward_the_input() -> None:
    run = Run(read_experiment(PATHS[0].read_bytes()))
    run.advance(1)
    norms = [
        float(np.linalg.norm(run.parameters.named[f"{placed.name}.weight"].gradient))
        for placed in run.network.placed
        if isinstance(placed.layer, Linear)
    ]
    assert norms == sorted(norms)
    assert norms[-1] >= 10 * norms[0]
