"""The two ways of writing a frame that are timed say the same."""

from __future__ import annotations

import json

import numpy as np

from benchmarks.frame import frame_binary, frame_json, frames


def test_the_json_has_the_numbers_of_the_binary_frame() -> None:
    numbers = np.frombuffer(frame_binary()(), np.float32, offset=40)
    lists = json.loads(frame_json()()).values()
    written = np.array([number for each in lists for number in each], np.float32)
    np.testing.assert_array_equal(numbers, written)


def test_the_network_is_the_one_that_is_named() -> None:
    run = frames().run
    assert [run.data.features, *(p.outputs for p in run.network.placed if p.parameter_count)] == [2, 8, 8, 1]
    assert run.experiment.batch == 32
