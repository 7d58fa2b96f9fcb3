"""Moments by name: the same experiment with the same edits is at a step in one state, whoever computes it.

    state(step) = replay(experiment, edits, step)

A state is named by what it depends on: the program, the experiment, and the edits made before its step. A later edit
changes nothing of it, so a story that was edited shares its beginning with the one before. A later version of the
program may compute other numbers: it does not know what an earlier one has left.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from app import __version__
from app.documents import EXPERIMENT
from engine.experiment import Experiment

_EDITS: TypeAdapter[Any] = TypeAdapter(tuple[Any, ...])
_STEP = struct.Struct("<I")
KEY = 32  # bytes


@dataclass(frozen=True)
class Known:
    """A state at a step, under its name: what a run adopts instead of computing it."""

    key: bytes
    step: int
    state: bytes

    def packed(self) -> bytes:
        return self.key + _STEP.pack(self.step) + self.state

    @classmethod
    def unpacked(cls, data: bytes) -> Known | None:
        """None where there is nothing."""
        if not data:
            return None
        start = KEY + _STEP.size
        return cls(data[:KEY], _STEP.unpack_from(data, KEY)[0], data[start:])


def key(experiment: Experiment, edits: Sequence[Any], step: int) -> bytes:
    """The name of the states up to `step`, as far as edits go."""
    before = tuple(edit for edit in edits if edit.step < step)
    text = EXPERIMENT.dump_json(replace(experiment, name="")) + _EDITS.dump_json(before)
    return sha256(__version__.encode() + text).digest()


def keys(experiment: Experiment, edits: Sequence[Any], step: int) -> Iterator[tuple[bytes, int, int]]:
    """Names under which a state on the way to `step` may be known, the nearest first, each with the steps above the
    first and up to the second number that it holds for."""
    ends = sorted({edit.step for edit in edits if edit.step < step}, reverse=True)
    high = step
    for low in (*ends, 0):
        if low < high:
            yield key(experiment, edits, low + 1 if low in ends else 0), low, high
        high = low
