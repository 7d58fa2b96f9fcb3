"""Which layer reads which: the names in a list of layers, resolved.

A layer reads layers before it, so a list that can be wired has no cycle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.layer import Layer
from engine.problem import BadExperiment, Problem

INPUT = "input"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True)
class Wire:
    """A layer's name, the places of the layers it reads (−1: the network's input) and whose parameters it uses."""

    name: str
    sources: tuple[int, ...]
    owner: int


def wired(layers: Sequence[Layer]) -> list[Wire]:
    """One wire a layer; BadExperiment with every name that cannot be resolved."""
    names = [layer.name or str(index) for index, layer in enumerate(layers)]
    places = {INPUT: -1} | {name: index for index, name in reversed(list(enumerate(names)))}
    found = [*_named(layers, places), *_read(layers, places)]
    if found:
        raise BadExperiment(found)
    wires = []
    for index, layer in enumerate(layers):
        sources = tuple(places[name] for name in layer.inputs) or (index - 1,)
        wires.append(Wire(names[index], sources, places[layer.shares] if layer.shares else index))
    unread = set(range(len(layers) - 1)) - {source for wire in wires for source in wire.sources}
    if unread:
        raise BadExperiment([_unread(index, names[index]) for index in sorted(unread)])
    return wires


def _named(layers: Sequence[Layer], places: dict[str, int]) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        where = f"network.layers.{index}.name"
        if not layer.name:
            continue
        if not NAME.fullmatch(layer.name) or layer.name == INPUT:
            expected = f"a letter, then letters, digits and _, at most 40, and not {INPUT!r}"
            yield Problem(where, "name", expected, layer.name[:60], {"came": layer.name[:60]})
        elif places[layer.name] != index:
            yield Problem(where, "name_taken", "a name of its own", layer.name, {"came": layer.name})


def _read(layers: Sequence[Layer], places: dict[str, int]) -> Iterator[Problem]:
    """Names that stand for nothing, for the layer itself or for one further on; and the count of the inputs."""
    for index, layer in enumerate(layers):
        for field, names in (("inputs", layer.inputs), ("shares", (layer.shares,) if layer.shares else ())):
            for number, name in enumerate(names):
                place, came = places.get(name), {"came": name[:60]}
                where = f"network.layers.{index}.{field}" + (f".{number}" if field == "inputs" else "")
                if place is None or (field == "shares" and place < 0):
                    yield Problem(where, "no_such_layer", "the name of a layer before it", name[:60], came)
                elif place >= index:
                    yield Problem(where, "not_before", "a layer before it, so that nothing goes round", name, came)
                elif field == "shares" and layers[place].kind != layer.kind:
                    kind = str(layer.kind)
                    yield Problem(where, "shares_kind", f"another {kind}", name, {"kind": kind, "came": name})
        if layer.shares and layer.frozen:
            expected = "false: the layer whose parameters it shares says whether they are frozen"
            where = f"network.layers.{index}.frozen"
            yield Problem(where, "frozen_shared", expected, "true", {"came": layer.shares[:60]})
        low, high = layer.reads
        count = len(layer.inputs) or 1
        if not low <= count <= high:
            wanted = f"{low} inputs" if low == high else f"{low} to {high} inputs"
            where = f"network.layers.{index}.inputs"
            yield Problem(where, "input_count", wanted, str(count), {"low": low, "high": high, "came": str(count)})


def _unread(index: int, name: str) -> Problem:
    expected = "a layer that a later one reads; only the last is the network's output"
    return Problem(f"network.layers.{index}", "unread", expected, f"{name}, which nothing reads", {"came": name})
