"""A small GPT: which token comes next, at each place of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.gpt_limit import gpt_limit
from benchmarks.limit import Limit
from benchmarks.workload import Workload, normal
from engine.experiment import AnyLayer
from engine.layers.attention import MultiheadAttention
from engine.layers.embedding import Embedding
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding
from engine.operations.elementwise import GELU
from engine.operations.join import Add


@dataclass(frozen=True, kw_only=True)
class Gpt(Workload):
    """GPT-2 in small: norms come first, GELU is its tanh form, and the head has no bias.

    x is (batch, 1, time), the tokens' numbers; y is (batch, time). Of block 0 the layers are norm_a0, attention0,
    norm_b0, up0 and down0.
    """

    heads: int
    blocks: int

    @property
    def tokens(self) -> int:
        return len(self.parameters["wte.weight"])

    @property
    def features(self) -> int:
        return int(self.parameters["wte.weight"].shape[1])

    @property
    def places(self) -> int:
        return int(self.x.shape[2])

    @property
    def columns(self) -> int:
        """Of what lies feature by feature."""
        return self.batch * self.places

    def layers(self) -> list[AnyLayer]:
        tokens, size, places = self.tokens, self.features, self.places
        made: list[AnyLayer] = [
            Embedding(name="wte", num_embeddings=tokens, embedding_dim=size),
            PositionalEmbedding(name="wpe", max_len=places),
        ]
        around = "wpe"
        for i in range(self.blocks):
            made += [
                LayerNorm(name=f"norm_a{i}"),
                MultiheadAttention(name=f"attention{i}", num_heads=self.heads, is_causal=True),
                Add(name=f"read{i}", inputs=(around, f"attention{i}")),
                LayerNorm(name=f"norm_b{i}"),
                Linear(name=f"up{i}", out_features=4 * size),
                GELU(approximate="tanh"),
                Linear(name=f"down{i}", out_features=size),
                Add(name=f"thought{i}", inputs=(f"read{i}", f"down{i}")),
            ]
            around = f"thought{i}"
        return [*made, LayerNorm(name="norm"), Linear(name="head", out_features=tokens, bias=False)]

    def module(self, torch: Any) -> Any:
        """As nanoGPT has it, with PyTorch's fused attention."""
        nn: Any = torch.nn
        work, tokens, size, places = self, self.tokens, self.features, self.places

        class Attention(nn.MultiheadAttention):  # type: ignore[misc]
            def forward(self, x: Any) -> Any:
                stacked = nn.functional.linear(x, self.in_proj_weight, self.in_proj_bias)
                parts = stacked.unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
                made = nn.functional.scaled_dot_product_attention(*parts, is_causal=True)
                return self.out_proj(made.transpose(1, 2).flatten(2))

        class Model(nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.wte, self.wpe = nn.Embedding(tokens, size), nn.Embedding(places, size)
                for i in range(work.blocks):
                    setattr(self, f"norm_a{i}", nn.LayerNorm(size))
                    setattr(self, f"attention{i}", Attention(size, work.heads))
                    setattr(self, f"norm_b{i}", nn.LayerNorm(size))
                    setattr(self, f"up{i}", nn.Linear(size, 4 * size))
                    setattr(self, f"down{i}", nn.Linear(4 * size, size))
                self.norm, self.head = nn.LayerNorm(size), nn.Linear(size, tokens, bias=False)

            def forward(self, x: Any) -> Any:
                layers = self._modules
                x = self.wte(x[:, 0].long()) + self.wpe.weight
                for i in range(work.blocks):
                    x = x + layers[f"attention{i}"](layers[f"norm_a{i}"](x))
                    wide = nn.functional.gelu(layers[f"up{i}"](layers[f"norm_b{i}"](x)), approximate="tanh")
                    x = x + layers[f"down{i}"](wide)
                return self.head(self.norm(x)).transpose(1, 2)

        return Model()

    def limit(self) -> Limit:
        return gpt_limit(self)


def w6() -> Gpt:
    """64 tokens, 64 features, 64 places, two blocks of four heads: mostly products."""
    rng, tokens, size, places, blocks, batch = np.random.default_rng(0), 64, 64, 64, 2, 8
    parameters = {"wte.weight": normal(rng, tokens, size, std=0.3), "wpe.weight": normal(rng, places, size, std=0.1)}

    def norm(name: str) -> None:
        parameters[f"{name}.weight"] = (1 + rng.standard_normal(size) * 0.1).astype(np.float32)
        parameters[f"{name}.bias"] = normal(rng, size, std=0.1)

    def linear(weight: str, bias: str, outputs: int, inputs: int) -> None:
        parameters[weight] = normal(rng, outputs, inputs, std=1 / np.sqrt(inputs))
        parameters[bias] = normal(rng, outputs, std=0.1)

    for i in range(blocks):
        norm(f"norm_a{i}")
        linear(f"attention{i}.in_proj_weight", f"attention{i}.in_proj_bias", 3 * size, size)
        linear(f"attention{i}.out_proj.weight", f"attention{i}.out_proj.bias", size, size)
        norm(f"norm_b{i}")
        linear(f"up{i}.weight", f"up{i}.bias", 4 * size, size)
        linear(f"down{i}.weight", f"down{i}.bias", size, 4 * size)
    norm("norm")
    parameters["head.weight"] = normal(rng, tokens, size, std=1 / np.sqrt(size))
    text = rng.integers(0, tokens, (batch, places + 1))
    return Gpt(
        name="W6",
        heads=4,
        blocks=blocks,
        loss="cross_entropy",
        optimizer="adamw",
        lr=1e-3,
        parameters=parameters,
        x=np.ascontiguousarray(text[:, None, :-1], np.float32),
        y=np.ascontiguousarray(text[:, 1:]),
    )


WORKLOADS = (w6,)
