"""Layers that torch.nn has not, or has otherwise: a class of the script does what ours do.

They read and make values that lie features last, (batch, time, features).
"""

from __future__ import annotations

CLASSES = {
    "Embedding": '''\
class Embedding(nn.Embedding):
    """Of token numbers as they lie in the batch, (batch, time, 1)."""

    def forward(self, x):
        return super().forward(x.squeeze(-1).long().clamp(0, self.num_embeddings - 1))
''',
    "PositionalEmbedding": '''\
class PositionalEmbedding(nn.Embedding):
    """Adds a learned vector for each place of a sequence."""

    def forward(self, x):
        return x + self.weight[: x.shape[1]]
''',
    "SinusoidalEncoding": '''\
class SinusoidalEncoding(nn.Module):
    """Adds sines and cosines of each place of a sequence, as Vaswani et al. 2017."""

    def forward(self, x):
        time, features = x.shape[1:]
        place, feature = torch.arange(time)[:, None], torch.arange(features)
        angle = place / 10000 ** (2 * (feature // 2) / features)
        return x + torch.where(feature % 2 == 1, angle.cos(), angle.sin())
''',
    "ScaledDotProductAttention": '''\
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
''',
    "MultiheadAttention": '''\
class MultiheadAttention(nn.MultiheadAttention):
    """Of a sequence to itself, or of a query to a memory; the weights are not returned."""

    def __init__(self, embed_dim, num_heads, is_causal=False, **settings):
        super().__init__(embed_dim, num_heads, batch_first=True, **settings)
        self.is_causal = is_causal

    def forward(self, query, memory=None):
        memory = query if memory is None else memory
        later = torch.ones(query.shape[1], memory.shape[1], dtype=torch.bool).triu(1)
        mask = later if self.is_causal else None
        return super().forward(query, memory, memory, need_weights=False, attn_mask=mask)[0]
''',
    "TransformerEncoderLayer": """\
class TransformerEncoderLayer(nn.TransformerEncoderLayer):
    def __init__(self, d_model, nhead, is_causal=False, **settings):
        super().__init__(d_model, nhead, batch_first=True, **settings)
        self.is_causal = is_causal

    def forward(self, x):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        return super().forward(x, src_mask=later if self.is_causal else None)
""",
    "TransformerDecoderLayer": """\
class TransformerDecoderLayer(nn.TransformerDecoderLayer):
    def __init__(self, d_model, nhead, is_causal=False, **settings):
        super().__init__(d_model, nhead, batch_first=True, **settings)
        self.is_causal = is_causal

    def forward(self, x, memory):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        return super().forward(x, memory, tgt_mask=later if self.is_causal else None)
""",
}
