"""Clipping, L1 and accumulated batches: what the optimizer descends, beside PyTorch; what is shown stays ∂L/∂w."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clipping import ClipGradNorm, ClipGradValue, Clipped, NoClip
from engine.data.choices import Generated
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import Tanh
from engine.operations.losses import MSELoss
from engine.optimizers.adam import Adam, AdamW
from engine.optimizers.sgd import SGD
from engine.problem import BadExperiment
from engine.program import Program, compiled
from engine.proof import TOLERANCE, prove_all
from engine.run import Run
from engine.tensor import Array
from engine.trainer import Training

EXPERIMENT = Experiment(
    data=Generated("moons", points=200),
    network=Layers((Linear(out_features=6), Tanh(), Linear(out_features=1))),
    optimizer=SGD(lr=0.1, momentum=0.9),
    batch=16,
    dtype="float64",
)
LIMITS = {"float32": 1e-5, "float64": 1e-10}


def clipped(clip: Any, gradient: Array, parts: int = 1) -> tuple[Array, Clipped]:
    """What clipping makes of a gradient that lies in so many stretches."""
    program, found = Program(gradient.dtype, 1), Clipped(gradient.dtype)
    out = np.zeros_like(gradient)
    cuts = np.array_split(np.arange(gradient.size), parts)
    places = [slice(int(cut[0]), int(cut[-1]) + 1) for cut in cuts]
    program.emit_update(
        lambda program: clip.emit(program, [gradient[p] for p in places], [out[p] for p in places], found)
    )
    with np.errstate(all="ignore"):
        compiled(program.update)()
    return out, found


def theirs(clip: Any, gradient: Array, parts: int) -> tuple[Array, float]:
    torch = pytest.importorskip("torch")
    tensors = [
        torch.zeros(len(part), dtype=torch.from_numpy(gradient).dtype) for part in np.array_split(gradient, parts)
    ]
    for tensor, part in zip(tensors, np.array_split(gradient, parts), strict=True):
        tensor.requires_grad_()
        tensor.grad = torch.from_numpy(part.copy())
    if isinstance(clip, ClipGradNorm):
        norm = float(torch.nn.utils.clip_grad_norm_(tensors, clip.max_norm))
    else:
        torch.nn.utils.clip_grad_value_(tensors, clip.clip_value)
        norm = math.nan
    return np.concatenate([tensor.grad.numpy() for tensor in tensors]), norm


def test_a_gradient_of_3_and_4_clipped_to_1() -> None:
    """The 1e-6 beside the norm is PyTorch's: (3, 4) comes out shorter than 1 by 2e-7."""
    out, found = clipped(ClipGradNorm(max_norm=1.0), np.array([3.0, 4.0]))
    np.testing.assert_allclose(out, np.array([0.6, 0.8]) / (1 + 2e-7), rtol=1e-12)
    assert (float(found.norm), float(found.factor)) == (5.0, 1 / (5 + 1e-6))


def test_a_short_gradient_is_left_as_it_is() -> None:
    gradient = np.array([0.3, -0.4])
    out, found = clipped(ClipGradNorm(max_norm=1.0), gradient)
    assert np.array_equal(out, gradient)
    assert (float(found.norm), float(found.factor)) == (0.5, 1.0)


def test_clipping_by_norm_keeps_the_direction_and_clipping_by_value_does_not() -> None:
    gradient = np.array([3.0, 4.0])
    by_norm, _ = clipped(ClipGradNorm(max_norm=1.0), gradient)
    by_value, _ = clipped(ClipGradValue(clip_value=3.5), gradient)
    assert by_norm[1] / by_norm[0] == pytest.approx(4 / 3, rel=1e-15)
    assert by_value.tolist() == [3.0, 3.5]


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(
    st.one_of(
        st.builds(ClipGradNorm, max_norm=st.floats(1e-3, 100)), st.builds(ClipGradValue, clip_value=st.floats(1e-3, 10))
    ),
    st.sampled_from(sorted(LIMITS)),
    st.integers(1, 4),
    st.sampled_from([1e-10, 1.0, 1e6]),
    st.integers(0, 2**32 - 1),
)
def test_clipping_follows_pytorch(clip: Any, dtype: str, parts: int, scale: float, seed: int) -> None:
    gradient = (np.random.default_rng(seed).normal(size=20) * scale).astype(dtype)
    out, found = clipped(clip, gradient, parts)
    expected, norm = theirs(clip, gradient, parts)
    assert np.abs(out - expected).max() <= LIMITS[dtype] * np.abs(expected).max()
    if isinstance(clip, ClipGradNorm):
        assert float(found.norm) == pytest.approx(norm, rel=LIMITS[dtype])


@pytest.mark.parametrize("size", [1e-23, 1e25])
def test_a_norm_whose_square_float32_cannot_hold_is_still_found(size: float) -> None:
    out, found = clipped(ClipGradNorm(max_norm=1.0), np.array([3, 4], np.float32) * np.float32(size))
    assert float(found.norm) == pytest.approx(5 * size, rel=1e-6)
    np.testing.assert_allclose(out, np.array([3, 4]) * (size if size < 1 else 0.2), rtol=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("clip", [ClipGradNorm(), ClipGradValue()])
def test_a_gradient_that_is_no_number_is_clipped_as_in_pytorch(clip: Any, bad: float) -> None:
    gradient = np.array([1.0, bad, -2.0])
    assert np.array_equal(clipped(clip, gradient)[0], theirs(clip, gradient, 1)[0], equal_nan=True)


CASES = [
    {"clip": ClipGradNorm(max_norm=0.05)},
    {"clip": ClipGradValue(clip_value=0.01)},
    {"l1": 0.02},
    {"l1": 0.02, "clip": ClipGradNorm(max_norm=0.05), "optimizer": Adam(lr=0.01, weight_decay=0.1)},
    {"l1": 0.3, "clip": ClipGradValue(clip_value=0.01), "optimizer": AdamW(lr=0.01, amsgrad=True)},
]


@pytest.mark.parametrize("changes", CASES, ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_five_steps_are_those_of_the_script_one_would_write_in_pytorch(changes: Any, dtype: Any) -> None:
    torch = pytest.importorskip("torch")
    experiment = replace(EXPERIMENT, dtype=dtype, **changes)
    run = Run(experiment)
    model = torch.nn.Sequential(torch.nn.Linear(2, 6), torch.nn.Tanh(), torch.nn.Linear(6, 1)).to(getattr(torch, dtype))
    start = {name: torch.from_numpy(parameter.value.copy()) for name, parameter in run.parameters.named.items()}
    model.load_state_dict(start)
    options: Any = {name: getattr(experiment.optimizer, name) for name in vars(experiment.optimizer) if name != "kind"}
    optimizer = getattr(torch.optim, experiment.optimizer.kind)(model.parameters(), **options)
    for _ in range(5):
        run.advance(1)
        optimizer.zero_grad()
        x, y = (torch.from_numpy(np.ascontiguousarray(array.T)) for array in (run.training.x, run.training.targets))
        loss = torch.nn.BCEWithLogitsLoss()(model(x), y)
        assert float(run.training.loss) == pytest.approx(float(loss.detach()), rel=LIMITS[dtype])
        (loss + experiment.l1 * sum(p.abs().sum() for p in model.parameters())).backward()
        if isinstance(experiment.clip, ClipGradNorm):
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), experiment.clip.max_norm)
            assert float(run.training.descent.clipped.norm) == pytest.approx(float(norm), rel=LIMITS[dtype])
        if isinstance(experiment.clip, ClipGradValue):
            torch.nn.utils.clip_grad_value_(model.parameters(), experiment.clip.clip_value)
        optimizer.step()
        for name, parameter in model.named_parameters():
            difference = np.abs(run.parameters.named[name].value - parameter.detach().numpy()).max()
            assert difference <= LIMITS[dtype] * float(parameter.detach().abs().max())


@pytest.mark.parametrize("changes", CASES, ids=repr)
def test_the_gradient_that_is_shown_is_that_of_the_loss(changes: Any) -> None:
    plain, changed = Run(EXPERIMENT), Run(replace(EXPERIMENT, **changes))
    for run in (plain, changed):
        run.advance(1)
    assert np.array_equal(plain.parameters.gradients, changed.parameters.gradients)
    assert not np.array_equal(plain.parameters.update, changed.parameters.update)
    worst = max(prove_all(changed, most=8), key=lambda proof: proof.difference)
    assert worst.difference < 1e-4


def test_without_clipping_no_norm_is_told() -> None:
    run = Run(EXPERIMENT)
    run.advance(1)
    assert isinstance(run.experiment.clip, NoClip)
    assert math.isnan(run.training.descent.clipped.norm)


def test_an_l1_penalty_pulls_a_weight_without_a_gradient_to_zero_at_a_steady_pace() -> None:
    layers = Layers((Linear(out_features=1, bias=False),))
    asked = Experiment(network=layers, loss=MSELoss(), optimizer=SGD(lr=0.1), l1=0.5, batch=1, dtype="float64")
    network = Network(layers.layers, 1)
    training = Training(asked, network, network.allocate("float64"))
    weight = training.parameters.named["0.weight"].value
    weight[...] = -1.0
    training.x[...] = 0
    for step in range(1, 20):
        training.run_step()
        assert weight[0, 0] == pytest.approx(-1 + 0.05 * step)
    weight[...] = 0
    training.run_step()
    assert weight[0, 0] == 0


# Several batches a step


@pytest.mark.parametrize("changes", [{}, *CASES], ids=repr)
def test_several_batches_make_the_step_of_one_batch_of_their_size(changes: Any) -> None:
    whole = Run(replace(EXPERIMENT, batch=32, **changes))
    parted = Run(replace(EXPERIMENT, batch=8, accumulate=4, **changes))
    for _ in range(12):
        whole.advance(1)
        parted.advance(1)
        assert parted.loss == pytest.approx(whole.loss, rel=1e-12)
        np.testing.assert_allclose(parted.parameters.gradients, whole.parameters.gradients, rtol=0, atol=1e-14)
        np.testing.assert_allclose(parted.parameters.values, whole.parameters.values, rtol=1e-10)
    assert parted.epoch == whole.epoch > 1


def test_the_buffers_show_the_last_of_several_batches() -> None:
    run = Run(replace(EXPERIMENT, batch=8, accumulate=4))
    run.advance(3)
    assert np.array_equal(run.indices, run.batches.indices(2)[24:])
    assert np.array_equal(run.training.x, run.data.train_x[run.indices].T)


def test_a_gradient_of_several_batches_is_proved_over_all_of_them() -> None:
    run = Run(replace(EXPERIMENT, batch=8, accumulate=4, dtype="float32"))
    run.advance(5)
    proofs = prove_all(run, most=6)
    scale = max(abs(proof.backprop) for proof in proofs)
    for proof in proofs:
        assert abs(proof.slope - proof.backprop) <= TOLERANCE * scale
        assert proof.trained == pytest.approx(proof.backprop, abs=1e-5 * scale)


def test_a_run_of_several_batches_a_step_replays_exactly() -> None:
    experiment = replace(EXPERIMENT, batch=8, accumulate=4, clip=ClipGradNorm(max_norm=0.1), l1=0.01)
    run, straight = Run(experiment), Run(experiment)
    run.advance(70)
    run.seek(41)
    for _ in range(41):
        straight.advance(1)
    assert run.parameters.values.tobytes() == straight.parameters.values.tobytes()
    assert run.parameters.gradients.tobytes() == straight.parameters.gradients.tobytes()


def test_more_batches_a_step_than_there_are_examples_for_are_refused() -> None:
    with pytest.raises(BadExperiment) as caught:
        Run(replace(EXPERIMENT, batch=40, accumulate=4))
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == ("accumulate", "accumulate_over_data")
    assert "at most 3 batches of 40" in problem.expected
