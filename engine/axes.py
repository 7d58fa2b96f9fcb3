"""Settings of layers that slide over positions: one number for each axis, of a sequence (time) or a picture (height,
width)."""

from __future__ import annotations

from typing import Annotated

from engine.problem import BadShape
from engine.range import Range
from engine.tensor import Shape

Size = Annotated[int, Range(1, 64)]
Margin = Annotated[int, Range(0, 64)]
Sizes = tuple[Size, Size]
Margins = tuple[Margin, Margin]


def each(setting: int | Shape) -> Shape:
    """A setting as one number for each axis."""
    return (setting,) if isinstance(setting, int) else setting


def fits(shape: Shape, axes: int) -> None:
    """BadShape if an example of this shape has not so many axes of positions."""
    if len(shape) != 1 + axes:
        wanted = "a sequence (channels, time)" if axes == 1 else "a picture (channels, height, width)"
        hint = "; Unflatten makes one of a row of numbers" if len(shape) == 1 else ""
        raise BadShape(wanted + hint, f"the shape {shape}")
