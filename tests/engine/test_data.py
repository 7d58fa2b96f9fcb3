"""The data sets: what they hold, that a seed fixes every byte, and that the test part stays apart."""

from __future__ import annotations

import hashlib
import re
from typing import get_args, get_type_hints

import numpy as np
import pytest
from numpy.random import PCG64, Generator

from engine.data.choices import Generated, Table
from engine.data.dataset import Dataset, Rows, Targets, split
from engine.data.generated import GENERATORS
from engine.data.tables import FILES, TABLES, standardized
from engine.problem import BadExperiment

CLASSES = ("circles", "xor", "gaussians", "spiral", "moons", "checkerboard")
TARGETS = ("plane", "sine", "multi_gaussian")
BYTES = {  # sha256 of x and y for 200 points, noise 0.1, seed 0
    "circles": "0b0710aa09db8c5915308133d132f96145ac7a9b4d3c6742045e3faa761471f9",
    "xor": "fee0f9ef4ca34ec39047ffd3db585e7ddf7c84c0837774dcab22823d10974301",
    "gaussians": "24d1690b436282ac87c948b1a4983f5eec2a49e9d0532a8e6f9a5477f9f4e8ab",
    "spiral": "2edc1679ce7bb9776bc740ad0d118d2de432262da8b1f3768891fbbbc2be0fef",
    "moons": "85ac4988f072bd5f294cb293d8c61f050a0c39e42844e13387a963b31f54588c",
    "checkerboard": "38fa67924d0006dafc0826d829c82df0eb2f80194ef3818d81f6ce0e32a8f407",
    "plane": "e48ad6f703d4fc7d4cb8e006f472f2e9ba41caf4149bdd52924a63a5231a30bd",
    "sine": "a8a4cf75c97132d7268136fbe2231cd68773136d10e30464a1f3b8c12164674b",
    "multi_gaussian": "e22cc9a6e0fee1b3cfef7694d2ec30cc3557a6367e1b1b2182cfeb17c9ecaf60",
}


def make(kind: str, n: int = 200, noise: float = 0.0, seed: int = 0) -> tuple[Rows, Targets]:
    return GENERATORS[kind](n, noise, Generator(PCG64(seed)))


def rows(data: Dataset) -> Rows:
    """Every row with its target, train part first."""
    x, y = np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])
    return np.column_stack([x, y])


def test_the_kinds_a_person_may_choose_are_the_kinds_there_are() -> None:
    assert get_args(get_type_hints(Generated)["kind"]) == tuple(GENERATORS) == CLASSES + TARGETS
    assert get_args(get_type_hints(Table)["kind"]) == tuple(TABLES)


@pytest.mark.parametrize("kind", GENERATORS)
def test_a_seed_fixes_every_byte(kind: str) -> None:
    x, y = make(kind, noise=0.1)
    assert hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest() == BYTES[kind]
    assert not np.array_equal(x, make(kind, noise=0.1, seed=1)[0])


@pytest.mark.parametrize("kind", CLASSES)
def test_two_classes_are_balanced_and_lie_in_the_square(kind: str) -> None:
    x, y = make(kind, n=1001)
    assert (x.dtype, y.dtype) == (np.dtype(np.float64), np.dtype(np.int64))
    assert (x.shape, y.shape) == ((1001, 2), (1001,))
    assert list(np.bincount(y)) == [501, 500]
    assert 0.7 < np.abs(x).max() <= 1.0


@pytest.mark.parametrize("kind", CLASSES)
def test_noise_moves_the_same_points_by_its_standard_deviation(kind: str) -> None:
    x, y = make(kind, n=4000)
    moved, same = make(kind, n=4000, noise=0.2)
    twice, _ = make(kind, n=4000, noise=0.4)
    assert np.array_equal(y, same)
    assert (moved - x).std() == pytest.approx(0.2, rel=0.03)
    np.testing.assert_allclose(twice - x, 2 * (moved - x), atol=3 * 2.0**-20)


@pytest.mark.parametrize("kind", TARGETS)
def test_noise_moves_the_target_and_never_the_input(kind: str) -> None:
    x, y = make(kind, n=4000)
    same, moved = make(kind, n=4000, noise=0.2)
    assert np.array_equal(x, same)
    assert (moved - y).std() == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize("kind", GENERATORS)
def test_float32_holds_made_data_exactly(kind: str) -> None:
    x, y = make(kind, noise=1.0)
    assert np.array_equal(x, x.astype(np.float32))
    assert np.array_equal(y, y.astype(np.float32))


def test_circles_are_a_disc_within_a_ring() -> None:
    x, y = make("circles", n=1000)
    radius = np.hypot(*x.T)
    assert radius[y == 1].max() < 0.5 < 0.7 < radius[y == 0].min()


def test_xor_is_true_where_exactly_one_coordinate_is_positive() -> None:
    x, y = make("xor", n=1000)
    assert np.array_equal(y == 1, (x[:, 0] > 0) ^ (x[:, 1] > 0))
    assert len({tuple(quadrant) for quadrant in np.sign(x)}) == 4


def test_gaussians_lie_on_either_side_of_the_diagonal() -> None:
    x, y = make("gaussians", n=1000)
    np.testing.assert_allclose(x[y == 0].mean(axis=0), [-0.45, -0.45], atol=0.02)
    np.testing.assert_allclose(x[y == 1].mean(axis=0), [0.45, 0.45], atol=0.02)
    assert x[y == 1].std(axis=0) == pytest.approx([0.15, 0.15], rel=0.1)


def test_spiral_arms_turn_one_and_a_half_times_half_a_turn_apart() -> None:
    x, y = make("spiral", n=1000)
    along = np.hypot(*x.T) / 0.95
    behind = np.arctan2(x[:, 1], x[:, 0]) - 3 * np.pi * along
    np.testing.assert_allclose(np.cos(behind), np.where(y == 1, -1.0, 1.0), atol=1e-6)
    assert (along.min(), along.max()) == pytest.approx((0.05, 1.0), abs=0.01)


def test_moons_are_half_circles_that_no_straight_line_parts() -> None:
    x, y = make("moons", n=2000)
    upper, lower = x[y == 0], x[y == 1]
    for moon, side in ((upper, 1), (lower, -1)):
        centre = side * np.array([-0.95 / 3, -0.95 / 6])
        assert np.ptp(np.hypot(*(moon - centre).T)) < 1e-5
    tip = upper[upper[:, 0].argmax()]
    assert lower[:, 0].min() < tip[0] < lower[:, 0].max()
    assert lower[:, 1].min() < tip[1] < lower[:, 1].max()


def test_checkerboard_squares_alternate() -> None:
    x, y = make("checkerboard", n=2000)
    squares = np.floor((x / 0.95 + 1) * 2).astype(int)
    assert np.array_equal(squares.sum(axis=1) % 2, y)
    assert len({tuple(square) for square in squares}) == 16


def test_targets_follow_their_formulas() -> None:
    x, y = make("plane")
    np.testing.assert_allclose(y[:, 0], x.mean(axis=1), atol=1e-6)
    x, y = make("sine")
    np.testing.assert_allclose(y, np.sin(2 * np.pi * x), atol=1e-6)
    x, y = make("multi_gaussian", n=20_000)
    at_bump = [y[np.argmin(np.hypot(*(x - centre).T)), 0] for centre in ((0, 0.5), (0, -0.5), (2 / 3, 0.5))]
    np.testing.assert_allclose(at_bump, [1, -1, -1], atol=0.02)


@pytest.mark.parametrize("kind", GENERATORS)
def test_made_data_loads_with_its_description(kind: str) -> None:
    data = Generated(kind, points=50).load(seed=3)  # type: ignore[arg-type]
    assert (len(data.train_x), len(data.test_x)) == (35, 15)
    assert data.train_x.shape[1] == data.features == len(data.feature_names)
    assert data.plane is (kind != "sine")
    if kind in CLASSES:
        assert (data.classes, data.outputs, data.class_names) == (2, 2, ("0", "1"))
    else:
        assert (data.classes, data.outputs, data.train_y.shape) == (None, 1, (35, 1))


def test_another_noise_leaves_the_split_as_it_was() -> None:
    still, noisy = (Generated("moons", noise=noise).load(seed=5) for noise in (0.0, 0.01))
    assert np.array_equal(still.test_y, noisy.test_y)
    np.testing.assert_allclose(still.test_x, noisy.test_x, atol=0.06)


@pytest.mark.parametrize("test", [0.05, 0.3, 0.9])
def test_a_split_keeps_every_row_once(test: float) -> None:
    x, y = np.arange(101.0)[:, None], np.arange(101) % 3
    train_x, train_y, test_x, test_y = split(x, y, test, Generator(PCG64(0)))
    assert sorted(np.concatenate([train_x, test_x])[:, 0]) == list(range(101))
    assert np.array_equal(train_x[:, 0] % 3, train_y)
    assert np.array_equal(test_x[:, 0] % 3, test_y)
    assert not np.array_equal(train_x, np.sort(train_x, axis=0))


def test_a_split_keeps_the_share_of_each_class() -> None:
    y = np.repeat([0, 1, 2], [100, 40, 10])
    _, train_y, _, test_y = split(np.zeros((150, 1)), y, 0.3, Generator(PCG64(0)))
    assert (list(np.bincount(train_y)), list(np.bincount(test_y))) == ([70, 28, 7], [30, 12, 3])


@pytest.mark.parametrize("test", [0.01, 0.9])
def test_a_rare_class_is_on_both_sides_and_a_single_row_is_trained_on(test: float) -> None:
    y = np.repeat([0, 1, 2], [50, 2, 1])
    _, train_y, _, test_y = split(np.zeros((53, 1)), y, test, Generator(PCG64(0)))
    assert set(train_y) == {0, 1, 2}
    assert set(test_y) == {0, 1}


def test_a_larger_test_part_contains_the_smaller() -> None:
    small, large = (Generated("spiral", test=test).load(seed=1).test_x for test in (0.2, 0.5))
    assert {tuple(row) for row in small} < {tuple(row) for row in large}


@pytest.mark.parametrize("test", [0.0, 0.91, float("nan")])
def test_a_split_refuses_a_fraction_that_leaves_a_side_empty(test: float) -> None:
    with pytest.raises(ValueError, match=r"expected a test fraction above 0, at most 0\.9, got"):
        split(np.zeros((4, 1)), np.zeros((4, 1)), test, Generator(PCG64(0)))


def test_values_outside_their_limits_are_refused_by_name() -> None:
    with pytest.raises(BadExperiment) as caught:
        Generated("xor", points=9, noise=float("nan"), test=0.95)
    assert [problem.where for problem in caught.value.problems] == ["points", "noise", "test"]


def test_data_cannot_be_written_to() -> None:
    data = Table("iris").load(seed=0)
    with pytest.raises(ValueError, match="read-only"):
        data.train_x[0, 0] = 0.0


def test_digits_are_the_1797_pictures() -> None:
    data = Table("digits").load(seed=0)
    labels = np.concatenate([data.train_y, data.test_y])
    assert list(np.bincount(labels)) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (data.features, data.outputs, data.classes, data.picture) == (64, 10, 10, (8, 8))
    levels = np.unique(np.concatenate([data.train_x, data.test_x]) * 16)
    assert list(levels) == list(range(17))
    assert len(data.test_x) == 359


def test_iris_and_wine_are_kept_as_measured() -> None:
    iris, wine = rows(Table("iris").load(seed=0)), rows(Table("wine").load(seed=0))
    assert (iris.shape, wine.shape) == ((150, 5), (178, 14))
    np.testing.assert_allclose(iris.mean(axis=0), [5.84333, 3.05733, 3.758, 1.19933, 1], atol=1e-5)
    assert list(np.bincount(wine[:, -1].astype(int))) == [59, 71, 48]
    assert (wine[:, 12].min(), wine[:, 12].max()) == (278, 1680)


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_split_by_its_seed(kind: str) -> None:
    first, again, other = (Table(kind).load(seed) for seed in (0, 0, 1))  # type: ignore[arg-type]
    assert first.test_x.tobytes() == again.test_x.tobytes()
    assert not np.array_equal(first.test_x, other.test_x)
    assert sorted(map(tuple, rows(first))) == sorted(map(tuple, rows(other)))
    assert set(first.test_y) == set(first.train_y) == set(range(first.outputs))
    assert len(first.class_names) == first.outputs


@pytest.mark.parametrize("kind", TABLES)
def test_standardizing_measures_the_training_part_only(kind: str) -> None:
    data = Table(kind, standardize=True).load(seed=0)  # type: ignore[arg-type]
    varying = np.ptp(data.train_x, axis=0) > 0
    np.testing.assert_allclose(data.train_x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.train_x.std(axis=0), varying, atol=1e-12)
    raw = Table(kind).load(seed=0)  # type: ignore[arg-type]
    expected = (raw.test_x - raw.train_x.mean(axis=0)) / np.where(varying, raw.train_x.std(axis=0), 1)
    np.testing.assert_allclose(data.test_x, expected, atol=1e-12)


def test_a_constant_column_is_shifted_and_not_divided() -> None:
    train, test = standardized(np.full((3, 1), 0.1), np.array([[0.6]]))
    assert np.abs(train).max() < 1e-15
    assert test[0, 0] == pytest.approx(0.5)


def test_the_files_are_those_whose_origin_is_stated() -> None:
    stated = re.findall(r"`(\w+\.(?:npz|txt))`[^`]*`([0-9a-f]{64})`", (FILES / "PROVENANCE.md").read_text("utf-8"))
    files = [path for path in FILES.iterdir() if path.name != "PROVENANCE.md"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert found == dict(stated)
    assert set(found) == {*(f"{kind}.npz" for kind in TABLES), "backpropagation.txt"}
    assert (FILES / "digits.npz").stat().st_size <= 80_000
