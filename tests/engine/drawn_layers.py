"""Layers for Hypothesis: of any kind, with every option drawn within its declared limits."""

from __future__ import annotations

from dataclasses import fields
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from engine.layer import WIRING, Layer
from engine.layers.any_layer import LAYERS
from engine.range import Length, Range

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


def layers_of(kind: type[Layer]) -> st.SearchStrategy[Any]:
    """How its parameters start is left as it is: tests give them values of their own."""
    hints = get_type_hints(kind, include_extras=True)
    own = [f.name for f in fields(kind) if f.name not in {"kind", *WIRING} and not f.name.endswith("_init")]
    drawn = {}
    for name in own:
        known = [SETTINGS[each] for each in (f"{kind.__name__}.{name}", name) if each in SETTINGS]
        drawn[name] = known[0] if known else setting(hints[name])
    return st.builds(kind, **drawn)


def setting(hint: Any, limit: Range | None = None, length: Length | None = None) -> st.SearchStrategy[Any]:
    """A value of this type, within its limits and small."""
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        limit = next((note for note in notes if isinstance(note, Range)), limit)
        length = next((note for note in notes if isinstance(note, Length)), length)
        return setting(hint, limit, length)
    if NoneType in get_args(hint):
        return st.none() | setting(get_args(hint)[0], limit)
    if get_origin(hint) is tuple:
        low, high = (length.low, length.high) if length else (len(get_args(hint)),) * 2
        return st.lists(setting(get_args(hint)[0], limit), min_size=low, max_size=high).map(tuple)
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(*_within(limit, 1, 5))
    return st.floats(*_within(limit, 0.1, 2.0))


def _within(limit: Range | None, low: Any, high: Any) -> tuple[Any, Any]:
    """What is drawn of numbers that may be from `low` to `high` and beyond."""
    return (max(low, type(low)(limit.low)), min(high, type(high)(limit.high))) if limit else (low, high)
