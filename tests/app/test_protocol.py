"""The protocol is said once: in Python; the browser's types and the document follow it."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from typing import get_args

import pytest

from app.catalogue import catalogue, members
from app.documents import read_experiment
from app.frames import Frames
from app.protocol import HEADER, Look, Reason, Reply, Request
from engine.run import Run
from engine.tagged import kinds
from hatch_build import ROOT
from tests.app.messages import FILE, generated

DOCUMENT = ROOT / "docs" / "protocol.md"
# Codes that are computed where they are used, by the module that does it.
COMPUTED = {
    "app/documents.py": {"finite", "missing", "missing_kind", "greater_than", "greater_than_equal", "less_than"}
    | {"less_than_equal"},
    "engine/choice.py": {"range", "range_above"},
    "engine/feasible.py": {"too_many_parameters", "too_much_memory", "too_slow"},
}


def codes() -> set[str]:
    """Every problem code: the second argument of each call that makes a problem, and the computed ones."""
    found = set[str]().union(*COMPUTED.values())
    for path in (*ROOT.glob("app/*.py"), *ROOT.glob("engine/**/*.py")):
        computed = 0
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or len(call.args) < 4:
                continue
            if call.func.id.lower().lstrip("_") != "problem":
                continue
            code = call.args[1]
            if isinstance(code, ast.Constant):
                found.add(str(code.value))
            elif isinstance(code, ast.Name):
                computed += 1
        where = path.relative_to(ROOT).as_posix()
        assert not computed or where in COMPUTED, f"{where} computes a code"
    return found


def test_the_browsers_types_are_those_of_the_service() -> None:
    if not (ROOT / "node_modules" / "json-schema-to-typescript").is_dir():
        pytest.skip("the npm packages are not installed; `python hatch_build.py` installs them")
    assert FILE.read_text("utf-8") == generated(), "static/src/wire/messages.ts is stale: run `make types`"


def test_every_request_carries_kind_id_and_generation() -> None:
    for request in members(Request):
        assert [f.name for f in fields(request)][:3] == ["kind", "id", "generation"]


def test_a_header_is_40_bytes_and_leaves_the_numbers_aligned() -> None:
    assert HEADER.size == 40
    assert HEADER.size % 4 == 0
    assert HEADER.format.startswith("<")


def test_the_document_names_every_message() -> None:
    text = DOCUMENT.read_text("utf-8")
    for message in (*members(Request), *members(Reply)):
        for kind in kinds(message):
            assert f"`{kind}`" in text, kind
        for field in fields(message):
            assert f"`{field.name}`" in text, f"{message.__name__}.{field.name}"


def test_the_document_names_every_section_of_a_frame() -> None:
    text = DOCUMENT.read_text("utf-8")
    for name in {section.name.split(":")[0] for section in Frames(Run(read_experiment("{}")), Look()).layout.sections}:
        assert re.search(rf"^\| `{name}(:N)?` \|", text, re.MULTILINE), name


def test_the_document_names_every_reason_and_problem_code() -> None:
    text = DOCUMENT.read_text("utf-8")
    for word in (*get_args(Reason), *codes()):
        assert re.search(rf"^\| `{word}` \|", text, re.MULTILINE), word


def test_both_languages_have_a_sentence_for_every_problem_code() -> None:
    for language in ("en", "ko"):
        words = json.loads((ROOT / "app" / "locale" / f"{language}.json").read_text("utf-8"))
        missing = [code for code in codes() if f"problem.{code}" not in words]
        assert not missing, f"{language}: {missing}"


def test_both_languages_have_a_sentence_for_every_value_that_the_catalogue_notes() -> None:
    noted = {each.noted.code for kind in catalogue().optimizers for each in kind.settings if each.noted}
    assert noted == {"still"}
    for language in ("en", "ko"):
        words = json.loads((ROOT / "app" / "locale" / f"{language}.json").read_text("utf-8"))
        assert {f"note.{code}" for code in noted} <= set(words)
