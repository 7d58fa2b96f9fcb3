"""How a parameter starts, as a Keras initializer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from app.export.keras.piece import NotInKeras
from engine.initializers import Default, gain

Fans = tuple[int, int]

NONE = "another initializer, which Keras has too"


def _number(value: float) -> str:
    return repr(round(value, 12))


def _scaling(scale: float, mode: str, uniform: bool) -> str:
    return f'VarianceScaling({_number(scale)}, "{mode}", "{"uniform" if uniform else "untruncated_normal"}")'


def _xavier(it: Any, uniform: bool) -> str:
    if uniform and it.gain == 1:
        return "GlorotUniform()"
    return _scaling(it.gain**2, "fan_avg", uniform)


def _kaiming(it: Any, uniform: bool) -> str:
    return _scaling(gain(it.nonlinearity, it.a) ** 2, it.mode, uniform)


def _truncated(it: Any) -> str:
    if (it.a, it.b) != (it.mean - 2 * it.std, it.mean + 2 * it.std):
        raise NotInKeras("bounds two deviations from the mean", f"{it.a:g} and {it.b:g}")
    return f"TruncatedNormal({it.mean!r}, {it.std!r})"


def _lacking(it: Any) -> str:
    raise NotInKeras(NONE, it.kind)


KINDS: dict[str, Callable[[Any], str]] = {
    "zeros": lambda it: "Zeros()",
    "ones": lambda it: "Ones()",
    "constant": lambda it: f"Constant({it.val!r})",
    "normal": lambda it: f"RandomNormal({it.mean!r}, {it.std!r})",
    "trunc_normal": _truncated,
    "uniform": lambda it: f"RandomUniform({min(it.a, it.b)!r}, {max(it.a, it.b)!r})",
    "xavier_uniform": lambda it: _xavier(it, True),
    "xavier_normal": lambda it: _xavier(it, False),
    "kaiming_uniform": lambda it: _kaiming(it, True),
    "kaiming_normal": lambda it: _kaiming(it, False),
    "orthogonal": lambda it: f"Orthogonal({it.gain!r})",
    "eye": lambda it: "Identity()",
}


def initializer(layer: Any, setting: str, fans: Fans, own: int = 0) -> str:
    """The text for a layer's "weight_init", say; what depends on fans is a number for a bias.

    `uniform` is a function of the script; of `own` inputs, if those of the layer's default are not the fan in.
    """
    it: Any = getattr(layer, setting)
    if isinstance(it, Default):
        return f"uniform({own or fans[0]})"
    try:
        return (
            f"initializers.{_of_vector(it, fans) if setting.startswith('bias') else KINDS.get(it.kind, _lacking)(it)}"
        )
    except NotInKeras as error:
        raise NotInKeras(error.expected, error.came, setting) from None


def _of_vector(it: Any, fans: Fans) -> str:
    if it.kind in ("orthogonal", "eye", "sparse"):
        raise NotInKeras("another initializer for a bias", it.kind)
    if not it.kind.startswith(("xavier", "kaiming")):
        return KINDS.get(it.kind, _lacking)(it)
    std = it.gain * math.sqrt(2 / sum(fans)) if it.kind.startswith("xavier") else it.std(fans)
    if it.kind.endswith("uniform"):
        return f"RandomUniform({_number(-math.sqrt(3) * std)}, {_number(math.sqrt(3) * std)})"
    return f"RandomNormal(0.0, {_number(std)})"
