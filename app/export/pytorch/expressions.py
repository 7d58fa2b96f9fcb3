"""Layers that PyTorch has no module for: an expression of their inputs says what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.export.layout import Layout, axis
from app.export.scope import Member

Expression = Callable[[Member, Sequence[str], Layout], str]


def _between(sign: str) -> Expression:
    return lambda member, inputs, layout: sign.join(inputs)


def _joined(member: Member, inputs: Sequence[str], layout: Layout) -> str:
    return f"torch.cat([{', '.join(inputs)}], dim={1 if layout == 'first' else -1})"


def _reduced(method: str) -> Expression:
    """Over all positions."""

    def write(member: Member, inputs: Sequence[str], layout: Layout) -> str:
        places = [axis(at, member.shapes[0], layout) for at in range(1, len(member.shapes[0]))]
        return f"{inputs[0]}.{method}({places[0] if len(places) == 1 else tuple(places)})"

    return write


def _transposed(member: Member, inputs: Sequence[str], layout: Layout) -> str:
    return f"{inputs[0]}.transpose(1, 2)"


def _selected(member: Member, inputs: Sequence[str], layout: Layout) -> str:
    return _indexed(inputs[0], axis(1, member.shapes[0], layout), str(member.layer.index))


def _sliced(member: Member, inputs: Sequence[str], layout: Layout) -> str:
    layer = member.layer
    ends = f"{layer.start or ''}:{'' if layer.stop is None else layer.stop}"
    return _indexed(inputs[0], axis(layer.dim - 1, member.shapes[0], layout), ends)


def _indexed(text: str, place: int, index: str) -> str:
    return f"{text}[{':, ' * place}{index}]"


# By kind: what is written of the layer, its inputs' texts, and the layout that they lie in.
EXPRESSIONS: dict[str, Expression] = {
    "Add": _between(" + "),
    "Multiply": _between(" * "),
    "Concat": _joined,
    "Transpose": _transposed,
    "Select": _selected,
    "Slice": _sliced,
    "Sum": _reduced("sum"),
    "Mean": _reduced("mean"),
    "Max": _reduced("amax"),
}
