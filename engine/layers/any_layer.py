"""Every layer that may be asked for, told apart by its kind.

A class is known once its module is imported, so every module of `operations` and `layers` is: a new layer is one
class in one file, and lists, tests, builder, inspector and docs find it by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, Union, get_type_hints

from engine import layers, operations
from engine.layer import Layer
from engine.operations.elementwise_base import Elementwise
from engine.tagged import Tagged

for _package in (operations, layers):
    for _module in iter_modules(_package.__path__):
        if _module.name != "any_layer":
            import_module(f"{_package.__name__}.{_module.name}")


def _concrete(base: type[Layer]) -> Iterator[type[Layer]]:
    for child in base.__subclasses__():
        if "kind" in get_type_hints(child):
            yield child
        yield from _concrete(child)


# The groups, in the order of a menu.
GROUPS = (
    "dense",
    "activation",
    "convolution",
    "pooling",
    "normalization",
    "regularization",
    "recurrent",
    "sequence",
    "attention",
    "join",
    "shape",
)

# Of a group by module, so that it does not show which of them was imported first.
LAYERS: tuple[type[Layer], ...] = tuple(
    sorted(dict.fromkeys(_concrete(Layer)), key=lambda layer: (GROUPS.index(layer.group), layer.__module__))
)
ACTIVATIONS = tuple(layer for layer in LAYERS if issubclass(layer, Elementwise))

if TYPE_CHECKING:
    AnyLayer = Any
else:
    AnyLayer = Annotated[Union[LAYERS], Tagged()]  # noqa: UP007
