"""A conversation, end to end and without a socket."""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import pytest

from app.documents import read_experiment
from app.frames import Frames
from app.session import WAY, Session
from engine.run import LearningRate, Run
from tests.app.conversation import SMALL, Binary, Conversation, read_binary

WEIGHT = {"kind": "set_weight", "step": 5, "parameter": "0.weight", "index": [0, 0], "value": 1.0}
RATE = {"kind": "learning_rate", "step": 5, "value": 0.5}
EMPTY = {"kind": "Linear", "out_features": 0}
DIGITS = {
    "data": {"kind": "digits"},
    "network": {"layers": [{"kind": "Linear", "out_features": 10}]},
    "loss": {"kind": "CrossEntropyLoss"},
}


@pytest.fixture
def talk() -> Conversation:
    conversation = Conversation()
    conversation.open()
    return conversation


def numbers(frame: Binary) -> bytes:
    """Everything a frame shows of its step: all but the losses of how it was reached."""
    return frame.rest[: len(frame.rest) - 4 * frame.header["count"]]


def state(talk: Conversation) -> bytes:
    """The parameters, the step and the edits: what a refused request must leave alone."""
    run = talk.session.run
    assert run is not None
    return run.parameters.values.tobytes() + repr((run.step, tuple(run.edits), talk.session.generation)).encode()


def test_a_person_opens_trains_goes_back_and_looks(talk: Conversation) -> None:
    assert talk.graph["kind"] == "graph"
    shown = {step: talk.ask("advance", steps=10) for step in (11, 21, 31)}
    assert [frame.header["step"] for frame in shown.values()] == [11, 21, 31]
    assert talk.ask("respond").header["form"] == 2
    assert talk.ask("predict")["kind"] == "predictions"
    assert talk.ask("prove", parameter="0.weight", index=[3, 1])["kind"] == "proved"
    back = talk.ask("seek", step=11)
    assert (back.header["step"], back.header["id"]) == (11, talk.id)
    assert numbers(back) == numbers(shown[11])
    assert talk.ask("look", look={"example": 7}).header["extra"] == 7


class TestOpen:
    def test_answers_the_graph_and_the_frame_of_the_first_step(self) -> None:
        talk = Conversation()
        graph, frame = talk.all("open", experiment=SMALL)
        assert (graph["kind"], graph["id"], frame.header["id"]) == ("graph", 1, 1)
        assert frame.header["layout"] == graph["layout"]["layout"]
        assert frame.header["step"] == 1

    def test_goes_straight_to_a_moment_with_the_edits_made_before_it(self, talk: Conversation) -> None:
        talk.ask("advance", steps=4)
        talk.ask("edit", edit=RATE)
        there = talk.ask("advance", steps=15)
        anew = Conversation().open(SMALL, edits=[RATE], step=20)
        assert anew.header["step"] == there.header["step"] == 20
        assert numbers(anew) == numbers(there)

    def test_of_a_bad_experiment_leaves_the_running_one_alone(self, talk: Conversation) -> None:
        talk.ask("advance", steps=3)
        before, frames = state(talk), talk.session.frames
        wrong: list[Any] = [{"batch": 0}, {"network": {"layers": []}}, {**SMALL, "batch": 4000}, 3]
        for bad in wrong:
            found = talk.ask("open", experiment=bad)
            assert (found["kind"], found["reason"], found["id"]) == ("problems", "experiment", talk.id)
        assert (state(talk), talk.session.frames) == (before, frames)
        assert talk.ask("advance", steps=1).header["step"] == 5

    def test_that_fails_for_a_bug_of_ours_leaves_the_running_one_alone(
        self, talk: Conversation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = state(talk)
        monkeypatch.setattr("app.session.graph", lambda *_: 1 / 0)
        assert talk.ask("open", experiment=SMALL)["reason"] == "fault"
        assert state(talk) == before

    @pytest.mark.parametrize(
        ("fields", "reason", "where"),
        [
            ({"experiment": {"network": {"layers": [EMPTY]}}}, "experiment", ["network.layers.0.out_features"]),
            ({"experiment": {"data": {"kind": "cats"}}}, "experiment", ["data.kind"]),
            ({"experiment": {"network": {"layers": []}}}, "experiment", ["network.layers"]),
            ({"experiment": 3}, "experiment", [""]),
            ({}, "experiment", [""]),
            ({"experiment": {}, "step": 0}, "message", ["step"]),
            ({"experiment": {}, "step": 2**31}, "message", ["step"]),
            ({"experiment": {}, "edits": [{**RATE, "value": -1}]}, "message", ["edits.0.value"]),
            ({"experiment": SMALL, "edits": [RATE, {**WEIGHT, "index": [0]}]}, "message", ["edits.1.index"]),
            ({"experiment": {"batch": 0}, "step": -1}, "message", ["experiment.batch", "step"]),
            ({"experiment": {}, "experiments": {}}, "message", ["experiments"]),
        ],
    )
    def test_says_where_in_the_experiment_or_in_the_request(
        self, talk: Conversation, fields: dict[str, Any], reason: str, where: list[str]
    ) -> None:
        found = talk.ask("open", **fields)
        assert (found["id"], found["generation"], found["reason"]) == (talk.id, talk.generation, reason)
        assert [problem["where"] for problem in found["problems"]] == where


class TestSeek:
    def test_back_and_forth_gives_the_frames_seen_before(self, talk: Conversation) -> None:
        seen = {2 + i: numbers(talk.ask("advance", steps=1)) for i in range(120)}
        for step in (121, 3, 64, 65, 17, 2, 120):
            assert numbers(talk.ask("seek", step=step)) == seen[step]

    def test_to_where_it_is_changes_nothing(self, talk: Conversation) -> None:
        there = talk.ask("advance", steps=9)
        assert numbers(talk.ask("seek", step=10)) == numbers(there)


class TestALongWay:
    """Costs of a step are counted as 20,000 multiply-adds at least: here one request does ten of them."""

    @pytest.fixture(autouse=True)
    def ten_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.pieces.WORK", 10 * Run(read_experiment(json.dumps(SMALL))).cost)

    @staticmethod
    def travelled(talk: Conversation, step: int) -> list[int]:
        """The steps at which the parts of a way end."""
        steps = [talk.ask("seek", step=step).header["step"]]
        while steps[-1] != step:
            assert len(steps) < 99
            steps.append(talk.ask("seek", step=step).header["step"])
        return steps

    def test_is_gone_in_parts_from_the_opening_on(self) -> None:
        talk = Conversation()
        assert talk.open(step=35).header["step"] == 10
        assert self.travelled(talk, 35) == [20, 30, 35]

    def test_ends_in_the_numbers_of_having_trained_there(self, talk: Conversation) -> None:
        while talk.ask("advance", steps=9).header["step"] < 200:
            pass
        for step in (177, 3, 160, 100, 101):
            self.travelled(talk, step)
            assert talk.session.run is not None
            straight = Run(talk.session.run.experiment)
            straight.advance(step)
            assert talk.session.run.parameters.before.tobytes() == straight.parameters.before.tobytes()

    def test_of_many_steps_at_once_is_gone_for_its_first_part(self, talk: Conversation) -> None:
        frame = talk.ask("advance", steps=25)
        assert (frame.header["step"], frame.header["count"]) == (11, 10)

    def test_goes_on_by_single_steps_where_one_costs_more_than_a_request_may(
        self, talk: Conversation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.pieces.WORK", 1)
        assert self.travelled(talk, 4) == [2, 3, 4]
        assert talk.ask("advance", steps=5).header["step"] == 5


class TestEdit:
    def test_goes_back_to_its_step_and_counts_from_there(self, talk: Conversation) -> None:
        talk.ask("advance", steps=19)
        assert talk.ask("edit", edit=RATE).header["step"] == 5
        after = talk.ask("advance", steps=1)
        assert after.sections(talk.graph)["scalars"][3] == 0.5

    def test_is_the_same_as_training_with_it_from_the_start(self, talk: Conversation) -> None:
        talk.ask("advance", steps=30)
        talk.ask("edit", edit=RATE)
        edited = talk.ask("seek", step=40)
        assert talk.session.run is not None
        run = Run(talk.session.run.experiment, (LearningRate(5, 0.5),))
        run.seek(40)
        assert numbers(edited) == Frames(run, talk.session.frames.look).encode(0, 0)[40 : -4 * len(run.losses)]

    def test_sets_a_weight_and_freezes_a_layer_and_the_graph_of_the_moment_says_so(self, talk: Conversation) -> None:
        edits = [
            {"kind": "set_weight", "step": 5, "parameter": "0.weight", "index": [2, 1], "value": 4.0},
            {"kind": "freeze", "step": 5, "layer": "0", "frozen": True},
        ]
        talk.ask("advance", steps=19)
        for edit in edits:
            assert talk.ask("edit", edit=edit).header["step"] == 5
        sections = talk.ask("advance", steps=1).sections(talk.graph)
        assert sections["before"][2 * 3 + 1] == 4.0
        assert not sections["update"][: 8 * 3].any()
        assert sections["gradient"][: 8 * 3].any()
        anew = Conversation()
        assert numbers(anew.open(edits=edits, step=20)) == numbers(talk.ask("seek", step=20))
        assert anew.graph["edits"] == edits

    def test_at_step_0_shows_the_first_step_done_with_it(self, talk: Conversation) -> None:
        talk.ask("advance", steps=5)
        frame = talk.ask("edit", edit={**RATE, "step": 0})
        assert frame.header["step"] == 1
        fresh = Conversation()
        assert numbers(frame) == numbers(fresh.open(edits=[{**RATE, "step": 0}]))


class TestSummarize:
    def test_tells_what_the_numbers_of_the_last_step_are_like(self, talk: Conversation) -> None:
        sections = talk.ask("advance", steps=3).sections(talk.graph)
        found = talk.ask("summarize")
        assert (found["kind"], found["step"]) == ("statistics", 4)
        assert [each["name"] for each in found["parameters"]] == [each["name"] for each in talk.graph["parameters"]]
        norms = [each[part]["norm"] for part in ("value", "gradient", "update") for each in found["parameters"]]
        np.testing.assert_allclose(norms, sections["norms"], rtol=1e-5)
        assert [each["place"] for each in found["nodes"]] == list(range(len(talk.graph["nodes"])))
        output = found["nodes"][1]["output"]
        assert output["count"] == 8 * 32
        assert output["zeros"] + output["tiny"] + sum(output["decades"]) + output["huge"] == output["count"]

    def test_writes_what_is_no_number_as_null(self, talk: Conversation) -> None:
        talk.ask("edit", edit={**WEIGHT, "value": 1e30, "step": 1})
        talk.ask("edit", edit={**RATE, "step": 1, "value": 1e6})
        talk.ask("advance", steps=5)
        found = talk.ask("summarize")
        assert any(each["gradient"]["norm"] is None or each["value"]["huge"] for each in found["parameters"])


class TestSample:
    def test_tells_each_examples_gradient_whose_mean_is_the_steps(self, talk: Conversation) -> None:
        gradient = talk.ask("advance", steps=3).sections(talk.graph)["gradient"]
        found = talk.ask("sample", parameter="0.weight", index=[2, 1])
        assert (found["kind"], found["step"], len(found["gradients"])) == ("sampled", 4, 32)
        assert np.mean(found["gradients"]) == pytest.approx(gradient[2 * 3 + 1], rel=1e-4)

    def test_is_refused_where_examples_are_mixed(self) -> None:
        talk = Conversation()
        layers = [EMPTY | {"out_features": 4}, {"kind": "BatchNorm1d"}, EMPTY | {"out_features": 1}]
        talk.open({"data": {"kind": "moons"}, "network": {"layers": layers}})
        found = talk.ask("sample", parameter="0.bias", index=[0])
        assert (found["reason"], found["problems"][0]["code"]) == ("message", "mixed_examples")


class TestLook:
    def test_shows_the_same_step_for_another_example(self, talk: Conversation) -> None:
        first = talk.ask("advance", steps=3).sections(talk.graph)
        frame = talk.ask("look", look={"example": 9, "node": 2, "row": 1, "column": 0})
        second = frame.sections(talk.graph)
        assert frame.header["step"] == 4
        assert (first["before"] == second["before"]).all()
        assert not (first["input"] == second["input"]).all()
        assert second["terms"].any()

    def test_sends_the_graph_again_only_when_the_layout_changes(self) -> None:
        wide = [{"kind": "Linear", "out_features": 300}, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 200}]
        layers = {"layers": [*wide, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 1}]}
        talk = Conversation()
        talk.open({**SMALL, "network": layers})
        (frame,) = talk.all("look", look={"node": 0})
        assert frame.header["layout"] == 0
        graph, frame = talk.all("look", look={"node": 4})
        assert graph["layout"]["layout"] == frame.header["layout"] == 1
        assert graph["layout"]["sections"] != talk.graph["layout"]["sections"]


class TestPredict:
    def test_counts_the_test_set(self) -> None:
        talk = Conversation()
        talk.open(DIGITS, step=200)
        found = talk.ask("predict")
        confusion = np.array(found["confusion"])
        assert confusion.shape == (10, 10)
        assert talk.session.run is not None
        labels = talk.session.run.data.test_y
        assert (confusion.sum(axis=1) == np.bincount(labels, minlength=10)).all()  # rows are true classes
        accuracy = talk.ask("look", look={}).sections(talk.graph)["scalars"][2]
        assert confusion.trace() / confusion.sum() == pytest.approx(accuracy)
        assert confusion.trace() / confusion.sum() > 0.8

    def test_shows_the_first_examples_with_their_pictures(self) -> None:
        talk = Conversation()
        talk.open(DIGITS)
        first = talk.ask("predict")["examples"][0]
        assert len(first["pixels"]) == 64
        assert 0.1 <= first["probability"] <= 1
        assert max(first["pixels"]) <= 255

    def test_says_what_the_network_said_in_the_pass(self) -> None:
        talk = Conversation()
        talk.open(DIGITS, step=1)
        assert talk.session.run is not None
        drawn = Run(talk.session.run.experiment)  # the first pass computes with the parameters as they were drawn
        shares = drawn.experiment.loss.shares(drawn.answers().astype(np.float64))
        found = [example["probability"] for example in talk.ask("predict")["examples"]]
        assert found == shares.max(axis=0)[: len(found)].tolist()

    def test_of_an_exploded_network_is_still_json(self) -> None:
        talk = Conversation()
        layers = [{"kind": "Linear", "out_features": 8}, {"kind": "ReLU"}, {"kind": "Linear", "out_features": 1}]
        explosive: dict[str, Any] = {"loss": {"kind": "MSELoss"}, "optimizer": {"kind": "SGD", "lr": 1000.0}}
        talk.open({**SMALL, **explosive, "network": {"layers": layers}}, step=200)
        assert talk.ask("predict")["examples"][0]["probability"] is None

    def test_needs_classes(self) -> None:
        talk = Conversation()
        talk.open({"data": {"kind": "sine"}, "loss": {"kind": "MSELoss"}})
        found = talk.ask("predict")
        assert (found["reason"], found["problems"][0]["code"]) == ("message", "no_classes")


class TestProve:
    def test_agrees_with_the_gradient_in_the_frame(self, talk: Conversation) -> None:
        frame = talk.ask("advance", steps=5).sections(talk.graph)
        entry = next(p for p in talk.graph["parameters"] if p["name"] == "2.weight")
        found = talk.ask("prove", parameter="2.weight", index=[3, 5])
        trained = frame["gradient"][entry["offset"] + 3 * entry["strides"][0] + 5 * entry["strides"][1]]
        assert found["trained"] == trained
        assert found["difference"] < 1e-5
        assert (found["step"], found["index"]) == (6, [3, 5])

    def test_leaves_the_run_alone(self, talk: Conversation) -> None:
        before = state(talk)
        talk.ask("prove", parameter="0.bias", index=[1])
        assert state(talk) == before

    @pytest.mark.parametrize(
        ("parameter", "index", "where"),
        [("9.weight", [0, 0], "parameter"), ("0.weight", [0], "index"), ("0.weight", [0, 2], "index")],
    )
    def test_of_what_there_is_not_is_refused(
        self, talk: Conversation, parameter: str, index: list[int], where: str
    ) -> None:
        found = talk.ask("prove", parameter=parameter, index=index)
        assert (found["reason"], found["problems"][0]["where"]) == ("message", where)


def test_responses_need_a_line_or_a_plane() -> None:
    talk = Conversation()
    talk.open(DIGITS)
    found = talk.ask("respond")
    assert (found["reason"], found["problems"][0]["code"]) == ("message", "not_drawable")


class TestABadMessage:
    @pytest.mark.parametrize(
        ("kind", "fields", "where"),
        [
            ("advance", {}, "steps"),
            ("advance", {"steps": 0}, "steps"),
            ("advance", {"steps": 10_001}, "steps"),
            ("advance", {"steps": "1"}, "steps"),
            ("advance", {"steps": 1.5}, "steps"),
            ("advance", {"steps": True}, "steps"),
            ("advance", {"steps": 1, "advance": 1}, "advance"),
            ("seek", {}, "step"),
            ("seek", {"step": 0}, "step"),
            ("seek", {"step": 10_000_001}, "step"),
            ("look", {}, "look"),
            ("look", {"look": {"example": -1}}, "look.example"),
            ("look", {"look": {"unit": 1}}, "look.unit"),
            ("edit", {}, "edit"),
            ("edit", {"edit": {**RATE, "value": -1}}, "edit.value"),
            ("edit", {"edit": {**RATE, "kind": "momentum"}}, "edit.kind"),
            ("edit", {"edit": {**WEIGHT, "value": 1e39}}, "edit.value"),
            ("edit", {"edit": {**WEIGHT, "index": [0, 2]}}, "edit.index"),
            ("edit", {"edit": {**WEIGHT, "parameter": "1.weight"}}, "edit.parameter"),
            ("edit", {"edit": {"kind": "freeze", "step": 1, "layer": "1", "frozen": True}}, "edit.layer"),
            ("edit", {"edit": {"kind": "freeze", "step": 1, "layer": "0", "frozen": 1}}, "edit.frozen"),
            ("respond", {"side": 3}, "side"),
            ("predict", {"set": "train"}, "set"),
            ("prove", {"parameter": "0.weight"}, "index"),
            ("prove", {"parameter": 0, "index": [0, 0]}, "parameter"),
            ("summarize", {"node": 1}, "node"),
            ("sample", {"parameter": "9.bias", "index": [0]}, "parameter"),
            ("sample", {"parameter": "0.bias", "index": [8]}, "index"),
            ("prove", {"parameter": "0.weight", "index": [0, -1]}, "index.1"),
            ("jump", {}, "kind"),
        ],
    )
    def test_is_answered_by_its_id_with_the_place(
        self, talk: Conversation, kind: str, fields: dict[str, Any], where: str
    ) -> None:
        before = state(talk)
        found = talk.ask(kind, **fields)
        assert (found["kind"], found["id"], found["generation"]) == ("problems", talk.id, talk.generation)
        assert (found["reason"], [p["where"] for p in found["problems"]]) == ("message", [where])
        assert state(talk) == before

    @pytest.mark.parametrize(
        "message", ["", "{", "null", "3", "[]", '"open"', "[" * 100_000, "\ud800", b"\x00\x01", b"{}"]
    )
    def test_that_is_no_request_is_answered_with_id_0(self, talk: Conversation, message: str | bytes) -> None:
        before = state(talk)
        (found,) = talk.say(message)
        assert (found["id"], found["generation"], found["reason"]) == (0, talk.generation, "message")
        assert state(talk) == before

    @pytest.mark.parametrize("id", [-1, 2**32, "3", None, True, 1.0])
    def test_with_an_id_that_is_none_is_answered_with_id_0(self, talk: Conversation, id: Any) -> None:
        (found,) = talk.say({"kind": "advance", "id": id, "generation": 1, "steps": 1})
        assert (found["id"], found["problems"][0]["where"]) == (0, "id")

    def test_of_another_generation_is_stale_and_changes_nothing(self, talk: Conversation) -> None:
        talk.open()
        before = state(talk)
        requests: dict[str, dict[str, Any]] = {
            "advance": {"steps": 1},
            "seek": {"step": 9},
            "look": {"look": {"example": 3}},
            "edit": {"edit": {**RATE, "step": 0}},
            "respond": {},
            "predict": {},
            "prove": {"parameter": "0.weight", "index": [0, 0]},
            "summarize": {},
            "sample": {"parameter": "0.weight", "index": [0, 0]},
        }
        for kind, fields in requests.items():
            (found,) = talk.say({"kind": kind, "id": 77, "generation": 1, **fields})
            assert (found["id"], found["generation"], found["reason"]) == (77, 1, "stale")
        assert state(talk) == before

    def test_before_anything_is_open_is_stale(self) -> None:
        assert Conversation().ask("advance", steps=1)["reason"] == "stale"


def test_a_bug_of_ours_becomes_one_sentence_and_is_logged(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Frames, "encode", broken)
    with caplog.at_level(logging.ERROR, "backflow.session"):
        found = talk.ask("advance", steps=1)
    assert (found["id"], found["reason"], found["problems"][0]["code"]) == (talk.id, "fault", "fault")
    assert "secret" not in json.dumps(found)
    assert "secret detail" in caplog.text
    monkeypatch.undo()
    assert talk.ask("advance", steps=1).header["form"] == 1


class TestTheWayBack:
    """What a session tells of its states makes the way of another one to where it stands short."""

    @pytest.mark.parametrize("steps", [10, 25, 700])
    def test_is_a_few_hundred_steps_however_far_it_has_come(self, talk: Conversation, steps: int) -> None:
        opening, kept = talk.session.take_changes()
        for _ in range(8000 // steps):
            frame = talk.ask("advance", steps=steps)
            kept = talk.session.take_changes()[1] or kept
        other, run = Session(), talk.session.run
        other.known = kept
        list(other.resume(opening.encode(), talk.session.step))
        assert run and other.run and kept
        assert 0 < run.step - kept.step <= WAY // run.cost + 2 * steps
        assert other.run.losses.size == run.step - kept.step, "more steps were done than those"
        assert numbers(read_binary(other.frames.encode(1, 1))) == numbers(frame)

    def test_after_going_back_is_short_again_once_it_has_gone_on(self, talk: Conversation) -> None:
        talk.ask("advance", steps=5000)
        talk.session.take_changes()
        talk.ask("seek", step=1000)
        kept = talk.session.take_changes()[1]
        for _ in range(30):
            talk.ask("advance", steps=10)
            kept = talk.session.take_changes()[1] or kept
        assert kept and 1000 < kept.step < talk.session.step

    def test_of_a_large_network_is_not_told_at_every_step(self, talk: Conversation) -> None:
        """A copy of a state of 1.6 MB costs what some steps cost."""
        wide = [{"kind": "Linear", "out_features": width} for width in (360, 360, 1)]
        talk.open({**SMALL, "network": {"layers": wide}})
        told = 0
        for _ in range(60):
            talk.ask("advance", steps=1)
            told += talk.session.take_changes()[1] is not None
        assert 0 < told <= 4
