"""Convolutions and pools. What PyTorch pads or crops by itself is a layer of its own where Keras has no word for it."""

from __future__ import annotations

from collections.abc import Sequence

from app.export.keras.dense import named
from app.export.keras.initializers import initializer
from app.export.keras.piece import NotInKeras, Piece, Steps, weights
from app.export.scope import Member, part_shapes
from engine.axes import each
from engine.initializers import fans
from engine.tensor import Shape

Sides = Sequence[tuple[int, int]]  # before and after, along each axis


def _sliding(member: Member) -> dict[str, str]:
    """The arguments of a convolution that are not 1."""
    strides, dilations = _each(member, "stride", "dilation")
    if max(strides) > 1 and max(dilations) > 1:
        raise NotInKeras("1 with a stride: Keras has one or the other", _one(dilations), "dilation")
    found = {"strides": strides, "dilation_rate": dilations}
    return {name: _one(values) for name, values in found.items() if max(values) > 1}


def convolution(member: Member, name: str, path: str) -> Steps:
    layer = member.layer
    kernel, strides, paddings, dilations = _each(member, "kernel_size", "stride", "padding", "dilation")
    kept = all(s == 1 and 2 * p == d * (k - 1) for k, s, p, d in zip(kernel, strides, paddings, dilations, strict=True))
    padded = [] if kept or not any(paddings) else [_around_by("ZeroPadding", [(p, p) for p in paddings])]
    settings = _sliding(member)
    if kept and any(paddings):
        settings["padding"] = '"same"'
    if layer.groups > 1:
        settings["groups"] = str(layer.groups)
    return [*padded, _kernel(member, name, path, f"Conv{len(kernel)}D", settings)]


def transposed(member: Member, name: str, path: str) -> Steps:
    """Keras makes all that the kernel reaches, and 0 to the next stride; PyTorch leaves `padding` out at both ends."""
    layer, positions = member.layer, member.shapes[0][1:]
    if layer.groups > 1:
        raise NotInKeras("1 group: Keras has no others in a transposed convolution", layer.groups, "groups")
    kernel, strides, paddings, dilations = _each(member, "kernel_size", "stride", "padding", "dilation")
    cropped = []
    for axis, (n, k, s, p, d) in enumerate(zip(positions, kernel, strides, paddings, dilations, strict=True)):
        after = (n - 1) * s + max(d * (k - 1) + 1, s) - p - member.output[1 + axis]
        if after < 0:
            raise NotInKeras("an output padding that the kernel reaches", layer.output_padding, "output_padding")
        cropped.append((p, after))
    settings = _sliding(member)
    ends = [_around_by("Cropping", cropped)] if any(map(any, cropped)) else []
    return [_kernel(member, name, path, f"Conv{len(kernel)}DTranspose", settings), *ends]


def max_pool(member: Member, name: str, path: str) -> Steps:
    if set(each(member.layer.dilation)) != {1}:
        raise NotInKeras("1: Keras pools neighbours only", member.layer.dilation, "dilation")
    sides = _around(member)
    widths = ", ".join(map(str, [(0, 0), *sides, (0, 0)]))
    padded = [f'ops.pad({{0}}, ({widths}), constant_values=float("-inf"))'] if any(map(any, sides)) else []
    return [*padded, _pool(member, "MaxPooling")]


def average_pool(member: Member, name: str, path: str) -> Steps:
    layer, sides = member.layer, _around(member)
    (paddings,) = _each(member, "padding")
    if any(after > padding for (_, after), padding in zip(sides, paddings, strict=True)):
        raise NotInKeras("false: Keras has no windows that reach beyond the end", "true", "ceil_mode")
    if any(paddings) and not layer.count_include_pad:
        raise NotInKeras("true: Keras counts what it pads", "false", "count_include_pad")
    padded = [_around_by("ZeroPadding", sides)] if any(map(any, sides)) else []
    return [*padded, _pool(member, "AveragePooling")]


def adaptive(member: Member, name: str, path: str) -> Steps:
    sizes = each(member.layer.output_size)
    return [f"layers.AdaptiveAveragePooling{len(member.shapes[0]) - 1}D({_one(sizes)})({{0}})"]


def _kernel(member: Member, name: str, path: str, kind: str, settings: dict[str, str]) -> Piece:
    """The layer with its weights: (out, in, *kernel) there, (*kernel, in, out) here; transposed, both the other way."""
    layer = member.layer
    weight, *bias = weights(path, ["weight", "bias"][: 1 + layer.bias])
    shape = part_shapes(member)["weight"]
    settings = settings | {"kernel_initializer": initializer(layer, "weight_init", fans(shape))}
    if layer.bias:
        settings["bias_initializer"] = initializer(layer, "bias_init", fans(shape))
    else:
        settings["use_bias"] = "False"
    order = (*range(2, len(shape)), 1, 0)
    text = f"layers.{kind}({layer.out_channels}, {_one(each(layer.kernel_size))}, {named(**settings)})"
    return Piece(name, text, (f"{weight}.transpose{order}", *bias))


def _pool(member: Member, kind: str) -> str:
    kernel, strides = _each(member, "kernel_size", "stride")
    moved = f", strides={_one(strides)}" if strides != kernel else ""
    return f"layers.{kind}{len(kernel)}D({_one(kernel)}{moved})({{0}})"


def _around(member: Member) -> Sides:
    """What has to be put before and behind so that whole windows make what comes out."""
    kernel, strides, paddings = _each(member, "kernel_size", "stride", "padding")
    positions, stops = member.shapes[0][1:], member.output[1:]
    ends = [
        (stop - 1) * s + k - n - p for stop, s, k, n, p in zip(stops, strides, kernel, positions, paddings, strict=True)
    ]
    return [(p, max(end, 0)) for p, end in zip(paddings, ends, strict=True)]


def _each(member: Member, *names: str) -> tuple[Shape, ...]:
    """Settings along each axis; an empty stride is the kernel's size."""
    layer = member.layer
    values = (getattr(layer, name) for name in names)
    return tuple(each(layer.kernel_size if value is None else value) for value in values)


def _one(values: Shape) -> str:
    """One number where it is the same along all axes."""
    return str(values[0] if len(set(values)) == 1 else values)


def _around_by(kind: str, sides: Sides) -> str:
    """A layer that adds or takes away so much before and behind; one number where it is the same everywhere."""
    numbers = {number for side in sides for number in side}
    around = numbers.pop() if len(numbers) == 1 else tuple(sides) if len(sides) > 1 else sides[0]
    return f"layers.{kind}{len(sides)}D({around})({{0}})"
