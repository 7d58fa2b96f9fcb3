"""What brings a session back on another host: how it was opened, how far it has come, and a checkpoint on the way.

    state(step) = replay(experiment, edits, step)

The opening is the request that would open the session as it stands, edits and look included, so that coming back is
opening again; a checkpoint only makes the way there short.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_HEAD = struct.Struct("<III")  # step, checkpoint's step, bytes of the opening


@dataclass
class Journal:
    opening: bytes = b""  # an Open request as JSON; empty before there is one
    step: int = 0  # acknowledged: the step that the last answer showed
    checkpoint_step: int = 0
    checkpoint: bytes = b""

    def packed(self) -> bytes:
        return _HEAD.pack(self.step, self.checkpoint_step, len(self.opening)) + self.opening + self.checkpoint

    @classmethod
    def unpacked(cls, data: bytes) -> Journal:
        if not data:
            return cls()
        step, checkpoint_step, size = _HEAD.unpack_from(data)
        end = _HEAD.size + size
        return cls(data[_HEAD.size : end], step, checkpoint_step, data[end:])

    def opened(self, opening: bytes) -> None:
        """The session is another, or has been edited: a checkpoint of before says nothing of it any more."""
        self.opening, self.checkpoint_step, self.checkpoint = opening, 0, b""
