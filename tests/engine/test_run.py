"""state(step) = replay(experiment, edits, step): going anywhere gives the bytes of having trained there."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from unittest.mock import Mock

import numpy as np
import pytest

from engine.batches import Batches
from engine.checkpoints import LEAST, MOST
from engine.data.choices import Generated, Table
from engine.data.dataset import Dataset
from engine.data.shared import as_targets
from engine.experiment import Experiment, Layers, Seeds
from engine.layers.linear import Linear
from engine.operations.elementwise import GELU, ReLU, Tanh
from engine.operations.losses import AnyLoss, CrossEntropyLoss
from engine.optimizers.adadelta import Adadelta
from engine.optimizers.adagrad import Adagrad
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.adamax import Adamax
from engine.optimizers.lion import Lion
from engine.optimizers.nadam import NAdam
from engine.optimizers.radam import RAdam
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD
from engine.run import FLUSH, LearningRate, Run

ROOT = Path(__file__).parents[2]
SMALL = Experiment(
    data=Generated("moons", points=100),
    network=Layers((Linear(out_features=6), GELU(), Linear(out_features=4), Tanh(), Linear(out_features=1))),
    optimizer=Adam(lr=0.01),
    batch=16,
)
OPTIMIZERS = [
    SGD(lr=0.1),
    SGD(lr=0.1, momentum=0.9, dampening=0.2, weight_decay=0.01),
    SGD(lr=0.1, momentum=0.9, nesterov=True),
    Adam(lr=0.01, weight_decay=0.1),
    AdamW(lr=0.01),
    Adam(lr=0.01, amsgrad=True),
    RMSprop(lr=0.01, momentum=0.5, centered=True),
    Adagrad(lr_decay=0.1, initial_accumulator_value=0.1),
    Adadelta(weight_decay=0.01),
    Adamax(),
    NAdam(weight_decay=0.01, decoupled_weight_decay=True),
    RAdam(),
    Lion(lr=1e-3, weight_decay=0.1),
]


def shown(run: Run) -> list[bytes]:
    """Everything a person can be shown of a moment, as bytes."""
    parameters, training = run.parameters, run.training
    arrays = [parameters.values, parameters.before, parameters.gradients, parameters.update, training.loss]
    arrays += [training.x, training.targets, run.indices, *training.memory.arrays.values()]
    for node in training.nodes[:-1]:
        assert node.output.gradient is not None
        arrays += [node.output.data, node.output.gradient, *node.kept.values()]
    return [array.tobytes() for array in arrays]


def digest(run: Run) -> str:
    return hashlib.sha256(b"".join(shown(run))).hexdigest()


def trained(experiment: Experiment, steps: int, *edits: LearningRate) -> Run:
    """Straight to a step, one step at a time."""
    run = Run(experiment, edits)
    for _ in range(steps):
        run.advance(1)
    return run


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_seeking_back_and_forth_gives_the_bytes_of_training_there(optimizer: Any, dtype: Any) -> None:
    experiment = replace(SMALL, optimizer=optimizer, dtype=dtype)
    straight: dict[int, list[bytes]] = {}
    run = Run(experiment)
    for step in range(1, 61):
        run.advance(1)
        straight[step] = shown(run)
    for step in (40, 41, 7, 60, 16, 17, 1, 33, 32, 31, 60):
        run.seek(step)
        assert run.step == step
        assert shown(run) == straight[step]


def test_advancing_many_steps_at_once_gives_the_bytes_of_one_by_one() -> None:
    run = Run(SMALL)
    run.advance(50)
    assert shown(run) == shown(trained(SMALL, 50))


def test_a_fresh_run_sought_to_a_step_has_the_bytes_of_one_that_trained_there() -> None:
    fresh = Run(SMALL)
    fresh.seek(500)
    run = Run(SMALL)
    run.advance(503)
    run.seek(500)
    assert shown(run) == shown(fresh)


def test_another_process_finds_the_same_bytes() -> None:
    here = Run(SMALL)
    here.seek(200)
    program = "from tests.engine.test_run import *; run = Run(SMALL); run.seek(200); print(digest(run))"
    there = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == digest(here)


def test_losses_hold_one_number_for_each_step_advanced() -> None:
    run, single = Run(SMALL), Run(SMALL)
    run.advance(20)
    one_by_one = []
    for _ in range(20):
        single.advance(1)
        one_by_one += single.losses.tolist()
    assert run.losses.tolist() == one_by_one
    assert run.losses[-1] == run.training.loss


def test_before_and_update_are_the_two_sides_of_the_last_step() -> None:
    run = trained(SMALL, 9)
    earlier = run.parameters.values.copy()
    run.advance(1)
    assert np.array_equal(run.parameters.before, earlier)
    assert np.array_equal(run.parameters.values, earlier + run.parameters.update)


def test_within_as_in_pass_the_parameters_are_those_the_pass_computed_with() -> None:
    run, earlier = trained(SMALL, 9), trained(SMALL, 8)
    with run.as_in_pass():
        assert run.parameters.values.tobytes() == run.parameters.before.tobytes()
        assert run.test() == earlier.test()
    assert run.test() != earlier.test()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_after_as_in_pass_every_byte_is_as_before_and_training_goes_on_the_same(dtype: Any) -> None:
    experiment = replace(SMALL, dtype=dtype)
    run = trained(experiment, 9)
    kept = shown(run)
    with run.as_in_pass():
        run.test()
    assert shown(run) == kept
    run.advance(20)
    assert shown(run) == shown(trained(experiment, 29))


def test_after_an_exception_within_as_in_pass_every_byte_is_as_before() -> None:
    run = trained(SMALL, 9)
    kept = shown(run)
    with pytest.raises(ZeroDivisionError), run.as_in_pass():
        raise ZeroDivisionError
    assert shown(run) == kept


def test_as_in_pass_restores_numbers_that_are_not_finite() -> None:
    run = trained(SMALL, 1)
    run.parameters.values[:3] = np.nan, np.inf, -0.0
    kept = run.parameters.values.tobytes()
    with run.as_in_pass():
        assert np.isfinite(run.parameters.values).all()
    assert run.parameters.values.tobytes() == kept


@pytest.mark.parametrize("gone", [0, 30], ids=["fresh", "sought back"])
def test_before_the_first_step_as_in_pass_shows_the_parameters_as_they_were_drawn(gone: int) -> None:
    run = trained(SMALL, gone)
    run.seek(0)
    drawn = Run(SMALL).parameters.values.tobytes()
    with run.as_in_pass():
        assert run.parameters.values.tobytes() == drawn
    assert run.parameters.values.tobytes() == drawn


def test_seeking_to_the_start_restores_the_parameters_as_they_were_drawn() -> None:
    run = Run(SMALL)
    drawn = run.parameters.values.copy()
    run.advance(30)
    run.seek(0)
    assert run.step == 0
    assert np.array_equal(run.parameters.values, drawn)
    run.advance(30)
    assert shown(run) == shown(trained(SMALL, 30))


@pytest.mark.parametrize(("least", "most"), [(LEAST, LEAST), (1, MOST)])
def test_checkpoints_thin_out_and_seeking_stays_exact(monkeypatch: pytest.MonkeyPatch, least: int, most: int) -> None:
    """A cheap step is done again sooner than remembered; of dear ones there are more checkpoints."""
    monkeypatch.setattr("engine.checkpoints.REPLAY", 1e8 if least > 1 else 0)
    run, steps = Run(SMALL), 16 * MOST * 2 + 5
    witness = Run(SMALL)
    witness.advance(777)
    run.advance(steps)
    assert most // 2 <= len(run.checkpoints) <= most
    assert run.checkpoints.stride > 16
    assert set(run.checkpoints) == set(range(0, steps + 1, run.checkpoints.stride))
    run.seek(777)
    assert shown(run) == shown(witness)
    run.seek(steps)
    assert shown(run) == shown(trained(SMALL, steps))


def test_an_edit_takes_effect_at_its_step_and_not_before() -> None:
    plain, edited = trained(SMALL, 20), trained(SMALL, 20, LearningRate(20, 0.5))
    assert shown(plain) == shown(edited)
    plain.advance(1)
    edited.advance(1)
    assert np.array_equal(plain.parameters.before, edited.parameters.before)
    assert np.array_equal(plain.parameters.gradients, edited.parameters.gradients)
    np.testing.assert_allclose(edited.parameters.update, plain.parameters.update * 50, rtol=1e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_an_edited_run_replays_exactly(optimizer: Any) -> None:
    experiment = replace(SMALL, optimizer=optimizer)
    run = Run(experiment)
    run.advance(25)
    run.edit(LearningRate(25, 0.003))
    run.advance(25)
    straight = trained(experiment, 50, LearningRate(25, 0.003))
    assert shown(run) == shown(straight)
    for step in (10, 24, 25, 26, 40, 50):
        run.seek(step)
        assert shown(run) == shown(trained(experiment, step, LearningRate(25, 0.003)))
        assert run.learning_rate() == (0.003 if step >= 25 else optimizer.lr)


def test_an_edit_in_the_past_goes_back_there_and_forgets_what_followed() -> None:
    run = Run(SMALL)
    run.advance(90)
    run.edit(LearningRate(40, 0.1))
    assert run.step == 40
    assert shown(run) == shown(trained(SMALL, 40))
    run.seek(90)
    assert shown(run) == shown(trained(SMALL, 90, LearningRate(40, 0.1)))


def test_an_edit_of_the_past_forgets_the_edits_after_it() -> None:
    late, early = LearningRate(30, 0.001), LearningRate(10, 0.1)
    run = Run(SMALL)
    run.advance(60)
    run.edit(late)
    run.advance(30)
    run.edit(early)
    run.seek(60)
    straight = trained(SMALL, 60, early)
    assert shown(run) == shown(straight)
    run.seek(48)
    run.seek(60)
    assert shown(run) == shown(straight)
    assert run.learning_rate() == 0.1


def test_edits_given_in_any_order_take_effect_in_the_order_of_their_steps() -> None:
    late, early = LearningRate(30, 0.001), LearningRate(10, 0.1)
    given = Run(SMALL, (late, early))
    given.advance(60)
    straight = Run(SMALL, (early, late))
    straight.advance(60)
    assert shown(given) == shown(straight)
    assert given.learning_rate() == 0.001
    given.seek(20)
    assert given.learning_rate() == 0.1


def test_checkpoints_of_a_large_network_stay_within_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.checkpoints.MOST_BYTES", 10 * Run(SMALL).parameters.values.nbytes)
    run = Run(SMALL)
    run.advance(600)
    assert len(run.checkpoints) <= 10
    run.seek(333)
    assert shown(run) == shown(trained(SMALL, 333))


@pytest.mark.parametrize("step", [0, 1, 40, 90, 91, 200])
def test_the_distance_of_a_step_is_what_seek_has_to_do(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(SMALL)
    run.advance(90)
    done: list[int] = []
    whole = Run.advance

    def counted(self: Run, steps: int) -> None:
        done.append(steps)
        whole(self, steps)

    monkeypatch.setattr(Run, "advance", counted)
    far = run.distance(step)
    run.seek(step)
    assert sum(done) == far


def test_of_two_edits_at_one_step_the_later_made_holds() -> None:
    run = trained(SMALL, 20, LearningRate(5, 0.2), LearningRate(5, 0.05))
    assert shown(run) == shown(trained(SMALL, 20, LearningRate(5, 0.05)))


def test_the_first_step_can_be_edited() -> None:
    run = Run(SMALL)
    run.advance(3)
    run.edit(LearningRate(0, 0.2))
    assert run.step == 0
    run.advance(3)
    assert shown(run) == shown(trained(replace(SMALL, optimizer=Adam(lr=0.2)), 3))


@pytest.mark.parametrize("name", ["data", "init", "order"])
def test_a_seed_changes_its_own_thing_and_nothing_else(name: str) -> None:
    run, other = (Run(replace(SMALL, seeds=Seeds(**seeds))) for seeds in ({}, {name: 7}))
    different = {
        "data": not np.array_equal(run.data.train_x, other.data.train_x),
        "init": not np.array_equal(run.parameters.values, other.parameters.values),
        "order": not np.array_equal(run.batches.indices(0), other.batches.indices(0)),
    }
    assert different == {each: each == name for each in different}


def test_the_dropout_seed_changes_nothing_where_nothing_is_dropped() -> None:
    assert shown(trained(SMALL, 5)) == shown(trained(replace(SMALL, seeds=Seeds(dropout=9)), 5))


@pytest.mark.parametrize(("examples", "batch"), [(70, 16), (64, 16), (5, 5), (7, 1)])
def test_an_epoch_is_a_permutation_cut_into_whole_batches(examples: int, batch: int) -> None:
    batches = Batches(examples, batch, seed=3)
    epochs = []
    for epoch in range(3):
        steps = range(epoch * batches.per_epoch, (epoch + 1) * batches.per_epoch)
        seen = np.concatenate([batches.indices(step) for step in steps])
        assert len(set(seen.tolist())) == len(seen) == examples // batch * batch
        assert set(seen.tolist()) <= set(range(examples))
        epochs.append(tuple(seen.tolist()))
    assert len(set(epochs)) == 3


def test_a_batch_depends_on_nothing_but_seed_and_step() -> None:
    batches = Batches(50, 8, seed=1)
    forwards = [batches.indices(step).tolist() for step in range(30)]
    backwards = [batches.indices(step).tolist() for step in reversed(range(30))]
    assert forwards == backwards[::-1]


def test_the_batch_in_the_buffers_is_the_one_that_was_asked_for() -> None:
    run = trained(SMALL, 11)
    np.testing.assert_array_equal(run.training.x, run.data.train_x[run.indices].T.astype(np.float32))
    np.testing.assert_array_equal(run.training.targets[0], run.data.train_y[run.indices])
    assert run.epoch == 10 // (70 // 16) + 1


def test_targets_are_labels_one_hot_or_numbers_as_the_loss_wants_them() -> None:
    def data(y: Any, classes: int | None) -> Dataset:
        rows = np.zeros((3, 1))
        return Dataset(rows, np.array(y), rows, np.array(y), 1, classes or 1, classes, ("x1",))

    three, two, numbers = data([2, 0, 1], 3), data([1, 0, 1], 2), data([0.5, 1.5, 2.5], None)
    assert as_targets(three, three.train_y, 3, True, "float32").tolist() == [2, 0, 1]
    assert as_targets(three, three.train_y, 3, False, "float32").tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert as_targets(two, two.train_y, 1, False, "float32").tolist() == [[1, 0, 1]]
    assert as_targets(numbers, numbers.train_y, 1, False, "float64").tolist() == [[0.5, 1.5, 2.5]]


def test_the_digits_are_learned() -> None:
    network = Layers((Linear(out_features=32), ReLU(), Linear(out_features=10)))
    run = Run(Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss(), optimizer=Adam(lr=3e-3)))
    before, _ = run.test()
    run.advance(1000)
    loss, accuracy = run.test()
    assert accuracy is not None and accuracy > 0.95
    assert loss < 0.2 < before


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam(), RMSprop(momentum=0.5)], ids=repr)
def test_the_memory_of_a_silent_gradient_does_not_stay_subnormal(optimizer: Any) -> None:
    network = Layers((Linear(out_features=10, bias=False),))
    run = Run(Experiment(data=Table("digits"), network=network, loss=CrossEntropyLoss(), optimizer=optimizer))
    remembered = [array for array in run.training.memory.arrays.values() if array.dtype == np.float32]
    for array in remembered:
        array[..., ::64] = 1e-40  # the corner pixel, which is dark in every picture
    run.advance(FLUSH - 1)
    assert any((array[..., ::64] != 0).any() for array in remembered)
    run.advance(1)
    assert not any(array[..., ::64].any() for array in remembered)
    assert all(array.any() for array in remembered)


def test_testing_leaves_the_training_buffers_alone() -> None:
    run = trained(SMALL, 6)
    before = shown(run)
    run.test()
    assert shown(run) == before


def test_testing_without_memory_leaves_the_answers_of_others_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = (Run(replace(SMALL, seeds=Seeds(data=seed))) for seed in (0, 1))
    before = mine.test()
    with monkeypatch.context() as patch:
        patch.setattr("engine.data.shared.as_targets", Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            other.test()
    assert mine.test() == before


@pytest.mark.parametrize("kind", ["MSELoss", "HuberLoss", "BCEWithLogitsLoss", "CrossEntropyLoss"])
def test_accuracy_counts_what_the_loss_calls_right(kind: str) -> None:
    loss = next(each for each in get_args(get_args(AnyLoss)[0]) if each.__name__ == kind)()
    outputs = 2 if kind == "CrossEntropyLoss" else 1
    experiment = Experiment(
        data=Generated(kind="moons", points=300, noise=0.05),
        network=Layers((Linear(out_features=16), Tanh(), Linear(out_features=outputs))),
        loss=loss,
        optimizer=Adam(lr=0.02),
    )
    run = Run(experiment)
    run.advance(400)
    _, share = run.test()
    assert share is not None and share > 0.9
    shares = loss.shares(run.answers())
    assert shares.shape == (2, len(run.data.test_y)) and shares.min() >= 0 and shares.max() <= 1
    assert np.mean((shares[1] > shares[0]) == run.data.test_y) == share
