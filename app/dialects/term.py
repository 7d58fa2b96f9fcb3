"""What another framework calls what we have, and where its defaults are not ours.

Ours are PyTorch's. An explanation is a key of the catalogues of words, so that it is told in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Argument:
    """One of our settings there.

    ours     the setting's name; of one number of several "betas.0"; "" where we have no such setting
    name     what it is called there; "" where there is no such argument
    default  its default there; None where there is none
    why      what the difference does: a key of the words
    share    "rest" where theirs is 1 − ours
    same     what of ours means the same as their default, where that is another word
    """

    ours: str
    name: str
    default: Any = None
    why: str = ""
    share: Literal["whole", "rest"] = "whole"
    same: Any = None

    def said(self, value: Any) -> Any:
        """One of our values as it is said there."""
        return round(1 - value, 12) if self.share == "rest" and value is not None else value

    def differs(self, value: Any) -> bool:
        """Is their default another than this one, which `said` has made of ours? What we do not have, if it needs a
        word."""
        if not self.ours:
            return bool(self.why)
        return self.default is not None and _one(value) not in (_one(self.default), _one(self.same))


@dataclass(frozen=True)
class Term:
    """One of our kinds there: its name ("" where there is none) and its arguments."""

    kind: str
    name: str
    arguments: tuple[Argument, ...] = ()
    why: str = ""  # what else is otherwise, or why there is none


def _one(value: Any) -> Any:
    """One number for the same along each axis."""
    return value[0] if isinstance(value, list | tuple) and len(set(value)) == 1 else value
