"""docs/operations.md lists what the engine has."""

from __future__ import annotations

from engine.layers.any_layer import LAYERS
from engine.operations.arithmetic import RULES
from tests.engine.operations_page import FILE, document


def test_the_page_is_the_one_that_the_engine_makes() -> None:
    assert FILE.read_text("utf-8") == document(), "docs/operations.md is stale: run `make operations`"


def test_every_layer_and_every_rule_has_its_formula_there() -> None:
    text = document()
    for layer in LAYERS:
        assert f"**`{layer.__name__}(" in text
        assert f"$`{layer.notation.value}`$" in text
    for name, rule in RULES.items():
        assert name == "clone" or f"$`{rule.notation.value}`$" in text
