"""What everything that can be chosen is called in PyTorch and in Keras, and which defaults are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any

from app.catalogue import members
from app.dialects import keras_layers, keras_training
from app.dialects.term import Argument, Term
from app.export.pytorch.modules import ADDED, NAMES, WHOLE
from app.export.pytorch.optimizers import CLASSES
from app.export.pytorch.own import CLASSES as OWN
from engine.choice import settings
from engine.initializers import AnyInitializer
from engine.layer import Composite
from engine.layers.any_layer import AnyLayer
from engine.operations.losses import AnyLoss
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.tagged import kinds

# Where a kind is found, and what is nowhere.
PYTORCH = {"layers": "nn.{}", "losses": "nn.{}", "optimizers": "torch.optim.{}", "initializers": "nn.init.{}_"}
UNIONS = {"layers": AnyLayer, "losses": AnyLoss, "optimizers": AnyOptimizer, "initializers": AnyInitializer}
LACKING = {"default": "dialect.default", "lsuv": "dialect.none"}
JOINED = ("join", "shape")  # groups of layers that PyTorch has as expressions; but these are modules
MODULES = ("Flatten", "Unflatten")


@dataclass(frozen=True)
class Said:
    """One of our settings in a dialect, "" where either has none.

    Our default, as it is said there, and its own, null where there is none; `differs` where that is another. `why` is a
    key of the catalogues of words: what comes of the difference, or of there being no such argument.
    """

    ours: str
    name: str
    our_default: Any
    default: Any
    differs: bool
    why: str


@dataclass(frozen=True)
class Word:
    """One of our kinds in a dialect: "" where it has none. `why`, a key as well, is what else is otherwise."""

    name: str
    arguments: tuple[Said, ...]
    why: str


Dialect = dict[str, Word]  # by our kind


@cache
def dialects() -> dict[str, Dialect]:
    return {"pytorch": _spoken(_pytorch), "keras": _spoken(_keras)}


def choices() -> Iterator[tuple[str, str, Any]]:
    """Everything with a kind: layers, losses, optimizers or initializers, the kind, and its class."""
    for part, union in UNIONS.items():
        for each in members(union):
            yield from ((part, kind, each) for kind in kinds(each))


def default(choice: type, setting: str) -> Any:
    """Of one of our settings, as JSON says it; of "betas.0", of its first number. None where we have no such one."""
    name, *place = setting.split(".")
    for field in fields(choice):
        if field.name == name:
            made = field.default if field.default_factory is MISSING else field.default_factory()
            value: Any = settings(made)
            return value[int(place[0])] if place else value
    return None


def _spoken(term_of: Any) -> Dialect:
    return {kind: _word(each, term_of(part, kind, each)) for part, kind, each in choices()}


def _word(choice: type, term: Term) -> Word:
    return Word(term.name, tuple(_said(choice, argument) for argument in term.arguments), term.why)


def _said(choice: type, argument: Argument) -> Said:
    value = argument.said(default(choice, argument.ours))
    return Said(argument.ours, argument.name, value, argument.default, argument.differs(value), argument.why)


def _keras(part: str, kind: str, each: Any) -> Term:
    tables = {
        "layers": keras_layers.LAYERS,
        "losses": keras_training.LOSSES,
        "optimizers": keras_training.OPTIMIZERS,
        "initializers": keras_training.INITIALIZERS,
    }
    term = next((term for term in tables[part] if term.kind == kind), Term(kind, "", why="dialect.none"))
    placed = term.name if "." in term.name or not term.name else f"{part}.{term.name}"
    return Term(kind, placed, term.arguments, term.why)


def _pytorch(part: str, kind: str, each: Any) -> Term:
    """Ours, but for what PyTorch has no name for, and what it has to be told."""
    told = tuple(Argument("", name, not value, "dialect.batch_first") for name, value in ADDED.get(kind, {}).items())
    if kind in LACKING:
        return Term(kind, "", why=LACKING[kind])
    if kind in (*OWN, *CLASSES) or (part == "layers" and _assembled(kind, each)):
        return Term(kind, "", told, "dialect.written")
    return Term(kind, PYTORCH[part].format(NAMES.get(kind, kind)), told)


def _assembled(kind: str, layer: Any) -> bool:
    """Is it an expression there, or made of several modules?"""
    return (issubclass(layer, Composite) and kind not in WHOLE) or (layer.group in JOINED and kind not in MODULES)
