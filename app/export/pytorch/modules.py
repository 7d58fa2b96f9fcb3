"""The text of a layer's module: nn.Linear(2, 8, bias=False).

Kinds and arguments are PyTorch's, so that most layers need no more than their own settings. The table says what
PyTorch wants first: what follows here from a layer's input, and arguments that have no default there.
"""

from __future__ import annotations

from typing import Any

from app.export.calls import call, chosen
from app.export.pytorch.own import CLASSES
from app.export.scope import Member
from engine.layer import Composite

LEADING: dict[str, tuple[str | int, ...]] = {
    "AdaptiveAvgPool1d": ("output_size",),
    "AdaptiveAvgPool2d": ("output_size",),
    "AvgPool1d": ("kernel_size",),
    "AvgPool2d": ("kernel_size",),
    "Conv1d": ("features", "out_channels", "kernel_size"),
    "Conv2d": ("features", "out_channels", "kernel_size"),
    "ConvTranspose1d": ("features", "out_channels", "kernel_size"),
    "ConvTranspose2d": ("features", "out_channels", "kernel_size"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "Linear": ("features", "out_features"),
    "MaxPool1d": ("kernel_size",),
    "MaxPool2d": ("kernel_size",),
    "MultiheadAttention": ("features", "num_heads"),
    "PositionalEmbedding": ("max_len", "features"),
    "TransformerDecoderLayer": ("features", "nhead"),
    "TransformerEncoderLayer": ("features", "nhead"),
    "Unflatten": (1, "unflattened_size"),
    "BatchNorm1d": ("features",),
    "BatchNorm2d": ("features",),
    "GroupNorm": ("num_groups", "features"),
    "LayerNorm": ("features",),
    "RMSNorm": ("features",),
    "Softmax": (1,),
    "LogSoftmax": (1,),
}
# Layers made of layers that torch.nn has.
WHOLE = frozenset({"MultiheadAttention", "TransformerDecoderLayer", "TransformerEncoderLayer"})
# Settings that are a number for each axis, where PyTorch takes one for both.
ALONG_AXES = frozenset({"kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"})
INITIALIZER = "_init"  # how the settings end that say how a parameter starts


def module(member: Member) -> str:
    leading = LEADING.get(member.layer.kind, ())
    named = {
        name: shortened(name, value)
        for name, value in chosen(member.layer).items()
        if name not in leading and not name.endswith(INITIALIZER)
    }
    place = "" if member.layer.kind in CLASSES else "nn."
    return place + call(member.layer.kind, tuple(_leading(member, what) for what in leading), named)


def composed(layer: Any) -> bool:
    """Is it made of layers and no module of torch.nn, so that the script defines it?"""
    return isinstance(layer, Composite) and layer.kind not in WHOLE


def _leading(member: Member, what: str | int) -> Any:
    if isinstance(what, int):
        return what
    return member.shapes[0][0] if what == "features" else shortened(what, getattr(member.layer, what))


def shortened(name: str, value: Any) -> Any:
    """One number for two axes where it is the same: kernel_size=3."""
    if name in ALONG_AXES and isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value
