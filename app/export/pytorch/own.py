"""Layers that torch.nn has not, or has otherwise: a class of the script does what ours do.

They read and make values that lie features last, (batch, time, features).
"""

from __future__ import annotations

from typing import Any

SINUSOIDAL = '''\
class SinusoidalEncoding(nn.Module):
    """Adds sines and cosines of each place of a sequence, as Vaswani et al. 2017."""

    def forward(self, x):
        time, features = x.shape[1:]
        place, feature = torch.arange(time)[:, None], torch.arange(features)
        angle = place / 10000 ** (2 * (feature // 2) / features)
        return x + torch.where(feature % 2 == 1, angle.cos(), angle.sin())
'''

ATTENTION = '''\
class ScaledDotProductAttention(nn.Module):
    """Of queries, keys and values, all in one; queries, and the others in one; or each by itself."""

    def __init__(self, num_heads=1, is_causal=False, dropout_p=0.0):
        super().__init__()
        self.num_heads, self.is_causal, self.dropout_p = num_heads, is_causal, dropout_p

    def forward(self, *inputs):
        *apart, joined = inputs
        parts = [*apart, *joined.chunk(3 - len(apart), -1)]
        heads = [part.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for part in parts]
        dropout_p = self.dropout_p if self.training else 0.0
        made = nn.functional.scaled_dot_product_attention(*heads, dropout_p=dropout_p, is_causal=self.is_causal)
        return made.transpose(1, 2).flatten(2)
'''

TRUNCATED = '''\
class {name}(nn.{kind}):
    """The gradient through the state is cut after every few steps, counted in the order of reading."""

    def __init__(self, input_size, hidden_size, truncate, **options):
        super().__init__(input_size, hidden_size, **options)
        self.truncate = truncate

    def forward(self, x):
        for level in range(self.num_layers):
            made = [self.read(x, f"l{{level}}")]
            if self.bidirectional:
                made.append(self.read(x.flip(1), f"l{{level}}_reverse"))
            last = torch.stack([each[:, -1] for each in made])
            x = torch.cat([made[0], *(each.flip(1) for each in made[1:])], -1)
            if level < self.num_layers - 1:
                x = nn.functional.dropout(x, self.dropout, self.training)
        return x, {last}

    def read(self, x, way):
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"][: 4 if self.bias else 2]
        weights = [getattr(self, f"{{name}}_{{way}}") for name in names]
        state, pieces = [x.new_zeros(1, len(x), self.hidden_size)] * 2, []
        for piece in x.split(self.truncate, 1):
            made, *state = torch.{function}(piece, {state}, weights, self.bias, 1, 0.0, False, False, True)
            state = [each.detach() for each in state]
            pieces.append(made)
        return torch.cat(pieces, 1)
'''

CLASSES = {
    "SinusoidalEncoding": SINUSOIDAL,
    "ScaledDotProductAttention": ATTENTION,
}


def own(layer: Any) -> tuple[str, str] | None:
    """The name and the text of the class that stands for a layer, where torch.nn has none."""
    kind = layer.kind
    if kind in CLASSES:
        return kind, CLASSES[kind]
    if not getattr(layer, "truncate", 0):
        return None
    function, last, state = kind.lower(), "last", "state[0]"
    if kind == "LSTM":
        last, state = "(last,)", "state"
    if kind == "RNN":
        function = f"rnn_{layer.nonlinearity}"
    name = f"Truncated{kind}" if function != "rnn_relu" else "TruncatedReLURNN"
    return name, TRUNCATED.format(name=name, kind=kind, function=function, last=last, state=state)
