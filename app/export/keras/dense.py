"""Layers of weights that act at each position alike, tables, and norms."""

from __future__ import annotations

from typing import Any

from app.export.calls import literal
from app.export.keras.initializers import initializer
from app.export.keras.piece import NotInKeras, Piece, Steps, weight, weights
from app.export.scope import Member


def named(**settings: Any) -> str:
    """Arguments by name; texts are code already."""
    return ", ".join(f"{name}={value}" for name, value in settings.items())


def linear(member: Member, name: str, path: str) -> Steps:
    layer, fans = member.layer, (member.shapes[0][0], member.layer.out_features)
    settings = {"kernel_initializer": initializer(layer, "weight_init", fans)}
    if layer.bias:
        settings["bias_initializer"] = initializer(layer, "bias_init", fans)
    else:
        settings["use_bias"] = "False"
    kernel, *bias = weights(path, ["weight", "bias"][: 1 + layer.bias])
    return [Piece(name, f"layers.Dense({layer.out_features}, {named(**settings)})", (f"{kernel}.T", *bias))]


def prelu(member: Member, name: str, path: str) -> Steps:
    """One slope, or one for each feature."""
    layer, sides = member.layer, len(member.shapes[0])
    shared = [*range(1, sides if layer.num_parameters > 1 else sides + 1)]
    axes = f", shared_axes={shared}" if shared else ""
    text = f"layers.PReLU(alpha_initializer=initializers.Constant({layer.init!r}){axes})"
    return [Piece(name, text, (f"{weight(path, 'weight')}.reshape({(*[1] * (sides - 1), -1)})",))]


def embedding(member: Member, name: str, path: str) -> Steps:
    layer = member.layer
    start = initializer(layer, "weight_init", (layer.embedding_dim, layer.num_embeddings))
    text = f"layers.Embedding({layer.num_embeddings}, {layer.embedding_dim}, embeddings_initializer={start})"
    return [Piece(name, text, (weight(path, "weight"),))]


def positions(member: Member, name: str, path: str) -> Steps:
    layer, features = member.layer, member.shapes[0][0]
    start = initializer(layer, "weight_init", (features, layer.max_len))
    return [Piece(name, f"PositionalEmbedding({layer.max_len}, {start})", (weight(path, "weight"),))]


def sinusoids(member: Member, name: str, path: str) -> Steps:
    features, time = member.shapes[0]
    return [f"{{0}} + sinusoids({time}, {features})"]


def batch_norm(member: Member, name: str, path: str) -> Steps:
    """Its momentum is the share that is kept. Keras always keeps running statistics."""
    layer = member.layer
    if not layer.track_running_stats or layer.momentum is None:
        field = "momentum" if layer.track_running_stats else "track_running_stats"
        raise NotInKeras("running statistics that move by a momentum", literal(getattr(layer, field)), field)
    settings = {"momentum": round(1 - layer.momentum, 12), "epsilon": layer.eps}
    if not layer.affine:
        settings |= {"center": False, "scale": False}
    parts = [*["weight", "bias"][: 2 * layer.affine], "running_mean", "running_var"]
    return [Piece(name, f"layers.BatchNormalization({named(**settings)})", weights(path, parts))]


def layer_norm(member: Member, name: str, path: str) -> Steps:
    layer = member.layer
    settings: dict[str, Any] = {"epsilon": layer.eps}
    parts = ["weight", "bias"] if layer.bias else ["weight"]
    if not layer.elementwise_affine:
        parts, settings = [], settings | {"center": False, "scale": False}
    elif not layer.bias:
        settings["center"] = False
    return [Piece(name, f"layers.LayerNormalization({named(**settings)})", weights(path, parts))]


def group_norm(member: Member, name: str, path: str) -> Steps:
    layer = member.layer
    settings = {"groups": layer.num_groups, "epsilon": layer.eps} | (
        {} if layer.affine else {"center": False, "scale": False}
    )
    parts = ["weight", "bias"] if layer.affine else []
    return [Piece(name, f"layers.GroupNormalization({named(**settings)})", weights(path, parts))]


def rms_norm(member: Member, name: str, path: str) -> Steps:
    """Without an ε, PyTorch adds that of the numbers' type."""
    layer = member.layer
    epsilon = "float(np.finfo(keras.config.floatx()).eps)" if layer.eps is None else repr(layer.eps)
    if not layer.elementwise_affine:
        return [f"ops.rms_normalization({{0}}, epsilon={epsilon})"]
    return [Piece(name, f"layers.RMSNormalization(epsilon={epsilon})", weights(path, ["weight"]))]
