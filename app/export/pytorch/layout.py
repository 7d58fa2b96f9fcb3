"""The layout each module of PyTorch wants: convolutions features first, what reads a sequence features last."""

from __future__ import annotations

from dataclasses import dataclass

from app.export.layout import Layout
from app.export.scope import Member
from engine.tensor import Shape

TO_TOKENS = ".long()"  # how it ends when numbers become tokens

# What a group of layers reads and makes; the others take either and keep it.
GROUPS: dict[str, Layout] = {
    "dense": "last",
    "sequence": "last",
    "attention": "last",
    "recurrent": "last",
    "convolution": "first",
    "pooling": "first",
}
KINDS: dict[str, Layout | None] = {
    "Embedding": "tokens",
    "Flatten": "first",
    "Unflatten": "first",
    "BatchNorm1d": "first",
    "BatchNorm2d": "first",
    "GroupNorm": "first",
    "LayerNorm": "last",
    "RMSNorm": "last",
    "Softmax": "first",
    "LogSoftmax": "first",
    "PReLU": "first",
}


@dataclass(frozen=True)
class Value:
    """A value of a forward(): the text that stands for it, and how it lies."""

    text: str
    shape: Shape  # of one example, features first
    layout: Layout

    def laid(self, layout: Layout) -> str:
        """The text for it in this layout."""
        if not self.moves(layout):
            return self.text
        if layout == "tokens":
            return f"{self.text}.squeeze({1 if self.layout == 'first' else -1}){TO_TOKENS}"
        if self.layout == "tokens":
            return f"{self.text}.unsqueeze({1 if layout == 'first' else -1}).to(torch.get_default_dtype())"
        if len(self.shape) == 2:
            return f"{self.text}.transpose(1, 2)"
        return f"{self.text}.movedim({'1, -1' if layout == 'last' else '-1, 1'})"

    def moves(self, layout: Layout) -> bool:
        """Does it take a move? First and last are the same where there are no positions."""
        apart = len(self.shape) > 1 or "tokens" in (layout, self.layout)
        return apart and layout != self.layout


def made(layout: Layout) -> Layout:
    """How that lies which a layer makes of values in this layout."""
    return "last" if layout == "tokens" else layout


def needed(member: Member) -> Layout | None:
    """The layout that a layer insists on."""
    return KINDS.get(member.layer.kind, GROUPS.get(member.layer.group))
