"""Whatever is said in whatever order, a session answers, and only what is asked for rightly changes the run."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.run import Run
from tests.app.conversation import SMALL, Binary, Conversation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ("open", "advance", "seek", "look", "edit", "respond", "predict", "prove", "jump")
FIELDS = ("id", "generation", "experiment", "steps", "step", "look", "edit", "edits", "parameter", "index")
DATA = st.sampled_from(["moons", "circles", "xor"])


class Talking(RuleBasedStateMachine):
    """A conversation beside a model of it: the step the run must be at."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Conversation()
        self.step = 0

    @property
    def run(self) -> Run:
        assert self.talk.session.run is not None
        return self.talk.session.run

    def state(self) -> tuple[Any, ...]:
        run = self.talk.session.run
        if run is None:
            return (None,)
        return (id(run), run.step, tuple(run.edits), run.parameters.values.tobytes())

    @rule(data=DATA, step=st.integers(1, 40))
    def open(self, data: str, step: int) -> None:
        frame = self.talk.open({**SMALL, "data": {"kind": data, "points": 100}}, step=step)
        self.step = step
        assert frame.header["step"] == self.step

    @precondition(lambda self: self.step)
    @rule(steps=st.integers(1, 30))
    def advance(self, steps: int) -> None:
        frame = self.talk.ask("advance", steps=steps)
        self.step += steps
        assert (frame.header["step"], frame.header["count"]) == (self.step, steps)

    @precondition(lambda self: self.step)
    @rule(step=st.integers(1, 120))
    def seek(self, step: int) -> None:
        self.step = step
        assert self.talk.ask("seek", step=step).header["step"] == step

    @precondition(lambda self: self.step)
    @rule(step=st.integers(0, 60), value=st.floats(0, 1))
    def edit(self, step: int, value: float) -> None:
        edit = {"kind": "learning_rate", "step": step, "value": value}
        self.step = max(1, min(self.step, step))
        assert self.talk.ask("edit", edit=edit).header["step"] == self.step

    @precondition(lambda self: self.step)
    @rule(step=st.integers(0, 60), layer=st.sampled_from(["0", "2"]), frozen=st.booleans())
    def freeze(self, step: int, layer: str, frozen: bool) -> None:
        edit = {"kind": "freeze", "step": step, "layer": layer, "frozen": frozen}
        self.step = max(1, min(self.step, step))
        assert self.talk.ask("edit", edit=edit).header["step"] == self.step

    @precondition(lambda self: self.step)
    @rule(example=st.integers(0, 4095), node=st.integers(-1, 9), row=st.integers(0, 20), column=st.integers(-1, 9))
    def look(self, example: int, node: int, row: int, column: int) -> None:
        before = self.state()
        look = {"example": example, "node": node, "row": row, "column": column}
        assert self.talk.ask("look", look=look).header["step"] == self.step
        assert self.state() == before

    @precondition(lambda self: self.step)
    @rule(kind=st.sampled_from(["respond", "predict"]))
    def ask(self, kind: str) -> None:
        before = self.state()
        reply = self.talk.ask(kind)
        assert reply.header["form"] == 2 if isinstance(reply, Binary) else reply["kind"] == "predictions"
        assert self.state() == before

    @rule(kind=st.sampled_from(KINDS), fields=st.dictionaries(st.sampled_from(FIELDS), JSON))
    def say_something_odd(self, kind: str, fields: dict[str, Any]) -> None:
        # A generation that is never the current one, so that nothing odd can happen to be right; an
        # experiment that is wrong, since any object might be a right one.
        fields = {**fields, "generation": 2**32 - 1}
        if kind == "open":
            fields["experiment"] = {"batch": 0}
        self.refused(json.dumps({"kind": kind, **fields}))

    @rule(message=st.text(max_size=20) | st.binary(max_size=20) | JSON.map(json.dumps))
    def say_anything(self, message: str | bytes) -> None:
        self.refused(message)

    def refused(self, message: str | bytes) -> None:
        before = self.state()
        (found,) = self.talk.say(message)
        assert found["kind"] == "problems"
        assert found["reason"] in ("message", "experiment", "stale")
        assert found["problems"]
        assert self.state() == before

    @invariant()
    def the_run_is_where_the_model_says(self) -> None:
        if self.step:
            assert self.run.step == self.step


TestTalking = Talking.TestCase
TestTalking.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
