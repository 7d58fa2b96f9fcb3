"""Layers that join and move values. Everything lies features last here: (batch, *positions, features)."""

from __future__ import annotations

from collections.abc import Callable

from app.export.keras.piece import Steps
from app.export.layout import axis
from app.export.scope import Member
from engine.tensor import Shape

Expression = Callable[[Member], Steps]


def _joined(kind: str) -> Expression:
    """A layer that reads several values; of one, Keras has nothing to join."""

    def write(member: Member) -> Steps:
        inputs = ", ".join(f"{{{place}}}" for place in range(len(member.shapes)))
        return [f"layers.{kind}()([{inputs}])" if len(member.shapes) > 1 else "layers.Identity()({0})"]

    return write


def _reduced(function: str) -> Expression:
    def write(member: Member) -> Steps:
        places = tuple(range(1, len(member.shapes[0])))
        return [f"ops.{function}({{0}}, axis={places[0] if len(places) == 1 else places})"]

    return write


def permuted(shape: Shape, *, last: bool) -> Steps:
    """From features last to features first, or back; nothing where there are no positions."""
    sides = len(shape)
    if sides == 1:
        return []
    dims = (*range(2, sides + 1), 1) if last else (sides, *range(1, sides))
    return [f"layers.Permute({dims})({{0}})"]


def _flattened(member: Member) -> Steps:
    """In the order of features first, as ours."""
    return [*permuted(member.shapes[0], last=False), "layers.Flatten()({0})"]


def _unflattened(member: Member) -> Steps:
    reshaped = f"layers.Reshape({member.output})({{0}})"
    return [*permuted(member.shapes[0], last=False), reshaped, *permuted(member.output, last=True)]


def _selected(member: Member) -> Steps:
    return [f"{{0}}[:, {member.layer.index}]"]


def _sliced(member: Member) -> Steps:
    layer, shape = member.layer, member.shapes[0]
    ends = f"{layer.start or ''}:{'' if layer.stop is None else layer.stop}"
    return [f"{{0}}[{':, ' * axis(layer.dim - 1, shape, 'last')}{ends}]"]


SHAPES: dict[str, Expression] = {
    "Add": _joined("Add"),
    "Multiply": _joined("Multiply"),
    "Concat": _joined("Concatenate"),
    "Flatten": _flattened,
    "Unflatten": _unflattened,
    "Transpose": lambda member: ["layers.Permute((2, 1))({0})"],
    "Select": _selected,
    "Slice": _sliced,
    "Sum": _reduced("sum"),
    "Mean": _reduced("mean"),
    "Max": _reduced("amax"),
}
