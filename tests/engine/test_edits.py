"""Frozen layers, weights set by hand, changed rates: each at its step, and each replayed exactly."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated
from engine.edits import Edit, Freeze, LearningRate, SetWeight
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import GELU, Tanh
from engine.operations.join import Add
from engine.optimizers.adam import Adam
from engine.optimizers.memory import LONGEST
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment, Problem
from engine.run import Run
from tests.engine.test_run import OPTIMIZERS, shown

LAYERS = (Linear(out_features=6), GELU(), Linear(out_features=4), Tanh(), Linear(out_features=1))
SMALL = Experiment(
    data=Generated("moons", points=100), network=Layers(LAYERS), optimizer=Adam(lr=0.01), batch=16, dtype="float64"
)
STORY: tuple[Edit, ...] = (
    Freeze(10, "2", True),
    SetWeight(15, "0.weight", (3, 1), 2.5),
    LearningRate(20, 0.002),
    Freeze(25, "2", False),
    Freeze(25, "0", True),
    SetWeight(40, "2.bias", (0,), -1.0),
    Freeze(45, "0", False),
)


def trained(experiment: Experiment, steps: int, *edits: Edit) -> Run:
    run = Run(experiment, edits)
    for _ in range(steps):
        run.advance(1)
    return run


def frozen_at(*places: int) -> Experiment:
    layers = tuple(replace(layer, frozen=place in places) for place, layer in enumerate(LAYERS))
    return replace(SMALL, network=Layers(layers))


def problem(build: Any) -> Problem:
    with pytest.raises(BadExperiment) as caught:
        build()
    (found,) = caught.value.problems
    return found


# Frozen layers


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_a_frozen_layer_keeps_its_parameters_and_has_gradients_all_the_same(optimizer: Any) -> None:
    run = Run(replace(frozen_at(2), optimizer=optimizer))
    drawn = {name: parameter.value.copy() for name, parameter in run.parameters.named.items()}
    for _ in range(5):
        run.advance(1)
        for name, parameter in run.parameters.named.items():
            assert parameter.gradient.any()
            assert parameter.update.any() != name.startswith("2.")
            assert np.array_equal(parameter.value, drawn[name]) == name.startswith("2.")


def test_the_gradients_of_a_frozen_layer_are_those_it_would_have() -> None:
    free, frozen = trained(SMALL, 1), trained(frozen_at(0, 2), 1)
    assert free.parameters.gradients.tobytes() == frozen.parameters.gradients.tobytes()


def test_a_network_all_frozen_stays_as_it_was_drawn() -> None:
    run = trained(frozen_at(0, 2, 4), 5)
    assert run.parameters.values.tobytes() == Run(SMALL).parameters.values.tobytes()
    assert not run.parameters.update.any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_what_is_remembered_of_a_frozen_layer_stays_and_it_goes_on_as_in_pytorch(optimizer: Any) -> None:
    """PyTorch's optimizer passes over a parameter without a gradient, and counts no step for it."""
    torch = pytest.importorskip("torch")
    if not hasattr(torch.optim, optimizer.kind):
        pytest.skip("torch.optim has no Lion")
    run = Run(replace(SMALL, optimizer=optimizer), (Freeze(3, "2", True), Freeze(8, "2", False)))
    tensors = {name: torch.from_numpy(p.value.copy()).requires_grad_() for name, p in run.parameters.named.items()}
    options = {name: value for name, value in vars(optimizer).items() if name != "kind"}
    peer = getattr(torch.optim, optimizer.kind)(tensors.values(), **options)
    torch.set_default_dtype(torch.float64)  # of NAdam's product of momenta
    try:
        for step in range(14):
            run.advance(1)
            for name, tensor in tensors.items():
                idle = name.startswith("2.") and 3 <= step < 8
                tensor.grad = None if idle else torch.from_numpy(run.parameters.named[name].gradient.copy())
            peer.step()
            for name, tensor in tensors.items():
                expected = tensor.detach().numpy()
                assert np.abs(run.parameters.named[name].value - expected).max() <= 1e-10 * np.abs(expected).max()
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_frozen_layer_counts_for_nothing_in_the_norm_that_is_clipped() -> None:
    from engine.clipping import ClipGradNorm

    run = trained(replace(frozen_at(0, 2), clip=ClipGradNorm(max_norm=1e-3)), 1)
    norm = math.hypot(*(np.linalg.norm(run.parameters.named[f"4.{part}"].gradient) for part in ("weight", "bias")))
    assert float(run.training.descent.clipped.norm) == pytest.approx(norm, rel=1e-12)


def test_who_shares_the_parameters_of_a_frozen_layer_shares_its_rest() -> None:
    layers = (Linear(out_features=4, name="first"), Tanh(), Linear(out_features=4, name="a", frozen=True), Tanh())
    again = (Linear(out_features=4, shares="a"), Linear(out_features=1))
    run = trained(replace(SMALL, network=Layers((*layers, *again))), 3)
    assert not run.parameters.named["a.weight"].update.any()
    assert run.parameters.named["first.weight"].update.any()


def test_freezing_what_is_anothers_is_refused_in_its_place() -> None:
    layers = (Linear(out_features=2, name="a"), Linear(out_features=2, shares="a", frozen=True), Linear(out_features=1))
    found = problem(lambda: Run(replace(SMALL, network=Layers(layers))))
    assert (found.where, found.code) == ("network.layers.1.frozen", "frozen_shared")


def test_parameters_longer_than_a_stretch_are_updated_as_if_they_were_one() -> None:
    """The update is cut where the caches end; the numbers do not know."""
    wide = (Linear(out_features=LONGEST // 128, bias=False), Linear(out_features=130, bias=False))
    run = Run(replace(SMALL, network=Layers((*wide, Linear(out_features=1)))))
    memory = run.training.memory
    assert len(memory.stretches(tuple(memory.owners))) == 2
    run.advance(2)
    m = memory.arrays["moments"][0] * 0.1
    v = memory.arrays["moments"][1] * 0.001
    expected = -0.01 * (m / (1 - 0.9**2)) / (np.sqrt(v / (1 - 0.999**2)) + 1e-8)
    np.testing.assert_allclose(run.parameters.update, expected, rtol=1e-9)


# Edits


def test_a_weight_set_by_hand_is_in_the_pass_of_its_step_and_not_before() -> None:
    edit = SetWeight(20, "2.weight", (1, 4), -3.0)
    plain, edited = trained(SMALL, 20), trained(SMALL, 20, edit)
    assert shown(plain) == shown(edited)
    earlier = plain.parameters.named["2.weight"].value.copy()
    edited.advance(1)
    before = edited.parameters.named["2.weight"].before
    assert before[1, 4] == -3.0
    before[1, 4] = earlier[1, 4]
    assert np.array_equal(before, earlier)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_a_run_with_edits_of_every_kind_replays_exactly(optimizer: Any) -> None:
    experiment = replace(SMALL, optimizer=optimizer, dtype="float32")
    straight: dict[int, list[bytes]] = {}
    run = Run(experiment, STORY)
    for step in range(1, 61):
        run.advance(1)
        straight[step] = shown(run)
    for step in (40, 41, 9, 12, 60, 26, 24, 16, 50, 1, 11):
        run.seek(step)
        assert shown(run) == straight[step]


def test_edits_made_on_the_way_are_those_known_from_the_start() -> None:
    run = Run(SMALL)
    for edit in STORY:
        run.seek(edit.step)
        run.edit(edit)
    run.seek(60)
    assert tuple(run.edits) == STORY
    assert shown(run) == shown(trained(SMALL, 60, *STORY))


def test_edits_of_different_things_at_one_step_all_hold_and_of_one_thing_the_last() -> None:
    run = Run(SMALL)
    for value in (1.0, 2.0):
        run.edit(SetWeight(5, "0.weight", (0, 0), value))
        run.edit(SetWeight(5, "0.weight", (0, 1), -value))
        run.edit(LearningRate(5, value / 100))
        run.edit(Freeze(5, "2", value == 2.0))
    assert len(run.edits) == 4
    run.seek(6)
    assert run.parameters.named["0.weight"].before[0].tolist() == [2.0, -2.0]
    assert run.rate == 0.02
    assert not run.parameters.named["2.weight"].update.any()


def test_an_edit_of_the_past_forgets_the_edits_after_it_and_keeps_those_before() -> None:
    run = trained(SMALL, 50, *STORY)
    run.edit(SetWeight(20, "0.weight", (0, 0), 1.0))
    assert run.step == 20
    assert [edit.step for edit in run.edits] == [10, 15, 20, 20]


def test_an_edit_of_the_first_step_is_made_before_the_first_pass() -> None:
    run = Run(SMALL, (SetWeight(0, "4.bias", (0,), 7.0), Freeze(0, "4", True)))
    run.advance(3)
    assert run.parameters.named["4.bias"].value[0] == 7.0
    run.seek(0)
    run.advance(1)
    assert run.parameters.named["4.bias"].before[0] == 7.0


def test_layers_are_frozen_by_their_names() -> None:
    layers = (Linear(out_features=3, name="left"), Linear(out_features=3, inputs=("input",)), Add(inputs=("left", "1")))
    run = Run(replace(SMALL, network=Layers((*layers, Linear(out_features=1, name="out")))))
    run.edit(Freeze(0, "left", True))
    run.advance(1)
    moved = {name for name, parameter in run.parameters.named.items() if parameter.update.any()}
    assert moved == {"1.weight", "1.bias", "out.weight", "out.bias"}


@pytest.mark.parametrize(
    ("edit", "where", "code"),
    [
        (SetWeight(3, "9.weight", (0, 0), 1.0), "parameter", "unknown"),
        (SetWeight(3, "0.weight", (6, 0), 1.0), "index", "index"),
        (SetWeight(3, "0.weight", (0,), 1.0), "index", "index"),
        (Freeze(3, "1", True), "layer", "not_freezable"),
        (Freeze(3, "nobody", True), "layer", "not_freezable"),
    ],
    ids=repr,
)
def test_an_edit_of_what_is_not_there_is_refused_in_its_place_and_changes_nothing(
    edit: Edit, where: str, code: str
) -> None:
    found = problem(lambda: Run(SMALL, (LearningRate(0, 0.1), edit)))
    assert (found.where, found.code) == (f"edits.1.{where}", code)
    run = trained(SMALL, 5)
    kept = shown(run)
    found = problem(lambda: run.edit(edit))
    assert (found.where, found.code) == (f"edit.{where}", code)
    assert (run.step, len(run.edits), shown(run)) == (5, 0, kept)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e38])
def test_a_weight_cannot_be_set_to_what_is_no_number(value: float) -> None:
    found = problem(lambda: SetWeight(0, "0.weight", (0, 0), value))
    assert (found.where, found.code) == ("value", "range")


def test_an_edit_at_a_step_that_cannot_be_is_refused() -> None:
    assert problem(lambda: LearningRate(-1, 0.1)).where == "step"
    assert problem(lambda: SetWeight(0, "0.weight", (-1, 0), 0.0)).where == "index"


def test_the_momentum_of_a_weight_set_by_hand_goes_on() -> None:
    experiment = replace(SMALL, optimizer=SGD(lr=0.01, momentum=0.9))
    plain, edited = trained(experiment, 10), trained(experiment, 10, SetWeight(10, "0.weight", (0, 0), 5.0))
    kept = plain.training.memory.arrays["momentum_buffer"].copy()
    edited.advance(1)
    expected = 0.9 * kept[0] + edited.parameters.named["0.weight"].gradient[0, 0]
    assert edited.training.memory.arrays["momentum_buffer"][0] == pytest.approx(expected, rel=1e-12)
