"""Activations, by kind: an expression of what is read, {0}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _named(name: str) -> Callable[[Any], str]:
    return lambda layer: f'layers.Activation("{name}")({{0}})'


def _gelu(layer: Any) -> str:
    return _named("gelu")(layer) if layer.approximate == "none" else "ops.gelu({0}, approximate=True)"


def _softplus(layer: Any) -> str:
    beta, threshold = layer.beta, layer.threshold
    if (beta, threshold) == (1, 20):
        return _named("softplus")(layer)
    return f"ops.where({beta!r} * {{0}} > {threshold!r}, {{0}}, ops.softplus({beta!r} * {{0}}) / {beta!r})"


def _hardtanh(layer: Any) -> str:
    if (layer.min_val, layer.max_val) == (-1, 1):
        return _named("hard_tanh")(layer)
    return f"ops.clip({{0}}, {layer.min_val!r}, {layer.max_val!r})"


ACTIVATIONS: dict[str, Callable[[Any], str]] = {
    "Identity": lambda layer: "layers.Identity()({0})",
    "ReLU": lambda layer: "layers.ReLU()({0})",
    "LeakyReLU": lambda layer: f"layers.LeakyReLU(negative_slope={layer.negative_slope!r})({{0}})",
    "Tanh": _named("tanh"),
    "Sigmoid": _named("sigmoid"),
    "GELU": _gelu,
    "SiLU": _named("silu"),
    "Softplus": _softplus,
    "ELU": lambda layer: f"layers.ELU(alpha={layer.alpha!r})({{0}})",
    "ReLU6": _named("relu6"),
    "Hardtanh": _hardtanh,
    "Hardsigmoid": _named("hard_sigmoid"),
    "Hardswish": _named("hard_silu"),
    "Mish": _named("mish"),
    "SELU": _named("selu"),
    "CELU": lambda layer: f"ops.celu({{0}}, {layer.alpha!r})",
    "Softsign": _named("softsign"),
    "LogSigmoid": _named("log_sigmoid"),
    "Tanhshrink": _named("tanh_shrink"),
    "Softshrink": lambda layer: f"ops.soft_shrink({{0}}, {layer.lambd!r})",
    "Hardshrink": lambda layer: f"ops.hard_shrink({{0}}, {layer.lambd!r})",
    "Softmax": lambda layer: "layers.Softmax()({0})",
    "LogSoftmax": lambda layer: "ops.log_softmax({0})",
    "Dropout": lambda layer: f"layers.Dropout({layer.p!r})({{0}})",
}
