"""A formula as text → the operations it is made of, one after another.

    c = a + b
    c += c + 1
    f = (x + y) * z

Read with Python's own grammar, of which only arithmetic is let in; nothing is ever evaluated as Python. The last
line is the expression's value; names that are read before they are given a value are its inputs.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from engine.operations.arithmetic import RULES
from engine.problem import BadExperiment, Problem

LONGEST = 2000  # characters
MOST = 256  # operations
DEEPEST = 200  # operations inside each other
NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)

OPERATORS: dict[type[ast.AST], str] = {
    **{ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"},
    **{ast.USub: "neg", ast.UAdd: ""},
}
SPOKEN = {"max": "maximum", "min": "minimum"}  # what people write for PyTorch's names
FUNCTIONS = {
    **{name: name for name, rule in RULES.items() if rule.operands == 1 and name not in ("clone", "neg")},
    **SPOKEN,
}

_FOREIGN = re.compile(r"[^\w \t\r\n.+\-*/=(),;#]", re.ASCII)
_GLUED = re.compile(r"(?<![\w.])(?>\d[\d.]*(?>[eE][+-]?\d+)?)(?=[A-Za-z_])", re.ASCII)

Operand = str | float | int  # the name of an input, a number, the place of an earlier operation (always a plain int)


@dataclass(frozen=True)
class Operation:
    """One step: a rule, what it reads, and what the text calls the result ("" inside a formula)."""

    rule: str
    operands: tuple[Operand, ...]
    name: str = ""


@dataclass(frozen=True)
class Expression:
    inputs: tuple[str, ...]  # in the order in which they are met
    operations: tuple[Operation, ...]  # the last one makes the value
    names: Mapping[str, Operand]  # what each name stands for in the end

    @classmethod
    def read(cls, text: str) -> Expression:
        """BadExperiment where the text is no arithmetic; its problem's place is expression.<line>.<column>, from 1."""
        _check_signs(text)
        try:
            statements = ast.parse(text).body
        except SyntaxError as error:
            _refuse(error.lineno or 1, error.offset or 1, "a formula such as f = (x + y) * z", error.msg)
        except (RecursionError, MemoryError):
            _refuse(1, 1, f"at most {DEEPEST} operations inside each other", "more")
        return _Reader().read(statements)


def _check_signs(text: str) -> None:
    """Refuse by length and alphabet before anything is parsed."""
    if len(text) > LONGEST:
        _refuse(1, LONGEST + 1, f"at most {LONGEST:,} characters", f"{len(text):,}")
    for found in _FOREIGN.finditer(text):
        power = "** for a power" if found[0] == "^" else "letters, digits and + - * / ** = ( ) ,"
        _refuse(*_place(text, found.start()), power, found[0] if found[0].isprintable() else ascii(found[0]))
    for found in _GLUED.finditer(text):
        _refuse(*_place(text, found.end()), "an operator after a number, such as 2*x", text[found.end()])


def _place(text: str, index: int) -> tuple[int, int]:
    """Line and column of a character, from 1."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _refuse(row: int, column: int, expected: str, came: str) -> NoReturn:
    values: dict[str, str | int | float] = {"line": row, "column": column, "expected": expected, "came": came}
    raise BadExperiment([Problem(f"expression.{row}.{column}", "expression", expected, came, values)])


class _Reader:
    """Statements one by one: every value is an operand of those to come."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.inputs: list[str] = []
        self.names: dict[str, Operand] = {}

    def read(self, statements: Sequence[ast.stmt]) -> Expression:
        if not statements:
            _refuse(1, 1, "a formula such as f = (x + y) * z", "nothing")
        for statement in statements:
            value = self._statement(statement)
        if value != len(self.operations) - 1 or not isinstance(value, int):
            self._add(statements[-1], "clone", value)  # the last line only names what there is
        return Expression(tuple(self.inputs), tuple(self.operations), self.names)

    def _statement(self, statement: ast.stmt) -> Operand:
        match statement:
            case ast.Expr(value=formula):
                return self._value(formula, 0)
            case ast.Assign(targets=[ast.Name() as target], value=formula):
                return self._named(target, self._value(formula, 0))
            case ast.AugAssign(target=ast.Name() as target, op=sign, value=formula) if type(sign) in OPERATORS:
                both = self._name(target), self._value(formula, 0)
                return self._named(target, self._add(statement, OPERATORS[type(sign)], *both))
        self._refuse(statement, "a formula or name = formula", _what(statement))

    def _named(self, target: ast.Name, value: Operand) -> Operand:
        """Give an operation its name; an input, a number, or what has a name already gets a second one."""
        self._check_name(target)
        if isinstance(value, int) and not self.operations[value].name:
            made = self.operations[value]
            self.operations[value] = Operation(made.rule, made.operands, target.id)
        self.names[target.id] = value
        return value

    def _value(self, node: ast.expr, depth: int) -> Operand:
        if depth > DEEPEST:
            self._refuse(node, f"at most {DEEPEST} operations inside each other", "more")
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self._number(node, number)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
                both = self._value(left, depth + 1), self._value(right, depth + 1)
                return self._add(node, OPERATORS[type(sign)], *both)
            case ast.UnaryOp(op=sign, operand=operand) if type(sign) in OPERATORS:
                return self._signed(node, OPERATORS[type(sign)], self._value(operand, depth + 1))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                wanted = RULES[FUNCTIONS[name]].operands
                if len(args) != wanted:
                    self._refuse(node, f"{name} of {wanted}", str(len(args)))
                return self._add(node, FUNCTIONS[name], *(self._value(each, depth + 1) for each in args))
            case ast.Call(func=ast.Name(id=name)):
                self._refuse(node, f"one of {', '.join(sorted(FUNCTIONS))}", name)
        self._refuse(node, "a number, a name, + - * / **, or a function", _what(node))

    def _name(self, node: ast.Name) -> Operand:
        self._check_name(node)
        if node.id not in self.names:
            self.inputs.append(node.id)
            self.names[node.id] = node.id
        return self.names[node.id]

    def _check_name(self, node: ast.Name) -> None:
        if node.id in FUNCTIONS or not NAME.fullmatch(node.id):
            self._refuse(node, "a name of at most 40 letters that is not a function's", node.id[:60])

    def _number(self, node: ast.expr, number: int | float) -> float:
        try:
            value = float(number)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self._refuse(node, "a number below 1e308", "a larger one")
        return value

    def _signed(self, node: ast.expr, rule: str, value: Operand) -> Operand:
        """−3 is a number, −x an operation, and +x is x."""
        if not rule:
            return value
        return -value if isinstance(value, float) else self._add(node, rule, value)

    def _add(self, node: ast.AST, rule: str, *operands: Operand) -> int:
        if len(self.operations) == MOST:
            self._refuse(node, f"at most {MOST} operations", "more")
        self.operations.append(Operation(rule, operands))
        return len(self.operations) - 1

    def _refuse(self, node: ast.AST, expected: str, came: str) -> NoReturn:
        _refuse(getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, expected, came)


def _what(node: ast.AST) -> str:
    """What came, as written, at a length one can read."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."
