"""JSON in, strict values out: the one door through which outside text becomes an experiment or a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from app.formula import Formula
from app.protocol import REQUEST, Request
from app.twice import twice
from engine.edits import AnyEdit
from engine.experiment import Experiment
from engine.problem import BadExperiment, Problem
from engine.tagged import kinds

T = TypeVar("T")

LARGEST = 131_072  # bytes of one document or message
EXPERIMENT = TypeAdapter(Experiment)
FORMULA = TypeAdapter(Formula)


def read_experiment(text: str | bytes) -> Experiment:
    """An experiment from its JSON text; BadExperiment with every problem found."""
    experiment: Experiment = _read(EXPERIMENT, text)
    return experiment


def read_request(text: str | bytes) -> Request:
    """A request from its JSON text; BadExperiment with every problem found, by the fields of the request."""
    return _read(REQUEST, text, skip=1)  # a place would begin with the kind of the request, which is no field


def read_formula(text: str | bytes) -> Formula:
    """A formula and its inputs from their JSON text; BadExperiment with every problem found."""
    formula: Formula = _read(FORMULA, text)
    return formula


def size(text: str | bytes) -> int:
    """Bytes of a text as it travels; a lone surrogate, which cannot travel, counts like its neighbours."""
    return len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


def _read(kind: TypeAdapter[T], text: str | bytes, skip: int = 0) -> T:
    """Parse and validate: size first, then syntax and depth, then meaning, then whether each name stands there once."""
    if (length := size(text)) > LARGEST:
        raise BadExperiment([problem("", "too_long", f"at most {LARGEST:,} bytes", f"{length:,}")])
    try:
        read = kind.validate_json(text)
    except ValidationError as error:
        raise BadExperiment(_problems(error, skip)) from None
    if found := [problem(where, "twice", "each name once", "the same name twice") for where in twice(text)]:
        raise BadExperiment(found)
    return read


def problem(where: str, code: str, expected: str, came: str) -> Problem:
    return Problem(where, code, expected, came, {"expected": expected, "came": came})


def _problems(error: ValidationError, skip: int) -> list[Problem]:
    """Pydantic's findings in our words; a choice that refused itself brings its own problems."""
    problems: list[Problem] = []
    every = error.errors(include_url=False)
    bad = {found["loc"][:-1] for found in every}  # whatever has a bad member
    for found in every:
        if found["type"] == "too_short" and found["loc"] in bad:  # the bad ones were not counted
            continue
        where = _where(found["loc"][skip:], unknown=found["type"] in UNKNOWN)
        own = found.get("ctx", {}).get("error")
        if isinstance(own, BadExperiment):
            problems += [
                Problem(".".join(filter(None, (where, p.where))), p.code, p.expected, p.came, p.values)
                for p in own.problems
            ]
        else:
            problems.append(_problem(where, found))
    return list(_listed_once(problems))


def _listed_once(problems: list[Problem]) -> Iterator[Problem]:
    """What there is to choose from is listed where it is first needed; two hundred lists would hide what is wrong."""
    told = set()
    for found in problems:
        if found.code == "kind" and found.expected in told:
            yield problem(found.where, found.code, "one of those listed before", found.came)
        else:
            yield found
        told.add(found.expected)


def _where(path: tuple[int | str, ...], *, unknown: bool) -> str:
    """The place as a dotted path. An unknown field ends it, whatever its name: that may be a tag's."""
    end = len(path) - unknown
    return ".".join([str(part) for part in path[:end] if part not in TAGS] + [str(part) for part in path[end:]])


UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
_CODES = {
    "finite_number": ("finite", "a finite number"),
    "missing": ("missing", "a value"),
    "unexpected_keyword_argument": ("unknown", "no such field"),
    "extra_forbidden": ("unknown", "no such field"),
    "union_tag_not_found": ("missing_kind", "a kind"),
    "dataclass_type": ("type", "an object"),
    "string_unicode": ("not_json", "a JSON document"),
}


def _problem(where: str, found: Any) -> Problem:
    kind, context = found["type"], found.get("ctx", {})
    came = short(found["input"])
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        limit = next(iter(context.values()))
        words = {
            "greater_than_equal": "at least",
            "greater_than": "above",
            "less_than_equal": "at most",
            "less_than": "below",
        }
        expected = f"{words[kind]} {limit:,}"
        return Problem(where, kind, expected, came, {"limit": f"{limit:,}", "expected": expected, "came": came})
    if kind == "union_tag_invalid":
        return problem(f"{where}.kind".lstrip("."), "kind", f"one of {context['expected_tags']}", short(context["tag"]))
    if kind == "literal_error" and where.rpartition(".")[2] == "version":
        return problem(where, "version", f"version {context['expected']}, the one this Backflow reads", came)
    if kind == "literal_error":
        return problem(where, "kind", f"one of {context['expected']}", came)
    if kind == "json_invalid":
        return problem(where, "not_json", "a JSON document", context["error"])
    if kind == "too_long":
        return problem(where, "type", f"at most {context['max_length']} values", f"{context['actual_length']}")
    if kind == "too_short":
        return problem(where, "type", f"at least {context['min_length']} values", f"{context['actual_length']}")
    if kind in _CODES:
        code, expected = _CODES[kind]
        return problem(where, code, expected, "nothing" if code.startswith("missing") else came)
    expected = found["msg"].removeprefix("Input should be ")
    return problem(where, "type", expected, came)


def short(value: Any) -> str:
    """What came, at a length one can read."""
    text = repr(value) if isinstance(value, str) else "an object" if isinstance(value, dict) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _collect(kind: Any, found: set[str]) -> set[str]:
    """Every tag that can be met below a type."""
    if get_origin(kind) is not None:
        for part in get_args(kind):
            _collect(part, found)
    elif hasattr(kind, "__dataclass_fields__"):
        if "kind" in kind.__dataclass_fields__:
            found.update(kinds(kind))
        for hint in get_type_hints(kind, include_extras=True).values():
            _collect(hint, found)
    return found


# Pydantic puts a union's tag into a path; it is no field of the document.
TAGS = frozenset(_collect(Experiment, set()) | _collect(AnyEdit, set()))
