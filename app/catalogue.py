"""All that a person may choose, with defaults and limits, read from the classes that do it.

The page draws its forms from this, so a new layer or optimizer appears there without a line of TypeScript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from latex2mathml.converter import convert

from app.documents import read_experiment
from engine.choice import lengths, noted, optional, ranges, settings
from engine.clipping import AnyClip
from engine.data.choices import Table
from engine.data.dataset import Dataset
from engine.experiment import AnyData, AnyLayer, Experiment, Seeds
from engine.feasible import Limits
from engine.initializers import AnyInitializer
from engine.layer import WIRING
from engine.layers.any_layer import LAYERS
from engine.operations.losses import AnyLoss
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.range import Noted
from engine.schedules import AnySchedule
from engine.tagged import kinds

CLAUSE = re.compile(r", *\\; *")  # what stands between two clauses of a formula
EXAMPLES = Path(__file__).parent / "examples"
PARTS = ("version", "name", "data", "network", "loss", "optimizer", "seeds")  # of an experiment; the rest are settings


@dataclass(frozen=True)
class Setting:
    """One field of a choice and how it may be set."""

    name: str
    type: Literal["integer", "number", "boolean", "option", "choice"]
    default: Any
    low: float | None = None
    high: float | None = None
    above: bool = False  # the lower limit itself is excluded
    options: tuple[str, ...] = ()
    length: int = 1  # a field of several numbers, such as betas; of so many at most
    shortest: int = 1  # and of so many at least
    optional: bool = False  # may be left empty
    noted: Noted | None = None  # a value of which the page says something, though it is allowed


@dataclass(frozen=True)
class Kind:
    kind: str
    settings: tuple[Setting, ...]


DataGroup = Literal["made", "real", "regression", "sequence"]


@dataclass(frozen=True)
class DataKind(Kind):
    """Data as they come with the defaults: where they stand in the menu, the shape of an example, and its target.

    `positions` says that there is a label at each of so many places.
    """

    group: DataGroup
    shape: tuple[int, ...]
    classes: int | None  # None where numbers are to be predicted
    outputs: int
    positions: tuple[int, ...]


@dataclass(frozen=True)
class LayerKind(Kind):
    """A layer, where it stands in the menu, and how many layers it reads at least and at most."""

    group: str
    reads: tuple[int, int]


@dataclass(frozen=True)
class Notes:
    """The notation of an operation as MathML: its value, and the gradient of each input by symbol."""

    value: str
    gradients: dict[str, str]


@dataclass(frozen=True)
class Catalogue:
    data: tuple[DataKind, ...]
    layers: tuple[LayerKind, ...]
    losses: tuple[Kind, ...]
    optimizers: tuple[Kind, ...]
    initializers: tuple[Kind, ...]
    schedules: tuple[Kind, ...]
    clips: tuple[Kind, ...]
    experiment: tuple[Setting, ...]
    seeds: tuple[Setting, ...]
    limits: dict[str, int]
    notation: dict[str, Notes]
    examples: tuple[Experiment, ...]  # complete: every field is there


@cache
def catalogue() -> Catalogue:
    plain = [f for f in _settings(Experiment) if f.name not in PARTS]
    return Catalogue(
        data=tuple(_data()),
        layers=tuple(_layers()),
        losses=_kinds(AnyLoss),
        optimizers=_kinds(AnyOptimizer),
        initializers=_kinds(AnyInitializer),
        schedules=_kinds(AnySchedule),
        clips=_kinds(AnyClip),
        experiment=tuple(plain),
        seeds=tuple(_settings(Seeds)),
        limits=settings(Limits()),
        notation=dict(_notation()),
        examples=tuple(read_experiment(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.json"))),
    )


def members(union: Any) -> tuple[Any, ...]:
    """The classes of an Annotated union."""
    return get_args(get_args(union)[0])


def _kinds(union: Any) -> tuple[Kind, ...]:
    return tuple(Kind(kind, tuple(_settings(member))) for member in members(union) for kind in kinds(member))


def _data() -> Iterator[DataKind]:
    for member in members(AnyData):
        for kind in kinds(member):
            data = member(kind=kind).load(0)
            yield DataKind(
                kind,
                tuple(_settings(member)),
                group=_group(member, data),
                shape=data.shape,
                classes=data.classes,
                outputs=data.outputs,
                positions=data.target_positions,
            )


def _group(member: type, data: Dataset) -> DataGroup:
    if member is Table:
        return "real"
    if len(data.shape) > 1:
        return "sequence"
    return "made" if data.classes else "regression"


def _layers() -> Iterator[LayerKind]:
    for layer, (kind,) in zip(LAYERS, map(kinds, LAYERS), strict=True):
        yield LayerKind(kind, tuple(_settings(layer)), layer.group, layer.reads)


def _settings(choice: type) -> Iterator[Setting]:
    hints, limits, several, words = get_type_hints(choice), ranges(choice), lengths(choice), noted(choice)
    for f in fields(choice):
        if f.name == "kind" or f.name in WIRING:  # how a layer is wired is not among its own settings
            continue
        limit = limits.get(f.name)
        kind, options = _type(hints[f.name])
        length = _count(hints[f.name])
        yield Setting(
            name=f.name,
            type=kind,
            default=settings(_default(f)),
            low=limit.low if limit else None,
            high=limit.high if limit else None,
            above=bool(limit and limit.above),
            options=options,
            length=several[f.name].high if f.name in several else length,
            shortest=several[f.name].low if f.name in several else length,
            optional=f.name in optional(choice),
            noted=words.get(f.name),
        )


def _default(f: Field[Any]) -> Any:
    return f.default if f.default is not MISSING else f.default_factory() if f.default_factory is not MISSING else None


def _count(hint: Any) -> int:
    """How many numbers a field holds, None aside."""
    if get_origin(hint) in (Union, UnionType):
        return _count(get_args(hint)[0])
    return len(get_args(hint)) if get_origin(hint) is tuple else 1


def _type(hint: Any) -> tuple[Any, tuple[str, ...]]:
    if get_origin(hint) is Literal:
        return "option", tuple(map(str, get_args(hint)))
    if get_origin(hint) in (tuple, Union, UnionType):  # of several numbers, or of a number and None
        return _type(get_args(hint)[0])
    return {bool: "boolean", int: "integer", float: "number"}.get(hint, "choice"), ()


def _notation() -> Iterator[tuple[str, Notes]]:
    for union in (AnyLayer, AnyLoss, AnyOptimizer):
        for member in members(union):
            notation = member.notation
            gradients = {symbol: _set(latex) for symbol, latex in notation.gradients.items()}
            yield member.__name__, Notes(_set(notation.value), gradients)


def _set(latex: str) -> str:
    """MathML of a formula, one <math> for each clause, so that a narrow page can begin a line with one."""
    *others, last = re.split(CLAUSE, latex)
    return "".join(convert(clause, display="block") for clause in (*(f"{clause}," for clause in others), last))
