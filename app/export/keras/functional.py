"""A network as lines of Keras's functional interface."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from keyword import iskeyword

from app.dialects.keras_training import OPTIMIZERS
from app.export import scope
from app.export.keras.broken import broken
from app.export.keras.kinds import WHOLE, steps
from app.export.keras.losses import NLL, SMOOTHED
from app.export.keras.piece import NotInKeras, Piece, Steps
from app.export.keras.template import FUNCTIONS, TEMPLATE
from app.export.scope import Member
from engine.layer import Composite
from engine.layers.batch_norm import BatchNorm1d
from engine.problem import Problem

# Every word of a script that is not the network's: a layer may be called as the script calls something else.
TEXTS = (TEMPLATE, *FUNCTIONS.values(), NLL, SMOOTHED, *(term.name for term in OPTIMIZERS))
RESERVED = frozenset({"h", *dir(builtins), *re.findall(r"[A-Za-z_]\w*", "\n".join(TEXTS))})

SWAP = "layers.Permute((2, 1))"


class Functional:
    """The lines that make a network's output of x; what layers made of layers do stands among them.

    `pieces` are the Keras layers with weights, each once, and `frozen` the names of those that are not trained;
    `output` is the variable of the last value. `problems` is what Keras cannot be told; where there is any, the rest is
    not to be used. With `tokens`, x is whole numbers without an axis of features.
    """

    def __init__(self, members: Sequence[Member], *, tokens: bool) -> None:
        self.lines: list[str] = []
        self.pieces: list[Piece] = []
        self.frozen: list[str] = []
        self.problems: list[Problem] = []
        self._tokens = tokens
        self._members = members
        self._heads = {m.name: _head(m) for m in members}
        self._names: dict[str, str] = {}  # of Keras's layers, by path
        self._variables = set(RESERVED)
        self._shared: dict[str, str] = {}  # the variable of a layer that is called more than once, by its name
        self._again = {members[m.owner].name for place, m in enumerate(members) if m.owner != place}
        self._index = 0  # of the member of the network that is being written
        self.output = self._scope(members, ["x"], "", "")

    def _scope(self, members: Sequence[Member], inputs: Sequence[str], path: str, owner: str) -> str:
        """Write its members; the text of its last value. `owner` begins the names of the parameters they use."""
        made: list[str] = []
        for place, member in enumerate(members):
            if not path:
                self._index = place
            here, theirs = _joined(path, member.name), _joined(owner, members[member.owner].name)
            reads = [made[read] if read >= 0 else inputs[-1 - read] for read in member.reads]
            passing = [at for at, each in enumerate(members) if place in each.reads] in ([place + 1], [])
            variable = "h" if passing else self._variable(self._identifier(here))
            made.append(self._member(member, reads, (here, theirs), variable))
        return made[-1]

    def _member(self, member: Member, reads: Sequence[str], paths: tuple[str, str], variable: str) -> str:
        """Write a layer that is called by the first path and uses the parameters of the second."""
        path, owner = paths
        if isinstance(member.layer, Composite) and member.layer.kind not in WHOLE:
            parts = scope.inside(member)
            made = self._scope(parts, self._kept(parts, reads, path), path, owner)
            return made if variable == "h" else self._line(variable, made)
        if member.layer.kind == "Embedding" and not (self._tokens and reads == ["x"]):
            last = member.layer.num_embeddings - 1
            reads = [self._line(variable, f'ops.clip(ops.cast({reads[0]}[..., 0], "int32"), 0, {last})')]
        try:
            written = steps(member, self._name(owner), owner)
            self._freeze(member, written)
        except NotInKeras as error:
            self.problems.append(error.problem(f"network.layers.{self._index}", str(member.layer.kind)))
            return variable
        for step in written:
            text = step.format(*reads) if isinstance(step, str) else self._called(step, owner, reads)
            reads = [self._line(variable, text)]
        return variable

    def _freeze(self, member: Member, written: Steps) -> None:
        """Of a layer that is not trained. Keras's frozen batch norm uses its running statistics."""
        if not self._members[self._index].layer.frozen:
            return
        if isinstance(member.layer, BatchNorm1d):
            raise NotInKeras("false: Keras would use the running statistics", "true", "frozen")
        self.frozen += [step.name for step in written if isinstance(step, Piece)]

    def _kept(self, parts: Sequence[Member], reads: Sequence[str], path: str) -> list[str]:
        """What comes into a layer made of layers; a value has a name where others than its first part read it."""
        found = []
        for number, text in enumerate(reads):
            readers = [place for place, part in enumerate(parts) if -1 - number in part.reads]
            if text == "h" and readers != [0]:
                text = self._line(self._variable(f"{self._identifier(path)}_in"), text)
            found.append(text)
        return found

    def _called(self, piece: Piece, owner: str, reads: Sequence[str]) -> str:
        """A layer that is called again is made in a line of its own."""
        called = self._shared.get(piece.name)
        if called is None:
            self.pieces.append(piece)
            called = piece.made()
            if owner.split(".")[0] in self._again:
                called = self._shared[piece.name] = self._line(self._variable(f"{piece.name}_layer"), called)
        return f"{called}({piece.inputs.format(*reads)})"

    def _line(self, variable: str, text: str) -> str:
        """A line, but for a swap of the two axes that the line before has swapped."""
        if text == f"{SWAP}(h)" and self.lines and self.lines[-1].startswith(f"h = {SWAP}("):
            text = self.lines.pop().removeprefix(f"h = {SWAP}(").removesuffix(")")
        if text != variable:
            self.lines += broken(f"{variable} = {text}")
        return variable

    def _name(self, path: str) -> str:
        """Of the Keras layers that a layer becomes."""
        if path not in self._names:
            name = self._identifier(path)
            while name in self._names.values():
                name += "_"
            self._names[path] = name
        return self._names[path]

    def _variable(self, name: str) -> str:
        """A name that is not taken yet."""
        while name in self._variables or iskeyword(name):
            name += "_"
        self._variables.add(name)
        return name

    def _identifier(self, path: str) -> str:
        head, *rest = path.split(".")
        return "_".join([self._heads[head], *rest])


def _head(member: Member) -> str:
    """What a layer of the network is called: if nobody named it, by its kind and its place."""
    if member.name.isdecimal():
        return f"{member.layer.kind.lower()}_{member.name}"
    return member.name if member.name[0].isalpha() else f"layer{member.name}"


def _joined(*names: str) -> str:
    return ".".join(filter(None, names))
