"""Arithmetic on tensors, entry by entry, named as in PyTorch. A row is a rule: value, gradients, notation side by side.

A new row is found by expressions, tests and docs. Where a slope has no one value, and where numbers are infinite or
NaN, gradients are those of PyTorch.
"""

from __future__ import annotations

import numpy as np

from engine.clip import clip
from engine.operations.rule import Line, Rule, Slot, line, rule

a, b, y, delta, out, mask, also = Slot
INFINITY = float("inf")

ZERO_THERE = (np.copyto, out, 0, "same_kind", mask)  # even where what stands there is infinite


def _chosen(formula: str, beaten: np.ufunc, mine: Slot, other: Slot) -> Line:
    """The gradient of one of two of which the larger or smaller is taken; of a tie each gets half."""
    share = ((np.equal, mine, other, out), (np.multiply, out, -0.5, out), (np.add, out, 1, out))
    return line(formula, *share, (np.multiply, out, delta, out), (beaten, mine, other, mask), ZERO_THERE)


RULES: dict[str, Rule] = {
    "clone": rule(
        line("y = a", (np.copyto, y, a)),
        line(r"\delta", (np.copyto, out, delta)),
    ),
    "neg": rule(
        line("y = -a", (np.negative, a, y)),
        line(r"-\delta", (np.negative, delta, out)),
    ),
    "add": rule(
        line("y = a + b", (np.add, a, b, y)),
        line(r"\delta", (np.copyto, out, delta)),
        line(r"\delta", (np.copyto, out, delta)),
    ),
    "sub": rule(
        line("y = a - b", (np.subtract, a, b, y)),
        line(r"\delta", (np.copyto, out, delta)),
        line(r"-\delta", (np.negative, delta, out)),
    ),
    "mul": rule(
        line("y = a b", (np.multiply, a, b, y)),
        line(r"\delta\, b", (np.multiply, delta, b, out)),
        line(r"\delta\, a", (np.multiply, delta, a, out)),
    ),
    "div": rule(
        line(r"y = \frac{a}{b}", (np.divide, a, b, y)),
        line(r"\frac{\delta}{b}", (np.divide, delta, b, out)),
        line(
            r"-\delta\, \frac{a}{b^2}",
            *((np.divide, y, b, out), (np.multiply, out, delta, out), (np.negative, out, out)),
        ),
    ),
    "pow": rule(
        line("y = a^b", (np.power, a, b, y)),
        line(
            r"\delta\, b\, a^{b - 1}",
            *((np.subtract, b, 1, out), (np.power, a, out, out)),
            *((np.multiply, out, b, out), (np.multiply, out, delta, out)),
            *((np.equal, b, 0, mask), ZERO_THERE),
        ),
        line(
            r"\delta\, y \ln a",
            *((np.log, a, out), (np.multiply, out, y, out)),
            *((np.equal, a, 0, mask), (np.greater_equal, b, 0, also), (np.logical_and, mask, also, mask)),
            *(ZERO_THERE, (np.multiply, out, delta, out)),
        ),
    ),
    "maximum": rule(
        line(r"y = \max(a, b)", (clip, a, b, INFINITY, y)),
        _chosen(r"\delta\, ([a > b] + \tfrac{1}{2} [a = b])", np.less, a, b),
        _chosen(r"\delta\, ([b > a] + \tfrac{1}{2} [a = b])", np.less, b, a),
    ),
    "minimum": rule(
        line(r"y = \min(a, b)", (clip, a, -INFINITY, b, y)),
        _chosen(r"\delta\, ([a < b] + \tfrac{1}{2} [a = b])", np.greater, a, b),
        _chosen(r"\delta\, ([b < a] + \tfrac{1}{2} [a = b])", np.greater, b, a),
    ),
    "abs": rule(
        line("y = |a|", (np.absolute, a, y)),
        line(
            r"\delta\, ([a > 0] - [a < 0])",
            *((np.greater, a, 0, out), (np.less, a, 0, mask), (np.subtract, out, mask, out)),
            (np.multiply, out, delta, out),
        ),
    ),
    "relu": rule(
        line(r"y = \max(0, a)", (clip, a, 0, INFINITY, y)),
        line(r"\delta\, [a > 0]", (np.copyto, out, delta), (np.less_equal, a, 0, mask), ZERO_THERE),
    ),
    "sqrt": rule(
        line(r"y = \sqrt{a}", (np.sqrt, a, y)),
        line(r"\frac{\delta}{2 y}", (np.multiply, y, 2, out), (np.divide, delta, out, out)),
    ),
    "exp": rule(
        line("y = e^a", (np.exp, a, y)),
        line(r"\delta\, y", (np.multiply, delta, y, out)),
    ),
    "log": rule(
        line(r"y = \ln a", (np.log, a, y)),
        line(r"\frac{\delta}{a}", (np.divide, delta, a, out)),
    ),
    "tanh": rule(
        line(r"y = \tanh a", (np.tanh, a, y)),
        line(
            r"\delta\, (1 - y^2)",
            *((np.square, y, out), (np.subtract, 1, out, out), (np.multiply, out, delta, out)),
        ),
    ),
    "sigmoid": rule(
        line(
            r"y = \frac{1}{1 + e^{-a}}",
            *((np.negative, a, y), (np.exp, y, y), (np.add, y, 1, y), (np.divide, 1, y, y)),
        ),
        line(
            r"\delta\, y (1 - y)",
            *((np.subtract, 1, y, out), (np.multiply, out, y, out), (np.multiply, out, delta, out)),
        ),
    ),
    "sin": rule(
        line(r"y = \sin a", (np.sin, a, y)),
        line(r"\delta \cos a", (np.cos, a, out), (np.multiply, out, delta, out)),
    ),
    "cos": rule(
        line(r"y = \cos a", (np.cos, a, y)),
        line(r"-\delta \sin a", (np.sin, a, out), (np.negative, out, out), (np.multiply, out, delta, out)),
    ),
}
