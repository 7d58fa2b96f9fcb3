"""A frame is the engine's buffers, bit for bit, at the places its layout names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.documents import read_experiment
from app.frames import WHOLE, Frames
from app.protocol import HEADER, Look
from app.session import Session
from engine.clipping import ClipGradNorm
from engine.experiment import Experiment, Layers
from engine.fault import Fault
from engine.layers.linear import Linear
from engine.operations.elementwise import ReLU
from engine.operations.losses import CrossEntropyLoss
from engine.optimizers.sgd import SGD
from engine.run import Run
from engine.tensor import Array
from tests.app.conversation import SMALL, Conversation, read_binary


def small(**changes: Any) -> Experiment:
    return replace(read_experiment(json.dumps(SMALL)), **changes)


def sections(frames: Frames) -> dict[str, Array]:
    """Each section of a frame, cut out of its bytes by the layout."""
    numbers = np.frombuffer(read_binary(frames.encode(1, 1)).rest, "<f4")
    return {s.name: numbers[s.offset : s.offset + s.length] for s in frames.layout.sections}


def same(found: Array, buffer: Array) -> bool:
    return found.tobytes() == np.asarray(buffer, np.float32).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_section_equals_the_engines_buffers(dtype: str) -> None:
    run = Run(small(dtype=dtype))
    run.advance(7)
    frames = Frames(run, Look(example=5, node=2, row=3, column=4))
    found = sections(frames)
    expected = {
        "before": run.parameters.before,
        "gradient": run.parameters.gradients,
        "update": run.parameters.update,
        "input": run.training.x[:, 5],
        "norms": frames.norms.values.ravel(),
    }
    for index, node in enumerate(run.training.nodes[:-1]):
        assert node.output.gradient is not None
        expected[f"value:{index}"] = node.output.data[:, 5]
        expected[f"delta:{index}"] = node.output.gradient[:, 5]
    layer = run.training.nodes[2]
    assert layer.output.gradient is not None
    expected["terms"] = np.concatenate([layer.output.gradient[3], layer.inputs[0].data[4]])
    assert all(same(found[name], buffer) for name, buffer in expected.items())
    assert set(found) - set(expected) == {"scalars", "slope:1", "slope:3"}


def test_the_slope_is_that_of_the_activation() -> None:
    run = Run(small(dtype="float64"))
    run.advance(3)
    found = sections(Frames(run, Look(example=2)))
    tanh = run.training.nodes[1].output.data[:, 2]
    np.testing.assert_allclose(found["slope:1"], 1 - tanh**2, rtol=1e-6)


def test_the_scalars_are_losses_and_accuracy_of_the_pass_rate_and_target() -> None:
    run = Run(small())
    run.advance(3)
    loss, accuracy = run.test()  # of the parameters that the fourth pass computes with
    run.advance(1)
    target = run.data.train_y[run.indices[9]]
    found = sections(Frames(run, Look(example=9)))["scalars"]
    assert same(found, np.array([run.losses[-1], loss, accuracy, run.experiment.optimizer.lr, target, np.nan]))


def test_a_regression_has_no_accuracy_and_its_target_is_a_number() -> None:
    text = {"data": {"kind": "sine"}, "loss": {"kind": "MSELoss"}}
    run = Run(read_experiment(json.dumps(text)))
    run.advance(1)
    scalars = sections(Frames(run, Look(example=3)))["scalars"]
    assert np.isnan(scalars[2])
    assert scalars[4] == np.float32(run.data.train_y.reshape(-1)[run.indices[3]])


def test_a_clipped_gradient_is_shown_as_it_was_before_with_its_norm_and_the_factor() -> None:
    run, plain = Run(small(clip=ClipGradNorm(max_norm=0.01), optimizer=SGD(lr=1.0))), Run(small(optimizer=SGD(lr=1.0)))
    for each in (run, plain):
        each.advance(1)
    found, unclipped = sections(Frames(run, Look())), sections(Frames(plain, Look()))
    assert "clipping" not in unclipped
    assert (found["gradient"] == unclipped["gradient"]).all()
    norm, factor = found["clipping"]
    assert norm == pytest.approx(np.linalg.norm(found["gradient"]), rel=1e-6)
    assert factor == pytest.approx(0.01 / norm, rel=1e-4)
    np.testing.assert_allclose(found["update"], -found["gradient"] * factor, rtol=1e-4)


def test_sections_follow_one_another_without_gap_or_overlap() -> None:
    run = Run(small())
    run.advance(1)
    frames = Frames(run, Look())
    end = 0
    for section in frames.layout.sections:
        assert section.offset == end
        end += section.length
    assert len(frames.encode(1, 1)) == HEADER.size + 4 * (end + len(run.losses))


def test_the_losses_of_all_steps_done_stand_at_the_end() -> None:
    run = Run(small())
    run.advance(10)
    frame = read_binary(Frames(run, Look()).encode(1, 1))
    assert frame.header["count"] == 10
    assert same(np.frombuffer(frame.rest, "<f4")[-10:], run.losses)


def test_the_header_says_where_the_run_is() -> None:
    run = Run(small())
    run.advance(6)
    header = read_binary(Frames(run, Look(example=4), 3).encode(70_000, 2**32 - 1)).header
    assert header == {
        **{"version": 1, "form": 1, "id": 70_000, "generation": 2**32 - 1, "layout": 3, "step": 6},
        **{"epoch": run.epoch, "count": 6, "extra": 4, "node": -1, "phase": 0},
    }
    assert run.epoch == 2


def test_a_frame_of_2_8_8_1_at_batch_32_stays_within_3200_bytes() -> None:
    run = Run(small())
    run.advance(10)
    assert [run.data.features, run.experiment.batch, run.network.parameter_count] == [2, 32, 105]
    assert len(Frames(run, Look()).encode(1, 1)) <= 3200


def test_a_frame_is_a_snapshot_that_training_leaves_alone() -> None:
    run = Run(small())
    run.advance(1)
    frames = Frames(run, Look())
    first = frames.encode(1, 1)
    kept = bytes(bytearray(first))
    run.advance(5)
    frames.encode(1, 1)
    assert first == kept


@pytest.mark.parametrize(
    ("look", "held"),
    [
        (Look(example=4095), Look(31)),
        (Look(node=99), Look()),
        (Look(node=5), Look()),  # the loss
        (Look(node=2, row=999, column=999), Look(0, 2, 7, 7)),
        (Look(node=1, row=999, column=999), Look(0, 1, 7, -1)),  # an activation has no weights
    ],
)
def test_a_look_is_held_to_what_the_network_has(look: Look, held: Look) -> None:
    assert Frames(Run(small()), look).look == held


class TestALargeNetwork:
    """64-1024-1024-10: over a million parameters, of which a frame carries those in view."""

    @staticmethod
    def run() -> Run:
        layers = (
            Linear(out_features=1024),
            ReLU(),
            Linear(out_features=1024),
            ReLU(),
            Linear(out_features=10),
        )
        text = '{"data": {"kind": "digits"}, "loss": {"kind": "CrossEntropyLoss"}}'
        run = Run(replace(read_experiment(text), network=Layers(layers)))
        assert isinstance(run.experiment.loss, CrossEntropyLoss)
        run.advance(1)
        return run

    def test_carries_statistics_for_every_parameter_and_values_for_every_unit(self) -> None:
        run = self.run()
        frames = Frames(run, Look())
        found = sections(frames)
        assert not frames.layout.whole
        assert len(found["norms"]) == 3 * len(run.parameters.named) == 18
        expected = [np.linalg.norm(p.gradient.astype(float)) for p in run.parameters.named.values()]
        np.testing.assert_allclose(found["norms"][6:12], expected, rtol=1e-6)
        assert [len(found[f"value:{n}"]) for n in range(5)] == [1024, 1024, 1024, 1024, 10]

    def test_stays_within_a_bound_whatever_is_in_view(self) -> None:
        run = self.run()
        sizes = [len(Frames(run, Look(node=node)).encode(1, 1)) for node in range(-1, 5)]
        assert max(sizes) <= 40 + 4 * (3 * WHOLE + 16_384)

    @pytest.mark.parametrize(("node", "layer"), [(-1, 0), (0, 0), (1, 0), (2, 2), (3, 2), (4, 4)])
    def test_carries_the_parameters_of_the_layer_in_view(self, node: int, layer: int) -> None:
        run = self.run()
        place = {0: 0, 2: 1024 * 65, 4: 1024 * 65 + 1024 * 1025}[layer]
        length = {0: WHOLE, 2: WHOLE, 4: 10_250}[layer]
        found = sections(Frames(run, Look(node=node)))
        assert same(found["gradient"], run.parameters.gradients[place : place + length])
        assert same(found["before"], run.parameters.before[place : place + length])


class TestANetworkThatExplodes:
    @staticmethod
    def conversation(dtype: str = "float32") -> tuple[Conversation, dict[str, int]]:
        talk = Conversation()
        layers = [{"kind": "Linear", "out_features": 8}, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 1}]
        talk.open(
            {
                "data": {"kind": "sine"},
                "network": {"layers": layers},
                "loss": {"kind": "MSELoss"},
                "optimizer": {"kind": "SGD", "lr": 1000.0},
                "dtype": dtype,
            }
        )
        return talk, talk.ask("advance", steps=200).header

    def test_training_stops_at_the_step_that_broke_and_its_frame_says_where(self) -> None:
        _, header = self.conversation()
        slow, _ = self.conversation()
        found = slow.ask("seek", step=1)
        while found.header["node"] < 0:
            found = slow.ask("advance", steps=1)
        assert {**found.header, "count": 0, "id": 0} == {**header, "count": 0, "id": 0}
        assert found.sections(slow.graph)["scalars"][5] == header["step"]

    def test_a_step_after_it_still_says_where_it_broke(self) -> None:
        talk, header = self.conversation()
        later = talk.ask("advance", steps=200)
        assert later.header["step"] == header["step"] + 200
        assert later.sections(talk.graph)["scalars"][5] == header["step"]
        assert (later.header["node"], later.header["phase"]) == (header["node"], header["phase"])

    def test_a_session_brought_back_behind_it_still_says_where_it_broke(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.session.WAY", 0)
        talk, _ = self.conversation()
        there = talk.ask("advance", steps=200)
        opening, kept = talk.session.take_changes()
        other = Session()
        other.known = kept
        list(other.resume(opening.encode(), there.header["step"]))
        assert other.run is not None and talk.session.run is not None
        assert other.run.fault == talk.session.run.fault

    def test_a_gradient_that_breaks_on_the_way_back_is_said_to(self) -> None:
        run = Run(small())
        run.advance(1)
        run.fault = Fault(1, 2, "backward")
        header = read_binary(Frames(run, Look()).encode(1, 1)).header
        assert (header["node"], header["phase"]) == (2, 1)

    def test_what_float32_cannot_hold_is_infinity(self) -> None:
        talk, _ = self.conversation("float64")
        gradient = talk.ask("seek", step=30).sections(talk.graph)["gradient"]
        assert talk.session.run is not None
        assert np.isfinite(talk.session.run.parameters.gradients).all()
        assert np.isinf(gradient).any()

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_every_step_on_the_way_has_a_frame(self, dtype: str) -> None:
        talk, header = self.conversation(dtype)
        nodes = [talk.ask("seek", step=step).header["node"] for step in range(1, header["step"] + 1)]
        assert nodes[0] == -1
        assert nodes[-1] == header["node"] != -1

    def test_every_reply_goes_on_being_json_or_a_frame(self) -> None:
        talk, _ = self.conversation()
        talk.ask("seek", step=200)
        proved = talk.ask("prove", parameter="0.weight", index=[0, 0])
        assert proved["kind"] == "proved"
        assert proved["backprop"] is None
        assert talk.ask("respond").header["form"] == 2
        assert talk.ask("seek", step=1).header["node"] == -1
