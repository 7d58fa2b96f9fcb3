"""The example of docs/adding-an-operation.md, taken from the page, works."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.layers.linear import Linear
from hatch_build import ROOT
from tests.engine.checker import agrees, training

PAGE = ROOT / "docs" / "adding-an-operation.md"


def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "elementwise_snake.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("elementwise_snake").Snake


def test_the_example_computes_its_formula_and_has_the_gradients_of_nudging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snake = example(tmp_path, monkeypatch)(frequency=2.0)
    made = training([Linear(out_features=4), snake, Linear(out_features=2)], 3)
    agrees(made)
    z = made.nodes[0].output.data
    np.testing.assert_allclose(made.nodes[1].output.data, z + np.sin(2 * z) ** 2 / 2, rtol=1e-12)


def test_the_files_that_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:engine|tests|app)/[\w/.]+)`", PAGE.read_text("utf-8"))
    assert len(named) > 8
    assert [
        name for name in named if not (ROOT / name).exists() and name != "engine/operations/elementwise_snake.py"
    ] == []
