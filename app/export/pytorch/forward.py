"""The lines of a forward(): each layer applied to what it reads, which is moved only where a module needs it."""

from __future__ import annotations

from collections.abc import Sequence

from app.export.layout import Layout
from app.export.pytorch.applied import APPLIED
from app.export.pytorch.expressions import EXPRESSIONS
from app.export.pytorch.held import Held
from app.export.pytorch.layout import Value, made, needed
from app.export.scope import Member
from engine.tensor import Shape

INPUTS = ("x", "memory")  # what goes into a forward()


class Forward:
    """The lines for inputs of these shapes that lie in these layouts.

    `moves` counts the values moved to another layout, `output` is the layout of what is returned.
    """

    def __init__(self, held: Held, shapes: Sequence[Shape], layouts: Sequence[Layout]) -> None:
        self.held, self.inputs = held, tuple(layouts)
        self.lines: list[str] = []
        self.moves = 0
        self.chained = True  # is each member a module that is given what the one before it makes, as in nn.Sequential?
        self._given = [Value(*each) for each in zip(INPUTS, shapes, layouts, strict=False)]
        self._made: list[Value] = []
        last = len(held.members) - 1
        for place, member in enumerate(held.members):
            before = (self._made or self._given)[-1].text
            text, layout = self._applied(place, member)
            self.chained &= text == f"self.{held.names[place]}({before})"
            name = "h" if self._passing(place) else held.names[place]
            self._made.append(Value(name, member.output, layout))
            self.lines.append(f"return {text}" if place == last else f"{name} = {text}")
        self.output = self._made[-1].layout

    @property
    def arguments(self) -> str:
        return ", ".join(value.text for value in self._given)

    def _passing(self, place: int) -> bool:
        """Is it read by the next member and by no other?"""
        return [at for at, member in enumerate(self.held.members) if place in member.reads] == [place + 1]

    def _applied(self, place: int, member: Member) -> tuple[str, Layout]:
        values = [self._made[read] if read >= 0 else self._given[-1 - read] for read in member.reads]
        if written := self.held.classes.get(place):
            return self._call(place, self._laid(values, written.inputs)), written.output
        layout = needed(member) or _theirs(values)
        texts, kind, written_as = self._laid(values, (layout,) * len(values)), member.layer.kind, made(layout)
        if kind in EXPRESSIONS:
            return EXPRESSIONS[kind](member, texts, layout), written_as
        if kind in APPLIED:
            return APPLIED[kind](member, self._module(place), texts), written_as
        return self._call(place, texts), written_as

    def _module(self, place: int) -> str:
        return f"self.{self.held.names[self.held.called[place]]}"

    def _call(self, place: int, texts: Sequence[str]) -> str:
        return f"{self._module(place)}({', '.join(texts)})"

    def _laid(self, values: Sequence[Value], layouts: Sequence[Layout]) -> list[str]:
        pairs = list(zip(values, layouts, strict=True))
        self.moves += sum(value.moves(layout) for value, layout in pairs)
        return [value.laid(layout) for value, layout in pairs]


def _theirs(values: Sequence[Value]) -> Layout:
    """The layout of the first of them for which it makes a difference."""
    return next((made(value.layout) for value in values if len(value.shape) > 1), "first")
