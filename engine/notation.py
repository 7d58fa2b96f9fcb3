"""How an operation is written: LaTeX for its value and for each gradient it sends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Notation:
    """`value` is the forward formula; `gradients` maps each input's symbol to the formula of ∂L/∂input."""

    value: str
    gradients: Mapping[str, str]
