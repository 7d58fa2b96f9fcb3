"""Attention. What Keras has no layer for is a function of the script."""

from __future__ import annotations

from app.export.keras.dense import named
from app.export.keras.piece import NotInKeras, Piece, Steps, weight
from app.export.scope import Member


def multihead(member: Member, name: str, path: str) -> Steps:
    layer, size = member.layer, member.shapes[0][0]
    heads = layer.num_heads
    settings = {"dropout": repr(layer.dropout)} if layer.dropout else {}
    if not layer.bias:
        settings["use_bias"] = "False"
    text = f"layers.MultiHeadAttention({', '.join(filter(None, (f'{heads}, {size // heads}', named(**settings))))})"
    inputs = "{0}, {0}" if len(member.shapes) == 1 else "{0}, {1}"
    if layer.is_causal:
        inputs += ", use_causal_mask=True"
    matrix, out = weight(path, "in_proj_weight"), weight(f"{path}.out_proj", "weight")
    vector, after = weight(path, "in_proj_bias"), weight(f"{path}.out_proj", "bias")
    made: list[str] = []
    for place in range(3):  # of queries, keys, values
        rows = f"[{place * size or ''}:{(place + 1) * size}]"
        made.append(f"by_head({matrix}{rows}.T, {heads})")
        made += [f"{vector}{rows}.reshape({heads}, -1)"] * layer.bias
    made += [f"{out}.T.reshape({heads}, -1, {size})", *[after] * layer.bias]
    return [Piece(name, text, tuple(made), inputs)]


def dot_product(member: Member, name: str, path: str) -> Steps:
    """Queries, keys and values may come in one, two or three values."""
    layer = member.layer
    if layer.dropout_p:
        raise NotInKeras("0, or a MultiheadAttention: Keras drops no weights here", layer.dropout_p, "dropout_p")
    parts = {1: "*ops.split({0}, 3, axis=-1)", 2: "{0}, *ops.split({1}, 2, axis=-1)", 3: "{0}, {1}, {2}"}
    causal = ", is_causal=True" if layer.is_causal else ""
    return [f"attention({parts[len(member.shapes)]}, heads={layer.num_heads}{causal})"]
