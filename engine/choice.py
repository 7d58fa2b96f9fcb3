"""A choice a person makes: a frozen dataclass that checks its own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.problem import BadExperiment, Problem
from engine.range import Length, Noted, Range

Limit = TypeVar("Limit", Range, Length, Noted)


@cache
def ranges(choice: type) -> dict[str, Range]:
    """The declared limits of a dataclass, by field name (a tuple's limit holds for each of its members)."""
    return dict(_declared(choice, Range))


@cache
def lengths(choice: type) -> dict[str, Length]:
    """The declared lengths of its tuples that may be of several lengths, by field name."""
    return dict(_declared(choice, Length))


@cache
def noted(choice: type) -> dict[str, Noted]:
    """The values of a dataclass that deserve a word, by field name."""
    return dict(_declared(choice, Noted))


@cache
def optional(choice: type) -> frozenset[str]:
    """The fields that may be left empty: those that admit None."""
    hints = get_type_hints(choice)
    return frozenset(f.name for f in fields(choice) if NoneType in get_args(hints[f.name]))


def _declared(choice: type, kind: type[Limit]) -> Iterator[tuple[str, Limit]]:
    hints = get_type_hints(choice, include_extras=True)
    return ((f.name, limit) for f in fields(choice) for limit in _limits(hints[f.name], kind))


def _limits(hint: Any, kind: type[Limit]) -> Iterator[Limit]:
    if get_origin(hint) is Annotated:
        yield from (m for m in hint.__metadata__ if isinstance(m, kind))
    if get_origin(hint) in (Annotated, tuple, Union, UnionType):
        yield from _limits(get_args(hint)[0], kind)


class Choice:
    """Base of every choice: refuses numbers outside the limits its fields declare."""

    # For a validator that reads it: take nothing that is not asked for, convert nothing, admit no NaN.
    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True, "allow_inf_nan": False}

    def __post_init__(self) -> None:
        kind: type = type(self)
        problems = [*_of_wrong_length(self, kind), *_out_of_range(self, kind)]
        if problems:
            raise BadExperiment(problems)


def _of_wrong_length(choice: Choice, kind: type) -> Iterator[Problem]:
    for name, length in lengths(kind).items():
        count = len(getattr(choice, name))
        if not length.low <= count <= length.high:
            expected = f"{length.low} to {length.high} numbers"
            yield Problem(name, "type", expected, str(count), {"expected": expected, "came": str(count)})


def _out_of_range(choice: Choice, kind: type) -> Iterator[Problem]:
    for name, limit in ranges(kind).items():
        value = getattr(choice, name)
        if value is None and name in optional(kind):
            continue
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, bool) or not isinstance(number, int | float) or not limit.admits(number):
                yield out_of_range(name, limit, number)


def out_of_range(where: str, limit: Range, came: object) -> Problem:
    """The problem of a number that its field does not admit."""
    lower = f"above {limit.low:g}" if limit.above else f"from {limit.low:g}"
    values: dict[str, str | int | float] = {"low": limit.low, "high": limit.high, "came": str(came)}
    code = "range_above" if limit.above else "range"
    return Problem(where, code, f"a number {lower} to {limit.high:g}", str(came), values)


def settings(choice: Any) -> dict[str, Any]:
    """A choice as plain data, nested choices included: what JSON would say."""
    if is_dataclass(choice):
        return {f.name: settings(getattr(choice, f.name)) for f in fields(choice)}
    if isinstance(choice, tuple | list):
        return [settings(item) for item in choice]  # type: ignore[return-value]
    return choice  # type: ignore[no-any-return]
