"""A network as a module: nn.Sequential while it is a chain of modules, else a class with a forward().

A layer made of layers becomes a class of its own, unless torch.nn has it; so does one that torch.nn has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from textwrap import indent

from app.export import scope
from app.export.layout import Layout
from app.export.pytorch.forward import Forward
from app.export.pytorch.held import Held, Written
from app.export.pytorch.modules import composed, module
from app.export.pytorch.names import attributes
from app.export.pytorch.own import own
from app.export.scope import Member, vocabulary
from engine.tensor import Shape

CLASS = """\
class {name}(nn.Module):
    def __init__(self):
        super().__init__()
{modules}

    def forward(self, {arguments}):
{lines}
"""


class Classes:
    """Writes networks, and the classes that this takes: their texts, by name, each once."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._names: dict[str, str] = {}  # by the rest of the text
        self._count = Counter[str]()

    def network(self, members: Sequence[Member], shape: Shape) -> Written:
        # A picture comes as (channels, height, width) everywhere; else what comes lies as its first layers want it.
        layouts: list[Layout] = ["first", "last"] if len(shape) == 2 else ["first"]
        if vocabulary(members):
            layouts = ["tokens"]
        names = attributes(members)
        forward = self._forward(members, names, [shape], layouts)
        if not forward.chained:
            return self._defined("Network", forward)
        return _chain(members, names, forward)

    def _composed(self, member: Member) -> Written:
        members = scope.inside(member)
        names = attributes(members)
        forward = self._forward(members, names, member.shapes, ["first", "last"])
        if forward.chained and _numbered(members):
            return _chain(members, names, forward)
        return self._defined(member.layer.kind, forward)

    def _forward(
        self, members: Sequence[Member], names: Sequence[str], shapes: Sequence[Shape], layouts: Sequence[Layout]
    ) -> Forward:
        """The forward() with the fewest moves, of those whose inputs lie in some of these layouts."""
        classes = {place: self._composed(each) for place, each in enumerate(members) if composed(each.layer)}
        self.texts |= filter(None, (own(member.layer) for member in members))
        texts = [classes[place].text if place in classes else module(each) for place, each in enumerate(members)]
        held = Held(members, names, texts, classes)
        every = (Forward(held, shapes, chosen) for chosen in product(layouts, repeat=len(shapes)))
        return min(every, key=lambda forward: forward.moves)

    def _defined(self, kind: str, forward: Forward) -> Written:
        """A class with this forward(), defined where there is none yet."""
        held = forward.held
        modules = [f"self.{held.names[place]} = {held.texts[place]}" for place in held.modules] + list(held.ties())
        parts = {"modules": modules, "lines": forward.lines}
        body = {key: indent("\n".join(lines), " " * 8) for key, lines in parts.items()}
        text = CLASS.format(name="{name}", arguments=forward.arguments, **body)
        if text not in self._names:
            self._count[kind] += 1
            count = self._count[kind]
            self._names[text] = f"{kind}{count}" if count > 1 else kind
        name = self._names[text]
        self.texts[name] = text.replace("{name}", name, 1)
        return Written(f"{name}()", forward.inputs, forward.output, held.by_name, held.leaves)


def _chain(members: Sequence[Member], names: Sequence[str], forward: Forward) -> Written:
    """An nn.Sequential of them."""
    texts = forward.held.texts
    if _numbered(members):
        names = [member.name for member in members]  # what nn.Sequential calls them itself
        lines, opening, closing = texts, "nn.Sequential(", ")"
    else:
        pairs = zip(names, texts, strict=True)
        lines, opening, closing = [f"{name}={text}" for name, text in pairs], "nn.Sequential(OrderedDict(", "))"
    held = Held(members, names, texts, forward.held.classes)
    text = "\n".join([opening, *(indent(f"{line},", " " * 4) for line in lines), closing])
    return Written(text, forward.inputs, forward.output, held.by_name, held.leaves)


def _numbered(members: Sequence[Member]) -> bool:
    return all(member.name.isdecimal() for member in members)
