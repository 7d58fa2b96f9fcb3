"""Writing a frame of a small network, beside writing the same numbers as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

from app.frames import Frames
from app.protocol import Look
from engine.experiment import Experiment, Layers
from engine.layers.linear import Linear
from engine.operations.elementwise import Tanh
from engine.run import Run

NAME = "frame encode 2-8-8-1"


@cache
def frames() -> Frames:
    """2-8-8-1, tanh, batch 32, after one step; its statistics are taken."""
    layers = (Linear(out_features=8), Tanh(), Linear(out_features=8), Tanh(), Linear(out_features=1))
    run = Run(Experiment(network=Layers(layers), batch=32))
    run.advance(1)
    made = Frames(run, Look())
    made.measure()
    return made


def frame_binary() -> Callable[[], bytes]:
    """The frame as it is sent: header and float32."""
    made = frames()
    return lambda: made.write(1, 1)


def frame_json() -> Callable[[], bytes]:
    """The same sections as lists of numbers in one JSON text."""
    made = frames()
    names = [section.name for section in made.layout.sections]

    def encode() -> bytes:
        lists = {name: view.tolist() for name, view in zip(names, made.views, strict=True)}
        return json.dumps({**lists, "losses": made.run.losses.tolist()}).encode()

    return encode
