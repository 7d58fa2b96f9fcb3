"""An expression as a program: one node an operation, each a single number that keeps its value and its gradient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from engine.expression import Expression, Operand
from engine.operations.arithmetic import RULES
from engine.problem import BadExperiment, Problem
from engine.program import About, Program, compiled
from engine.tensor import Array, Tensor


class ScalarGraph:
    """The expression at some inputs. `program.visits()` goes through it one operation at a time.

    Tensors are (1, 1). `named` holds them by name, numbers left out; of a name that was given several values, the last.
    """

    def __init__(self, expression: Expression, inputs: Mapping[str, float], dtype: DTypeLike = np.float64) -> None:
        _check(expression, inputs)
        self.expression = expression
        self.program = Program(dtype, 1)
        self.inputs = {name: self.program.tensor(1, ones=False) for name in expression.inputs}
        self._set(inputs)
        with np.errstate(all="ignore"):  # NaN and infinity are values to be shown
            self._build()
        self._replay = compiled([*self.program.forward_calls(), *self.program.backward_calls()])

    def _build(self) -> None:
        made: list[Tensor] = []
        for operation in self.expression.operations:
            operands = (self._operand(each, made) for each in operation.operands)
            about = About(operation.rule, operation.name)
            made.append(self.program.apply(RULES[operation.rule], *operands, about=about))
        standing = {name: operand for name, operand in self.expression.names.items() if not isinstance(operand, float)}
        self.named = {name: self._operand(operand, made) for name, operand in standing.items()}
        self.output = made[-1]
        self.program.backward()

    def _operand(self, operand: Operand, made: list[Tensor]) -> Tensor:
        if isinstance(operand, str):
            return self.inputs[operand]
        if isinstance(operand, float):
            return Tensor(self.program.constant(operand), None)
        return made[operand]

    def _set(self, inputs: Mapping[str, float]) -> None:
        for name, value in inputs.items():
            self.inputs[name].data[...] = value

    def at(self, **inputs: float) -> float:
        """Values and gradients at other inputs, those not given staying as they are; answers the value."""
        self._set(inputs)
        with np.errstate(all="ignore"):
            self._replay()
        return self.value

    @property
    def value(self) -> float:
        return float(self.output.data[0, 0])

    def gradient(self, name: str) -> float:
        """∂(the last line)/∂(what has this name)."""
        gradient: Array | None = self.named[name].gradient
        assert gradient is not None
        return float(gradient[0, 0])


def _check(expression: Expression, inputs: Mapping[str, float]) -> None:
    """Every input has a value, and every value an input."""
    values = {"expected": "a value", "came": "nothing"}
    found = [
        Problem(f"inputs.{name}", "missing", "a value", "nothing", values)
        for name in expression.inputs
        if name not in inputs
    ]
    expected = f"one of {', '.join(expression.inputs)}" if expression.inputs else "no inputs"
    found += [
        Problem(f"inputs.{name}", "unknown", expected, name, {"expected": expected, "came": name})
        for name in inputs
        if name not in expression.inputs
    ]
    if found:
        raise BadExperiment(found)
