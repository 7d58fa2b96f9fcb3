"""A person's side of a session: asks as a browser would, and reads what comes by docs/protocol.md alone."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.session import Message, Session
from engine.tensor import Array

SMALL: dict[str, Any] = {
    "data": {"kind": "moons", "points": 200},
    "network": {
        "layers": [
            {"kind": "Linear", "out_features": 8},
            {"kind": "Tanh"},
            {"kind": "Linear", "out_features": 8},
            {"kind": "Tanh"},
            {"kind": "Linear", "out_features": 1},
        ]
    },
}
NAMES = ("version", "form", "id", "generation", "layout", "step", "epoch", "count", "extra", "node", "phase")


@dataclass(frozen=True)
class Binary:
    """A binary reply: its header's fields by name, and the bytes after it."""

    header: dict[str, int]
    rest: bytes

    def sections(self, graph: dict[str, Any]) -> dict[str, Array]:
        """A frame's numbers by section, "losses" after them, cut as the graph says."""
        numbers = np.frombuffer(self.rest, "<f4")
        places = graph["layout"]["sections"]
        found = {s["name"]: numbers[s["offset"] : s["offset"] + s["length"]] for s in places}
        return {**found, "losses": numbers[places[-1]["offset"] + places[-1]["length"] :]}


def read_binary(message: Message) -> Binary:
    assert isinstance(message, bytes)
    return Binary(dict(zip(NAMES, struct.unpack("<HHIIIIIIIiI", message[:40]), strict=True)), message[40:])


class Conversation:
    """One session and what was asked of it; every reply is checked to be JSON or binary."""

    def __init__(self) -> None:
        self.session = Session()
        self.id = 0
        self.generation = 0
        self.graph: dict[str, Any] = {}

    def open(self, experiment: dict[str, Any] = SMALL, **fields: Any) -> Binary:
        """Open an experiment that can be run; answers its first frame."""
        self.generation += 1
        self.graph, frame = self.all("open", experiment=experiment, **fields)
        assert isinstance(frame, Binary)
        return frame

    def ask(self, kind: str, **fields: Any) -> Any:
        """The last reply: a dict of its JSON, or a Binary."""
        return self.all(kind, **fields)[-1]

    def all(self, kind: str, **fields: Any) -> tuple[Any, ...]:
        self.id += 1
        return self.say({"kind": kind, "id": self.id, "generation": self.generation, **fields})

    def say(self, message: Any) -> tuple[Any, ...]:
        """Send anything at all."""
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        return tuple(
            read_binary(reply) if isinstance(reply, bytes) else json.loads(reply, parse_constant=refuse)
            for reply in self.session.answer(text)
        )


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
