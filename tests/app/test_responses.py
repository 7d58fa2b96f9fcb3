"""The pictures in the units are what the network says over the input plane."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from app.documents import read_experiment
from app.responses import EXTENT, SURFACE, UNITS, Responses, drawable
from engine.run import Run
from engine.tensor import Array
from tests.app.conversation import SMALL, Binary, read_binary


def trained(document: dict[str, Any], steps: int = 30) -> Run:
    run = Run(read_experiment(json.dumps(document)))
    run.advance(steps)
    return run


def pictures(reply: Binary) -> tuple[Array, Array]:
    """Rows (rows, side, side) and surface (side, side), each value unscaled."""
    rows, units, surface = reply.header["count"], reply.header["extra"] >> 16, reply.header["extra"] & 0xFFFF
    scales = np.frombuffer(reply.rest, "<f4", rows + 1)
    grids = np.frombuffer(reply.rest, np.int8, offset=4 * (rows + 1))
    assert len(grids) == rows * units**2 + surface**2
    each = grids[: rows * units**2].reshape(rows, units, units) / 127 * scales[:rows, None, None]
    return each, grids[rows * units**2 :].reshape(surface, surface) / 127 * scales[rows]


def forward(run: Run, inputs: Array) -> Array:
    """The network as in the last pass, by plain arithmetic: tanh between linear layers."""
    for index, placed in enumerate(run.network.placed):
        if placed.layer.kind == "Linear":
            named = run.parameters.named
            inputs = named[f"{index}.weight"].before @ inputs + named[f"{index}.bias"].before[:, None]
        else:
            inputs = np.tanh(inputs)
    return inputs


def plane(side: int) -> Array:
    """The points of a grid, (2, side²), first row at the top."""
    line = np.linspace(-EXTENT, EXTENT, side)
    return np.array([(x, y) for y in line[::-1] for x in line]).T


def test_a_reply_holds_a_grid_for_every_input_and_unit() -> None:
    run = trained(SMALL)
    reply = read_binary(Responses(run).encode(8, 9))
    assert {name: reply.header[name] for name in ("form", "id", "generation", "step", "layout")} == {
        **{"form": 2, "id": 8, "generation": 9, "step": 30, "layout": 0}
    }
    each, surface = pictures(reply)
    assert each.shape == (2 + 8 + 8 + 8 + 8 + 1, UNITS, UNITS)
    assert surface.shape == (SURFACE, SURFACE)


def test_the_inputs_are_drawn_as_they_are() -> None:
    each, _ = pictures(read_binary(Responses(trained(SMALL)).encode(1, 1)))
    np.testing.assert_allclose(each[:2].reshape(2, -1), plane(UNITS), atol=EXTENT / 127)


def test_a_units_picture_is_its_output_over_the_plane() -> None:
    run = trained(SMALL)
    each, surface = pictures(read_binary(Responses(run).encode(1, 1)))
    out = forward(run, plane(UNITS))
    np.testing.assert_allclose(each[-1].ravel(), out[0], atol=max(1, np.abs(out).max()) / 127 + 1e-6)
    np.testing.assert_allclose(surface.ravel(), np.tanh(forward(run, plane(SURFACE))[0] / 2), atol=1 / 127)


def test_the_surface_of_two_logits_is_the_difference_of_their_probabilities() -> None:
    layers = [{"kind": "Linear", "out_features": 2}]
    run = trained({**SMALL, "network": {"layers": layers}, "loss": {"kind": "CrossEntropyLoss"}})
    _, surface = pictures(read_binary(Responses(run).encode(1, 1)))
    first, second = np.exp(forward(run, plane(SURFACE)))
    np.testing.assert_allclose(surface.ravel(), (second - first) / (first + second), atol=1 / 127)


def test_responses_leave_the_run_as_it_was() -> None:
    run = trained(SMALL)
    values = run.parameters.values.tobytes()
    Responses(run).encode(1, 1)
    assert run.parameters.values.tobytes() == values != run.parameters.before.tobytes()


def test_responses_follow_the_parameters() -> None:
    run = trained(SMALL)
    responses = Responses(run)
    before = responses.encode(1, 1)
    run.advance(50)
    assert responses.encode(1, 1) != before
    run.seek(30)
    assert responses.encode(1, 1) == before


def test_data_on_a_line_has_the_same_response_in_every_row() -> None:
    run = trained({"data": {"kind": "sine"}, "loss": {"kind": "MSELoss"}})
    each, surface = pictures(read_binary(Responses(run).encode(1, 1)))
    assert (each == each[:, :1]).all()
    assert (surface == surface[0]).all()
    assert not (surface[0] == surface[0, 0]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e300])
@pytest.mark.parametrize("loss", ["BCEWithLogitsLoss", "MSELoss"])
def test_numbers_that_are_not_finite_become_finite_pictures(value: float, loss: str) -> None:
    layers = [{"kind": "Linear", "out_features": 4}, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 1}]
    explosive = {**SMALL, "network": {"layers": layers}, "dtype": "float64", "loss": {"kind": loss}}
    run = trained(explosive, 1)
    run.parameters.before.fill(value)
    each, surface = pictures(read_binary(Responses(run).encode(1, 1)))
    assert np.isfinite(each).all()
    assert np.isfinite(surface).all()


@pytest.mark.parametrize(("kind", "can"), [("spiral", True), ("sine", True), ("iris", False), ("digits", False)])
def test_only_a_line_or_a_plane_can_be_drawn(kind: str, can: bool) -> None:
    needs: dict[str, dict[str, Any]] = {
        "spiral": {},
        "sine": {"loss": {"kind": "MSELoss"}},
        "iris": {"loss": {"kind": "CrossEntropyLoss"}, "network": linear(3)},
        "digits": {"loss": {"kind": "CrossEntropyLoss"}, "network": linear(10)},
    }
    run = Run(read_experiment(json.dumps({"data": {"kind": kind}, **needs[kind]})))
    assert drawable(run) is can


def linear(outputs: int) -> dict[str, Any]:
    return {"layers": [{"kind": "Linear", "out_features": outputs}]}
