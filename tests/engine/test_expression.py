"""Expressions: arithmetic as text becomes a graph of single numbers, whose gradients are those of PyTorch."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expression import DEEPEST, FUNCTIONS, LONGEST, MOST, Expression
from engine.operations.arithmetic import RULES
from engine.problem import BadExperiment, BadShape, Problem
from engine.program import Program, compiled
from engine.scalar_graph import ScalarGraph
from engine.tensor import Array, Tensor

CORNERS = np.array([-np.inf, -1e308, -2.5, -1.0, -0.5, -0.0, 0.0, 5e-324, 0.5, 1.0, 2.0, 3.0, 800.0, np.inf, np.nan])
PIECES = [*"xy12.e+-*/=(),; \n#^'\\", "max", "tanh", "lambda ", "import "]
SMOOTH = ("tanh", "sigmoid", "sin", "cos")


def graph(text: str, **inputs: float) -> ScalarGraph:
    return ScalarGraph(Expression.read(text), inputs)


def problem(text: str, **inputs: float) -> Problem:
    with pytest.raises(BadExperiment) as refused:
        graph(text, **inputs)
    (found,) = refused.value.problems
    return found


def applied(name: str, *operands: Array, dtype: str = "float64") -> tuple[Array, list[Array]]:
    """A rule's value and the gradient of each operand, for arrays (n,) of numbers."""
    program = Program(dtype, operands[0].size)
    tensors = [program.tensor(1, ones=False) for _ in operands]
    with np.errstate(all="ignore"):
        program.apply(RULES[name], *tensors, name=name)
        program.backward()
        for tensor, operand in zip(tensors, operands, strict=True):
            tensor.data[0] = operand
        compiled([*program.forward_calls(), *program.backward_calls()])()
    return program.nodes[-1].output.data[0].copy(), [t.gradient[0].copy() for t in tensors if t.gradient is not None]


class TestReading:
    def test_one_operation_makes_one_step_and_numbers_and_names_make_none(self) -> None:
        found = Expression.read("f = (x + y) * -2")
        assert found.inputs == ("x", "y")
        assert [(o.rule, o.operands, o.name) for o in found.operations] == [
            ("add", ("x", "y"), ""),
            ("mul", (0, -2.0), "f"),
        ]

    def test_lines_and_semicolons_part_statements_and_comments_are_left_out(self) -> None:
        assert Expression.read("c = a + b; d = c * a\r\n# twice\n\nd + d") == Expression.read("c=a+b\nd=c*a\nd+d")

    def test_a_name_given_a_new_value_means_the_new_one_from_then_on(self) -> None:
        assert graph("x += x * x\nx * 10", x=3).value == 120
        assert graph("c = a; c -= 1; c **= 2; c /= 2", a=5).value == 8

    @pytest.mark.parametrize(("text", "value"), [("x", 3), ("y = x", 3), ("5", 5), ("f = x * x; g = f", 9), ("+x", 3)])
    def test_what_only_names_a_value_is_an_expression_too(self, text: str, value: float) -> None:
        found = ScalarGraph(Expression.read(text), {"x": 3.0} if "x" in text else {})
        assert found.value == value
        assert all(found.gradient(name) == 1 for name in found.named if name in "ygf")

    @pytest.mark.parametrize(
        ("text", "line", "column", "came"),
        [
            ("x ^ 2", 1, 3, "^"),
            ("y = 1\ny + 2x", 2, 6, "x"),
            ("x + 1e5z", 1, 8, "z"),
            ("0x10", 1, 2, "x"),
            ("a.real", 1, 1, "a.real"),
            ("x +", 1, 4, "invalid syntax"),
            ("(x", 1, 1, "'(' was never closed"),
            (" x", 1, 1, "unexpected indent"),
            ("import os", 1, 1, "import os"),
            ("__import__('os')", 1, 12, "'"),
            ("a * f(x)", 1, 5, "f"),
            ("1 + max(x)", 1, 5, "1"),
            ("max(*x)", 1, 1, "1"),
            ("relu(x=1)", 1, 1, "relu"),
            ("x + exp", 1, 5, "exp"),
            ("tanh = x", 1, 1, "tanh"),
            ("a = b = c", 1, 1, "a = b = c"),
            ("x // 2", 1, 1, "x // 2"),
            ("y = x == z", 1, 5, "x == z"),
            ("x if y else z", 1, 1, "x if y else z"),
            ("True", 1, 1, "True"),
            ("x, y", 1, 1, "(x, y)"),
            ("x\0", 1, 2, "'\\x00'"),
            ("π * x", 1, 1, "π"),
            ("x + " + "y" * 41, 1, 5, "y" * 41),
            ("1e999", 1, 1, "a larger one"),
            ("9" * 1500, 1, 1, "a larger one"),
            ("", 1, 1, "nothing"),
            ("# nothing", 1, 1, "nothing"),
        ],
    )
    def test_what_is_no_arithmetic_is_refused_at_its_line_and_column(
        self, text: str, line: int, column: int, came: str
    ) -> None:
        found = problem(text)
        assert (found.where, found.code, found.came) == (f"expression.{line}.{column}", "expression", came)
        assert (found.values["line"], found.values["column"]) == (line, column)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("x" * (LONGEST + 1), "characters"),
            ("; ".join(["x+x"] * (MOST + 1)), f"at most {MOST} operations"),
            ("+".join(["x"] * (DEEPEST + 2)), "inside each other"),
            ("-" * (LONGEST - 1) + "x", "inside each other"),
            ("(" * 900 + "x" + ")" * 900, "a formula"),
            ("tanh(" * 390, "a formula"),
        ],
        ids=lambda text: text[:12],
    )
    def test_size_has_its_limits(self, text: str, expected: str) -> None:
        assert expected in problem(text).expected

    @settings(max_examples=300, derandomize=True, deadline=None, database=None)
    @given(
        st.lists(st.sampled_from([*"xy12.e+-*/=(),; \n#^'", "max", "tanh", "lambda ", "import ", "\\"]), max_size=40)
    )
    def test_any_text_at_all_is_read_or_refused_and_never_anything_else(self, pieces: list[str]) -> None:
        try:
            found = Expression.read("".join(pieces))
        except BadExperiment:
            return
        assert found.operations


class TestInputs:
    def test_a_missing_input_and_one_that_is_none_are_named(self) -> None:
        with pytest.raises(BadExperiment) as refused:
            graph("x * y", y=1, z=2)
        assert [(p.where, p.code) for p in refused.value.problems] == [("inputs.x", "missing"), ("inputs.z", "unknown")]

    def test_other_inputs_are_computed_without_building_again(self) -> None:
        found = graph("f = x * y", x=2, y=3)
        assert (found.at(x=5), found.gradient("y")) == (15, 5)
        assert (found.at(y=4), found.gradient("x")) == (20, 4)


class TestGradients:
    def test_a_value_that_is_used_twice_gets_the_sum(self) -> None:
        assert graph("x * x + x", x=3).gradient("x") == 7

    def test_a_value_that_nothing_reads_gets_0_and_sends_nothing(self) -> None:
        found = graph("lost = log(x); f = x * 2", x=0)
        assert (found.gradient("lost"), found.gradient("x")) == (0, 2)

    def test_forward_and_backward_can_be_visited_one_operation_at_a_time(self) -> None:
        found = graph("c = x * y; f = tanh(c)", x=2, y=3)
        visits = [(phase, node.name, node.path) for phase, node in found.program.visits()]
        assert visits == [
            ("forward", "mul", "c"),
            ("forward", "tanh", "f"),
            ("backward", "tanh", "f"),
            ("backward", "mul", "c"),
        ]

    def test_every_operation_has_its_notation(self) -> None:
        for node in graph("f = max(x * y, -x) / exp(y)", x=2, y=3).program.nodes:
            assert node.operation.notation.value.startswith("y = ")
            assert len(node.operation.notation.gradients) == len(node.inputs)

    def test_operands_of_different_shapes_are_refused(self) -> None:
        program = Program("float64", 2)
        with pytest.raises(BadShape, match=r"\(3, 2\) and \(1, 2\)"):
            program.apply(RULES["add"], program.tensor(3), program.tensor(1))

    def test_a_number_is_added_to_every_entry(self) -> None:
        program = Program("float64", 2)
        x = program.tensor(3)
        x.data[...] = np.arange(6).reshape(3, 2)
        y = program.apply(RULES["sub"], x, Tensor(program.constant(1), None))
        program.backward()
        assert y.data.tolist() == [[-1, 0], [1, 2], [3, 4]]


@pytest.mark.parametrize("name", RULES)
def test_the_gradients_of_a_rule_are_those_of_central_differences(name: str) -> None:
    rng = np.random.default_rng(5)
    operands = [rng.uniform(0.3, 2, 40) for _ in range(RULES[name].operands)]
    _, gradients = applied(name, *operands)
    h = 1e-5
    for place, gradient in enumerate(gradients):
        up, down = ([x + s * h * (i == place) for i, x in enumerate(operands)] for s in (1, -1))
        measured = (applied(name, *up)[0] - applied(name, *down)[0]) / (2 * h)
        np.testing.assert_allclose(gradient, measured, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_pytorchs_values_and_gradients_at_ties_zeros_infinities_and_nan(name: str, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    with np.errstate(all="ignore"):
        corners = CORNERS.astype(dtype)
    operands = [each.ravel() for each in np.meshgrid(*[corners] * RULES[name].operands)]
    tensors = [torch.from_numpy(each.copy()).requires_grad_() for each in operands]
    value = getattr(torch, name)(*tensors)
    value.sum().backward()
    found, gradients = applied(name, *operands, dtype=dtype)
    tolerance = 4 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(found, value.detach().numpy(), rtol=tolerance, atol=0)
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=tolerance, atol=tolerance)


@st.composite
def formulas(draw: Any, functions: tuple[str, ...], operators: tuple[str, ...]) -> str:
    """Formulas of x, y, z and numbers, as text."""
    leaves = st.sampled_from(["x", "y", "z"]) | st.floats(-3, 3).map(lambda number: f"({number:.2f})")

    def longer(shorter: Any) -> Any:
        unary = [st.builds(lambda a: f"(-{a})", shorter)]
        for name in functions:
            arguments = RULES[FUNCTIONS[name]].operands
            listed = st.lists(shorter, min_size=arguments, max_size=arguments).map(", ".join)
            unary.append(listed.map(f"{name}({{}})".format))
        binary = st.tuples(shorter, st.sampled_from(operators), shorter).map(lambda parts: f"({' '.join(parts)})")
        return st.one_of(binary, *unary)

    return str(draw(st.recursive(leaves, longer, max_leaves=12)))


POINTS = st.tuples(*[st.floats(-3, 3).map(lambda number: round(number, 2))] * 3)


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(formulas(SMOOTH, ("+", "-", "*")), POINTS)
def test_the_gradients_of_a_drawn_formula_are_those_of_central_differences(
    text: str, point: tuple[float, float, float]
) -> None:
    inputs = {name: value for name, value in zip("xyz", point, strict=True) if name in Expression.read(text).inputs}
    found = ScalarGraph(Expression.read(text), inputs)
    gradients = {name: found.gradient(name) for name in inputs}
    h = 1e-4
    for name, value in inputs.items():
        measured = (found.at(**{name: value + h}) - found.at(**{name: value - h})) / (2 * h)
        found.at(**{name: value})
        assert gradients[name] == pytest.approx(measured, rel=1e-4, abs=1e-4 * max(1, abs(found.value)))


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(st.lists(formulas(tuple(FUNCTIONS), ("+", "-", "*", "/", "**")), min_size=1, max_size=3), POINTS)
def test_a_drawn_program_has_pytorchs_values_and_gradients_infinities_and_nan_included(
    lines: list[str], point: tuple[float, float, float]
) -> None:
    torch = pytest.importorskip("torch")
    text = "\n".join(f"{name} = {line}" for name, line in zip("yzx", lines, strict=False))
    expression = Expression.read(text)
    inputs = {name: value for name, value in zip("xyz", point, strict=True) if name in expression.inputs}
    found = ScalarGraph(expression, inputs)
    leaves = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in inputs.items()}
    scope = {name: getattr(torch, rule) for name, rule in FUNCTIONS.items()} | leaves
    scope["number"] = lambda value: torch.tensor(value, dtype=torch.float64)
    exec(re.sub(r"\((-?\d+\.\d+)\)", r"number(\1)", text), scope)  # our own text, drawn above
    value = scope["yzx"[len(lines) - 1]]
    assert found.value == pytest.approx(value.item(), rel=1e-10, abs=1e-300, nan_ok=True)
    if value.requires_grad:
        value.backward()
    for name, leaf in leaves.items():
        expected = 0.0 if leaf.grad is None else leaf.grad.item()
        gradient = found.inputs[name].gradient
        assert gradient is not None
        assert gradient[0, 0] == pytest.approx(expected, rel=1e-10, abs=1e-300, nan_ok=True)


def test_micrograds_example_keeps_its_digits_in_float32_too() -> None:
    found = ScalarGraph(Expression.read("f = (x + y) * z"), {"x": -2, "y": 5, "z": -4}, np.float32)
    assert found.output.data.dtype == np.float32
    assert (found.value, *map(found.gradient, "xyz")) == (-12, -4, -4, 3)
    assert math.isinf(ScalarGraph(Expression.read("exp(x)"), {"x": 100}, np.float32).value)
