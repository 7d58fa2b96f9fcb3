"""Every kind of layer that can be written in Keras."""

from __future__ import annotations

from app.export.keras.activations import ACTIVATIONS
from app.export.keras.attention import dot_product, multihead
from app.export.keras.convolutions import adaptive, average_pool, convolution, max_pool, transposed
from app.export.keras.dense import (
    batch_norm,
    embedding,
    group_norm,
    layer_norm,
    linear,
    positions,
    prelu,
    rms_norm,
    sinusoids,
)
from app.export.keras.piece import NotInKeras, Steps, Write
from app.export.keras.recurrent import recurrent
from app.export.keras.shapes import SHAPES
from app.export.scope import Member

KINDS: dict[str, Write] = {
    "Linear": linear,
    "PReLU": prelu,
    "Embedding": embedding,
    "PositionalEmbedding": positions,
    "SinusoidalEncoding": sinusoids,
    "BatchNorm1d": batch_norm,
    "BatchNorm2d": batch_norm,
    "LayerNorm": layer_norm,
    "GroupNorm": group_norm,
    "RMSNorm": rms_norm,
    "Conv1d": convolution,
    "Conv2d": convolution,
    "ConvTranspose1d": transposed,
    "ConvTranspose2d": transposed,
    "MaxPool1d": max_pool,
    "MaxPool2d": max_pool,
    "AvgPool1d": average_pool,
    "AvgPool2d": average_pool,
    "AdaptiveAvgPool1d": adaptive,
    "AdaptiveAvgPool2d": adaptive,
    "RNN": recurrent,
    "GRU": recurrent,
    "LSTM": recurrent,
    "MultiheadAttention": multihead,
    "ScaledDotProductAttention": dot_product,
}
WHOLE = frozenset({"RNN", "GRU", "LSTM", "MultiheadAttention"})  # layers made of layers that Keras has


def steps(member: Member, name: str, path: str) -> Steps:
    """What a layer becomes; NotInKeras where it cannot be said."""
    kind = member.layer.kind
    if kind in ACTIVATIONS:
        return [ACTIVATIONS[kind](member.layer)]
    if kind in SHAPES:
        return SHAPES[kind](member)
    if kind not in KINDS:
        raise NotInKeras("a layer that Keras has too", kind)
    return KINDS[kind](member, name, path)
