"""The text of a layer's module: nn.Linear(2, 8, bias=False).

Kinds and arguments are PyTorch's, so that most layers need no more than their own settings. The table says what
PyTorch wants first: what follows here from a layer's input, and arguments that have no default there.
"""

from __future__ import annotations

from typing import Any

from app.export.calls import call, chosen
from app.export.pytorch.own import own
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
    "GRU": ("features", "hidden_size"),
    "LSTM": ("features", "hidden_size"),
    "Linear": ("features", "out_features"),
    "MaxPool1d": ("kernel_size",),
    "MaxPool2d": ("kernel_size",),
    "MultiheadAttention": ("features", "num_heads"),
    "PositionalEmbedding": ("max_len", "features"),
    "RNN": ("features", "hidden_size"),
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
RECURRENT = ("RNN", "GRU", "LSTM")
ATTENDING = ("MultiheadAttention", "TransformerDecoderLayer", "TransformerEncoderLayer")
WHOLE = frozenset({*ATTENDING, *RECURRENT})  # layers made of layers that torch.nn has
NAMES = {"PositionalEmbedding": "Embedding"}  # where torch.nn calls it otherwise
# What PyTorch has to be told so that it does what ours do.
ADDED = {kind: {"batch_first": True} for kind in WHOLE}
# Settings that are no arguments of the module: how it is called says them.
OURS = dict.fromkeys(RECURRENT, ("truncate", "returns", "forget_bias")) | dict.fromkeys(ATTENDING, ("is_causal",))
# Settings that are a number for each axis, where PyTorch takes one for both.
ALONG_AXES = frozenset({"kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"})
INITIALIZER = "_init"  # how the settings end that say how a parameter starts


def module(member: Member) -> str:
    layer = member.layer
    leading = LEADING.get(layer.kind, ())
    skipped = {*leading, *OURS.get(layer.kind, ())}
    if getattr(layer, "num_layers", 2) == 1:
        skipped.add("dropout")  # between layers of which there is one: PyTorch warns
    named = {
        name: shortened(name, value)
        for name, value in chosen(layer).items()
        if name not in skipped and not name.endswith(INITIALIZER)
    }
    defined = own(layer)
    name = defined[0] if defined else f"nn.{NAMES.get(layer.kind, layer.kind)}"
    if getattr(layer, "truncate", 0):
        leading = (*leading, "truncate")
    return call(name, tuple(_leading(member, what) for what in leading), named | ADDED.get(layer.kind, {}))


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
