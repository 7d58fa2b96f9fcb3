"""What brings a session back on another host: how it was opened, how far it has come, and a state on the way.

    state(step) = replay(experiment, edits, step)

The opening is the request that would open the session as it stands, edits and look included, so that coming back is
opening again; a known state only makes the way there short.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from app.moments import Known

_HEAD = struct.Struct("<II")  # step, bytes of the opening


@dataclass
class Journal:
    opening: bytes = b""  # an Open request as JSON; empty before there is one
    step: int = 0  # acknowledged: the step that the last answer showed
    known: Known | None = None

    def packed(self) -> bytes:
        known = self.known.packed() if self.known else b""
        return _HEAD.pack(self.step, len(self.opening)) + self.opening + known

    @classmethod
    def unpacked(cls, data: bytes) -> Journal:
        if not data:
            return cls()
        step, size = _HEAD.unpack_from(data)
        end = _HEAD.size + size
        return cls(data[_HEAD.size : end], step, Known.unpacked(data[end:]))
