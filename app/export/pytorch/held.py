"""The modules that a network or a class holds as attributes, and where in the script its parameters are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.export import scope
from app.export.layout import Layout
from app.export.pytorch.expressions import EXPRESSIONS
from app.export.scope import Member


@dataclass(frozen=True)
class Leaf:
    """A layer with what its parameters' names begin with: in the engine, and in the script's state_dict."""

    ours: str
    theirs: str
    member: Member
    part: bool = False  # of a layer that torch.nn has whole, and draws by itself

    @property
    def parts(self) -> list[str]:
        """What its parameters' names end with."""
        return [part for block in self.member.layer.blocks(*self.member.shapes) for part in block.parts]

    def within(self, ours: str, theirs: str) -> Leaf:
        return Leaf(_path(ours, self.ours), _path(theirs, self.theirs), self.member, self.part)


@dataclass(frozen=True)
class Written:
    """A network or a class: the text that makes one, how what goes in and comes out lies, and the layers in it.

    A layer tied to another's parameters is among them too, after the other and under the same name of ours.
    """

    text: str
    inputs: tuple[Layout, ...]
    output: Layout
    called: Mapping[str, str]  # the layers that are its attributes: by our name, theirs
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Held:
    members: Sequence[Member]
    names: Sequence[str]  # of each member's module
    texts: Sequence[str]  # what makes it
    classes: Mapping[int, Written]  # the members that are classes of the script, by place

    @cached_property
    def called(self) -> list[int]:
        """The place of the module that each member calls.

        A layer that shares another's parameters and is the same module calls it again.
        """
        pairs = enumerate(self.members)
        return [m.owner if self.texts[m.owner] == self.texts[place] else place for place, m in pairs]

    @property
    def modules(self) -> list[int]:
        """The places of the members that are attributes."""
        return [
            place
            for place, member in enumerate(self.members)
            if self.called[place] == place and member.layer.kind not in EXPRESSIONS
        ]

    @property
    def by_name(self) -> dict[str, str]:
        """What each attribute is called, by our name of its layer."""
        return {self.members[place].name: self.names[place] for place in self.modules}

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(
            leaf.within(self.members[self.members[place].owner].name, self.names[place])
            for place in self.modules
            for leaf in (self.classes[place].leaves if place in self.classes else _leaves(self.members[place]))
        )

    def ties(self) -> Iterator[str]:
        """A line for each parameter that two modules have in common."""
        first: dict[str, str] = {}
        for leaf in self.leaves:
            for part in leaf.parts:
                theirs = f"{leaf.theirs}.{part}"
                other = first.setdefault(f"{leaf.ours}.{part}", theirs)
                if other != theirs:
                    yield f"self.{theirs} = self.{other}"


def _leaves(member: Member) -> Iterator[Leaf]:
    """The layer itself or, of one that torch.nn has whole, its parts, which both call by the same names."""
    for path, leaf in scope.leaves(member, ""):
        yield Leaf(path, path, leaf, leaf is not member)


def _path(*names: str) -> str:
    return ".".join(filter(None, names))
