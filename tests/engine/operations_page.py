"""docs/operations.md, a list of every operation made from the engine: `python -m tests.engine.operations_page`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args

from engine.expression import FUNCTIONS, OPERATORS
from engine.layer import arguments
from engine.layers.any_layer import GROUPS, LAYERS
from engine.notation import Notation
from engine.operations.arithmetic import RULES
from engine.operations.losses import AnyLoss
from engine.optimizers.any_optimizer import AnyOptimizer
from hatch_build import ROOT

FILE = ROOT / "docs" / "operations.md"
HEAD = """\
# Operations

Every operation there is, with its settings, its formula and the gradients it sends on. The list is made from the
engine itself (`make operations`), and a test keeps it fresh. How one is added:
[adding-an-operation.md](adding-an-operation.md). δ is the gradient that arrives, ∂L/∂ of the operation's own value.
"""


def document() -> str:
    return "\n".join([HEAD, *_layers(), *_losses(), *_optimizers(), *_arithmetic()])


def _layers() -> Iterator[str]:
    for group in GROUPS:
        members = [layer for layer in LAYERS if layer.group == group]
        if members:
            yield f"## Layers: {group}\n"
            yield from (_entry(_call(layer), layer, layer.notation) for layer in members)


def _losses() -> Iterator[str]:
    yield "## Losses\n"
    yield from (_entry(_call(loss), loss, loss.notation) for loss in get_args(get_args(AnyLoss)[0]))


def _optimizers() -> Iterator[str]:
    yield "## Optimizers\n"
    yield from (_entry(_call(each), each, each.notation) for each in get_args(get_args(AnyOptimizer)[0]))


def _arithmetic() -> Iterator[str]:
    """Rules by the names and signs that a formula has for them."""
    yield "## Arithmetic in formulas\n"
    written = {rule: f"{name}({', '.join('ab'[: RULES[rule].operands])})" for name, rule in FUNCTIONS.items()}
    signs = {"add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "pow": "a ** b", "neg": "-a"}
    assert set(signs) == set(OPERATORS.values()) - {""}
    for rule, name in {**signs, **written}.items():
        yield _entry(name, None, RULES[rule].notation)


def _call(choice: type[Any]) -> str:
    """The class with its settings as one would write it."""
    return f"{choice.__name__}({', '.join(f'{name}={_short(value)}' for name, value in _settings(choice))})"


def _settings(choice: type[Any]) -> list[tuple[str, Any]]:
    made = choice()
    return [(each.name, getattr(made, each.name)) for each in fields(made) if each.name in arguments(made)]


def _short(value: Any) -> str:
    return str(getattr(value, "kind", None) or repr(value))


def _entry(call: str, described: type[Any] | None, notation: Notation) -> str:
    said = _first_paragraph(described) if described else ""
    formulas = "  \n".join(f"$`{formula}`$" for formula in (notation.value, *notation.gradients.values()))
    return f"**`{call}`**{' ' + said if said else ''}\n\n{formulas}\n"


def _first_paragraph(described: type[Any]) -> str:
    """Of its docstring; none where it has only the one that dataclasses make."""
    text = " ".join((described.__doc__ or "").partition("\n\n")[0].split())
    return "" if text.startswith(f"{described.__name__}(") else text


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
    print(f"written to {FILE}")
