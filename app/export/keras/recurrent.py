"""Recurrent layers, one Keras layer for each level."""

from __future__ import annotations

from app.export.keras.dense import named
from app.export.keras.initializers import initializer
from app.export.keras.piece import NotInKeras, Piece, Steps, weight
from app.export.scope import Member

NAMES = {"RNN": "SimpleRNN", "GRU": "GRU", "LSTM": "LSTM"}
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def recurrent(member: Member, name: str, path: str) -> Steps:
    layer, features = member.layer, member.shapes[0][0]
    if layer.truncate:
        raise NotInKeras("0: Keras lets gradients go through all steps", layer.truncate, "truncate")
    if layer.kind == "LSTM" and layer.forget_bias not in (0, 1):
        raise NotInKeras("0 or 1, as unit_forget_bias has it", layer.forget_bias, "forget_bias")
    steps: list[Piece | str] = []
    for level in range(layer.num_layers):
        last = level == layer.num_layers - 1
        text = _text(member, features, whole=not last or layer.returns == "output")
        ways = ["", "_reverse"][: 1 + layer.bidirectional]
        if layer.bidirectional:
            text = f"layers.Bidirectional({text})"
        made = tuple(each for way in ways for each in _weights(member, path, f"l{level}{way}"))
        steps.append(Piece(f"{name}_l{level}" if layer.num_layers > 1 else name, text, made))
        if layer.dropout and not last:
            steps.append(f"layers.Dropout({layer.dropout!r})({{0}})")
        features = layer.hidden_size * len(ways)
    return steps


def _text(member: Member, features: int, *, whole: bool) -> str:
    """PyTorch draws everything within 1/√hidden; Keras would begin with orthogonal matrices and biases of 0."""
    layer, size = member.layer, member.layer.hidden_size
    rows = GATES[layer.kind] * size
    settings = {
        "kernel_initializer": initializer(layer, "weight_ih_init", (features, rows), size),
        "recurrent_initializer": initializer(layer, "weight_hh_init", (size, rows)),
    }
    if layer.bias:
        settings["bias_initializer"] = initializer(layer, "bias_init", (size, rows))
    else:
        settings["use_bias"] = "False"
    if layer.kind == "LSTM":
        settings["unit_forget_bias"] = str(bool(layer.forget_bias))
    if layer.kind == "RNN" and layer.nonlinearity != "tanh":
        settings["activation"] = f'"{layer.nonlinearity}"'
    if whole:
        settings["return_sequences"] = "True"
    return f"layers.{NAMES[layer.kind]}({size}, {named(**settings)})"


def _weights(member: Member, path: str, way: str) -> list[str]:
    """Kernel, recurrent kernel, bias: PyTorch's two biases are added, but a GRU needs them apart."""
    layer = member.layer
    kernel, inner = (weight(path, f"weight_{each}_{way}") for each in ("ih", "hh"))
    biases = [weight(path, f"bias_{each}_{way}") for each in ("ih", "hh")] if layer.bias else []
    if layer.kind == "GRU":
        bias = f"np.stack([{', '.join(f'z_first({each})' for each in biases)}])"
        return [f"z_first({kernel}).T", f"z_first({inner}).T", *([bias] if biases else [])]
    return [f"{kernel}.T", f"{inner}.T", *([" + ".join(biases)] if biases else [])]
