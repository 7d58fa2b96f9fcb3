"""Layers for Hypothesis: of any kind, with every option drawn within its declared limits."""

from __future__ import annotations

from dataclasses import fields
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from engine.layer import WIRING, Layer
from engine.layers.any_layer import LAYERS
from engine.operations.pooling_max import MaxPooling
from engine.range import Length, Range
from engine.tensor import Shape

KINDS: dict[str, list[type[Layer]]] = {}  # by group
for _kind in LAYERS:
    KINDS.setdefault(_kind.group, []).append(_kind)

# What is drawn otherwise, by setting or by kind and setting.
SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "CELU.alpha": st.floats(0.125, 2, width=32),  # PyTorch's slope rounds alpha to float32
    "Hardtanh.min_val": st.floats(-2, 0),
    "Softplus.threshold": st.floats(1, 30),
    "Select.index": st.integers(-2, 1),
    "Slice.start": st.integers(-2, 1),
    "Slice.stop": st.none() | st.integers(-1, 3),
    **dict.fromkeys(("p", "dropout", "dropout_p"), st.just(0.0)),  # PyTorch drops others
}

# From and to where whole numbers are drawn, of those that seldom fit otherwise.
WHOLE = {
    "kernel_size": (1, 3),
    "stride": (1, 2),
    "padding": (0, 1),
    "output_padding": (0, 1),
    "dilation": (1, 2),
    "groups": (1, 2),
    "num_groups": (1, 2),
    "num_heads": (1, 2),
    "nhead": (1, 2),
    "num_layers": (1, 2),
    "truncate": (0, 3),
    "max_len": (5, 8),
}


def layers_of(kind: type[Layer]) -> st.SearchStrategy[Any]:
    """How its parameters start is left as it is: tests give them values of their own."""
    hints = get_type_hints(kind, include_extras=True)
    own = [f.name for f in fields(kind) if f.name not in {"kind", *WIRING} and not f.name.endswith("_init")]
    drawn = {}
    for name in own:
        known = [SETTINGS[each] for each in (f"{kind.__name__}.{name}", name) if each in SETTINGS]
        drawn[name] = known[0] if known else setting(hints[name], WHOLE.get(name, (1, 5)))
    return st.builds(kind, **drawn)


def setting(
    hint: Any, whole: tuple[int, int], limit: Range | None = None, length: Length | None = None
) -> st.SearchStrategy[Any]:
    """A value of this type, within its limits and small."""
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        limit = next((note for note in notes if isinstance(note, Range)), limit)
        length = next((note for note in notes if isinstance(note, Length)), length)
        return setting(hint, whole, limit, length)
    if NoneType in get_args(hint):
        return st.none() | setting(get_args(hint)[0], whole, limit)
    if get_origin(hint) is tuple:
        low, high = (length.low, length.high) if length else (len(get_args(hint)),) * 2
        return st.lists(setting(get_args(hint)[0], whole, limit), min_size=low, max_size=high).map(tuple)
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(*_within(limit, *whole))
    return st.floats(*_within(limit, 0.1, 2.0))


def _within(limit: Range | None, low: Any, high: Any) -> tuple[Any, Any]:
    """What is drawn of numbers that may be from `low` to `high` and beyond."""
    return (max(low, type(low)(limit.low)), min(high, type(high)(limit.high))) if limit else (low, high)


def blind(layer: Layer, shape: Shape) -> bool:
    """Is it a maximum some of whose windows see nothing but padding?

    PyTorch 2.13 keeps for such a window the index of a number beyond the plane, and its backward pass writes there:
    behind the last plane that is memory of somebody else, and the process dies by it, sooner or later.
    """
    if not isinstance(layer, MaxPooling):
        return False
    seen = ({stop for stops, _ in axis.taps for stop in range(axis.stops)[stops]} for axis in layer.along(shape))
    return any(stops != set(range(axis.stops)) for stops, axis in zip(seen, layer.along(shape), strict=True))
