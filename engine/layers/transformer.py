"""Transformer blocks: attention, then a small network at each position, each with a norm and a way around it.

Vaswani et al. 2017 put the norm after the sum, x ← norm(x + f(x)); with `norm_first` it stands before f,
x ← x + f(norm(x)), and the way around is free of norms from end to end (Xiong et al. 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from engine.layer import Composite, Part
from engine.layers.attention import MultiheadAttention, check_heads
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.layers.normalization_base import Epsilon
from engine.notation import Notation
from engine.operations.dropout import Dropout, Share
from engine.operations.elementwise import GELU, ReLU
from engine.operations.join import Add
from engine.range import Range
from engine.tensor import Shape

X, MEMORY = -1, -2  # what a block reads
WAY_AROUND = (
    r"\frac{\partial L}{\partial x} = \delta + J_A^{\top} \delta, \; \delta = \frac{\partial L}{\partial (x + A(x))}"
)


class Parts(list[Part]):
    """The parts of a block; `put` answers the place of the part put there."""

    def put(self, name: str, layer: Any, *reads: int) -> int:
        self.append(Part(name, layer, reads))
        return len(self) - 1


@dataclass(frozen=True)
class TransformerBlock(Composite):
    """What both blocks of PyTorch have in common: its names, arguments and defaults, but batches come first.

    `is_causal` is PyTorch's mask of the block's own sequence: place t reads places 0 to t. PyTorch has no default for
    nhead.
    """

    nhead: Annotated[int, Range(1, 256)] = 4
    dim_feedforward: Annotated[int, Range(1, 4096)] = 2048
    dropout: Share = 0.1
    activation: Literal["relu", "gelu"] = "relu"
    layer_norm_eps: Epsilon = 1e-5
    norm_first: bool = False
    bias: bool = True
    is_causal: bool = False

    group: ClassVar = "attention"

    def parts(self, *shapes: Shape) -> Sequence[Part]:
        check_heads(self.nhead, "nhead", *shapes)
        made, around = Parts(), X
        for number, sublayer in enumerate(self.sublayers(shapes[0][0]), 1):
            around = self._with_way_around(made, around, number, sublayer)
        return made

    def sublayers(self, size: int) -> Sequence[Callable[[Parts, int], int]]:
        """Each puts its parts behind the part that it reads."""
        raise NotImplementedError

    def _with_way_around(self, made: Parts, x: int, number: int, sublayer: Callable[[Parts, int], int]) -> int:
        norm = LayerNorm(eps=self.layer_norm_eps, bias=self.bias)
        read = made.put(f"norm{number}", norm, x) if self.norm_first else x
        total = made.put("", Add(), x, self._dropped(made, sublayer(made, read), str(number)))
        return total if self.norm_first else made.put(f"norm{number}", norm, total)

    def _attention(self, made: Parts, name: str, *reads: int, is_causal: bool = False) -> int:
        attention = MultiheadAttention(num_heads=self.nhead, bias=self.bias, dropout=self.dropout, is_causal=is_causal)
        return made.put(name, attention, *reads)

    def _feedforward(self, made: Parts, x: int, size: int) -> int:
        wide = made.put("linear1", Linear(out_features=self.dim_feedforward, bias=self.bias), x)
        bent = made.put("activation", ReLU() if self.activation == "relu" else GELU(), wide)
        kept = self._dropped(made, bent, "")
        return made.put("linear2", Linear(out_features=size, bias=self.bias), kept)

    def _dropped(self, made: Parts, x: int, number: str) -> int:
        return made.put(f"dropout{number}", Dropout(p=self.dropout), x) if self.dropout else x


@dataclass(frozen=True)
class TransformerEncoderLayer(TransformerBlock):
    """PyTorch's nn.TransformerEncoderLayer; with `is_causal` and `norm_first`, the block of GPT-2."""

    kind: Literal["TransformerEncoderLayer"] = "TransformerEncoderLayer"

    notation: ClassVar = Notation(
        r"h = \mathrm{LN}(x + A(x)), \; y = \mathrm{LN}(h + F(h))",
        {"x": WAY_AROUND},
    )

    def sublayers(self, size: int) -> Sequence[Callable[[Parts, int], int]]:
        return (
            lambda made, x: self._attention(made, "self_attn", x, is_causal=self.is_causal),
            lambda made, x: self._feedforward(made, x, size),
        )


@dataclass(frozen=True)
class TransformerDecoderLayer(TransformerBlock):
    """PyTorch's nn.TransformerDecoderLayer: reads a target and a memory, which it attends to as well."""

    kind: Literal["TransformerDecoderLayer"] = "TransformerDecoderLayer"

    reads: ClassVar = (2, 2)
    notation: ClassVar = Notation(
        r"h = \mathrm{LN}(x + A(x)), \; g = \mathrm{LN}(h + A(h, m)), \; y = \mathrm{LN}(g + F(g))",
        {
            "x": WAY_AROUND,
            "m": r"\frac{\partial L}{\partial m} = J_A^{\top} \delta, \;"
            r" \delta = \frac{\partial L}{\partial (h + A(h, m))}",
        },
    )

    def sublayers(self, size: int) -> Sequence[Callable[[Parts, int], int]]:
        return (
            lambda made, x: self._attention(made, "self_attn", x, is_causal=self.is_causal),
            lambda made, x: self._attention(made, "multihead_attn", x, MEMORY),
            lambda made, x: self._feedforward(made, x, size),
        )
