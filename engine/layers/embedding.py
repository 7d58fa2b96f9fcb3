"""From a token's number to a vector: a table with one learned row for each token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.clip import clip
from engine.initializers import AnyInitializer, Normal
from engine.layer import Layer
from engine.notation import Notation
from engine.parameters import Block
from engine.problem import BadShape
from engine.program import Node, Program
from engine.range import Range
from engine.tensor import Array, Shape, Tensor, columns


@dataclass(frozen=True)
class Embedding(Layer):
    """PyTorch's nn.Embedding: token numbers (1, batch, *positions) become vectors (embedding_dim, batch, *positions).

    Tokens are held as floats, exact up to 2^24 in float32; a fraction is cut off. What the table has no row for is
    read from its first or last one, but a run whose data have more tokens than rows is refused before it starts.
    A token is a name and not a quantity: no gradient goes to the input, whose own stays 0.

    The block is (embedding_dim, num_embeddings), features first as everything else; `weight` is its transpose. Its
    gradient is the product with the tokens as one-hot vectors, so a token that occurs twice gets the sum.
    """

    kind: Literal["Embedding"] = "Embedding"
    num_embeddings: Annotated[int, Range(1, 65_536)] = 64
    embedding_dim: Annotated[int, Range(1, 4096)] = 32
    weight_init: AnyInitializer = field(default_factory=Normal)

    group: ClassVar = "sequence"
    notation: ClassVar = Notation(
        "y_t = W_{x_t}",
        {"W": r"\frac{\partial L}{\partial W_v} = \sum_{t:\, x_t = v} \frac{\partial L}{\partial y_t}"},
    )

    def output(self, *shapes: Shape) -> Shape:
        if shapes[0][0] != 1:
            raise BadShape("one number at each position, the token", shapes[0])
        return (self.embedding_dim, *shapes[0][1:])

    def multiply_adds(self, *shapes: Shape) -> int:
        """Of the lookup as a product with one-hot vectors. Forward reads rows instead; backward does multiply."""
        return self.embedding_dim * self.num_embeddings * prod(shapes[0])

    def keeps(self, *shapes: Shape) -> int:
        """The one-hot vectors."""
        return self.num_embeddings * prod(shapes[0])

    def blocks(self, *shapes: Shape) -> tuple[Block, ...]:
        return (Block((self.embedding_dim, self.num_embeddings), {"weight": np.transpose}),)

    def initialize(self, rng: np.random.Generator, parts: Mapping[str, Array]) -> None:
        weight = parts["weight"]
        weight[...] = self.weight_init.draw(rng, weight.shape, (self.embedding_dim, self.num_embeddings))

    def forward(self, program: Program, node: Node) -> Tensor:
        (x,), (table,) = node.inputs, node.parameters
        y = program.tensor(self.embedding_dim, *x.positions)
        tokens = node.kept["tokens"] = program.empty(x.shape[1:], np.intp)
        last = np.array(self.num_embeddings - 1)
        program.call(np.copyto, tokens, x.data[0], "unsafe")
        program.call(clip, tokens, np.array(0), last, tokens)
        program.call(table.data.take, tokens.ravel(), 1, y.columns, "clip")
        return y

    def backward(self, program: Program, node: Node) -> None:
        (table,), tokens = node.parameters, node.kept["tokens"].ravel()
        if table.gradient is None:
            return
        assert node.output.gradient is not None
        delta = columns(node.output.gradient)
        onehot = program.empty((self.num_embeddings, tokens.size))
        place = np.zeros(tokens.size, np.intp)  # of each token's 1 in the flat one-hot matrix
        each, width = np.arange(tokens.size), np.array(tokens.size)
        program.call(onehot.ravel().put, place, program.constant(0))  # those of the pass before
        program.call(np.multiply, tokens, width, place)
        program.call(np.add, place, each, place)
        program.call(onehot.ravel().put, place, program.constant(1))
        program.into(table, lambda out: program.call(delta.dot, onehot.T, out))
