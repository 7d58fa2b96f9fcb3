"""Long lines of code, broken where a person would break them."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

LONGEST = 110  # signs of a line


def broken(line: str) -> list[str]:
    """A statement; if it is long, what stands in its longest brackets has lines of its own."""
    if len(line) <= LONGEST:
        return [line]
    start, end = max(brackets(line), key=lambda each: each[1] - each[0])
    inner = wrap(line[start:end], LONGEST, break_long_words=False, break_on_hyphens=False)
    return [line[:start], *(f"    {each}" for each in inner), line[end:]]


def listed(name: str, values: tuple[str, ...]) -> list[str]:
    """An item of a dict, a list of expressions."""
    line = f'"{name}": [{", ".join(values)}],'
    if len(line) <= LONGEST:
        return [line]
    return [f'"{name}": [', *(f"    {value}," for value in values), "],"]


def brackets(line: str) -> Iterator[tuple[int, int]]:
    """Where the insides of its outermost brackets begin and end."""
    depth = start = 0
    for place, sign in enumerate(line):
        if sign in "([":
            depth += 1
            start = place + 1 if depth == 1 else start
        elif sign in ")]":
            depth -= 1
            if depth == 0:
                yield start, place
