"""What RNN, GRU and LSTM have in common: layers upon layers that read a sequence, in one direction or in both.

Such a network is made of parts, one for each layer and direction, whose parameters have PyTorch's names:
weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight_ih_l0_reverse, …
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from engine.initializers import AnyInitializer, Default
from engine.layer import Composite, Layer, Part
from engine.operations.dropout import Dropout, Share
from engine.operations.join import Concat
from engine.range import Range
from engine.tensor import Shape


@dataclass(frozen=True)
class Recurrent(Composite):
    """(I, T) → (H, T), or (2H, T) in both directions; the state begins at 0.

    dropout   of what one layer gives to the next; so of a single layer nothing
    truncate  after so many steps the gradient through the state is cut, as by `state.detach()` between two pieces of
              a sequence (truncated backpropagation through time, Williams and Peng 1990); 0 is never
    returns   which of PyTorch's two answers: "output" is the state after every step, "h_n" the state in which each
              direction of the last layer ends, (H,) or (2H,); backward reading ends at the first step
    """

    hidden_size: Annotated[int, Range(1, 4096)] = 32
    num_layers: Annotated[int, Range(1, 16)] = 1
    bias: bool = True
    dropout: Share = 0.0
    bidirectional: bool = False
    truncate: Annotated[int, Range(0, 65536)] = 0
    returns: Literal["output", "h_n"] = "output"
    weight_ih_init: AnyInitializer = field(default_factory=Default)
    weight_hh_init: AnyInitializer = field(default_factory=Default)
    bias_init: AnyInitializer = field(default_factory=Default)

    group: ClassVar = "recurrent"

    def direction(self, level: int, reverse: bool, whole: bool) -> Layer:
        """One layer in one direction; `whole`, if it answers with all its states."""
        raise NotImplementedError

    def parts(self, *shapes: Shape) -> list[Part]:
        parts: list[Part] = []
        below = -1
        for level in range(self.num_layers):
            last = level == self.num_layers - 1
            whole = self.returns == "output" or not last
            ways = (False, True) if self.bidirectional else (False,)
            parts += [Part("", self.direction(level, reverse, whole), (below,)) for reverse in ways]
            if self.bidirectional:
                parts.append(Part("", Concat(), (len(parts) - 2, len(parts) - 1)))
            if self.dropout and not last:
                parts.append(Part("", Dropout(p=self.dropout), (len(parts) - 1,)))
            below = len(parts) - 1
        return parts
