"""The rules of the house, read from the imports."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "static" / "src"
PANELS = ("builder", "stage", "player", "inspector", "charts")
SOCKETLESS = ("app.protocol", "app.frames", "app.session")
WEB = {"fastapi", "starlette", "uvicorn", "websockets"}
PAINT_WITH_DOM = "palette.ts"  # reads the colours of the style sheet

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'")


def imported(path: Path) -> Iterator[str]:
    """The modules a Python file imports, those inside functions and conditions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}: expected absolute imports, got a relative one"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def python_file(module: str) -> Path | None:
    """The file of one of our modules; a name inside a module counts as the module."""
    parts = module.split(".")
    for count in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:count])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
    return None


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def reached(module: str) -> dict[Path, set[str]]:
    """Every file of app that a module needs, with what each imports; none where it is not written yet."""
    found: dict[Path, set[str]] = {}
    first = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    waiting = [first] if first.is_file() else []
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = set(imported(path))
            ours = (python_file(each) for each in found[path] if each.split(".")[0] == "app")
            waiting += [each for each in ours if each is not None]
    return found


@pytest.mark.parametrize("path", python_files("engine"), ids=name)
def test_the_engine_imports_the_standard_library_numpy_and_itself(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported(path)}
    assert roots <= sys.stdlib_module_names | {"numpy", "engine"}


@pytest.mark.parametrize("folder", ["engine", "app"])
def test_what_is_shipped_imports_neither_tests_nor_benchmarks(folder: str) -> None:
    for path in python_files(folder):
        roots = {module.split(".")[0] for module in imported(path)}
        assert not roots & {"tests", "benchmarks", "pytest", "torch"}, name(path)


@pytest.mark.parametrize("module", SOCKETLESS)
def test_the_conversation_knows_no_web_framework(module: str) -> None:
    for path, modules in reached(module).items():
        assert not {each.split(".")[0] for each in modules} & WEB, name(path)


def scripts(folder: str = "") -> list[Path]:
    return sorted(path for path in (SOURCE / folder).rglob("*") if path.suffix in (".ts", ".tsx"))


def code(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))


def place(path: Path) -> str:
    """The folder of static/src a file lies in: "stage" for stage/scene.ts, "" for main.tsx."""
    parts = path.resolve().relative_to(SOURCE.resolve()).parts
    return parts[0] if len(parts) > 1 else ""


def needed(path: Path) -> Iterator[Path]:
    """Our own files that a TypeScript file imports, without their endings."""
    for target in IMPORT.findall(code(path)):
        if target.startswith("."):
            yield path.parent / target


def test_only_the_wire_touches_a_socket() -> None:
    written = [path for path in scripts() if ".test." not in path.name and ".fixture." not in path.name]
    touching = {place(path) for path in written if re.search(r"\bWebSocket\b", code(path))}
    assert touching <= {"wire"}


@pytest.mark.parametrize("panel", PANELS)
def test_panels_meet_in_the_state_and_never_import_each_other(panel: str) -> None:
    others = set(PANELS) - {panel}
    for path in scripts(panel):
        met = {place(target) for target in needed(path) if target.resolve().is_relative_to(SOURCE.resolve())}
        assert not met & others, name(path)


def test_what_paints_touches_no_page() -> None:
    for path in scripts("paint"):
        if path.name != PAINT_WITH_DOM and ".test." not in path.name:
            found = re.findall(r"(?<![.\w])(?:document|window)\b(?!\s*[:?])", TEXT.sub("", code(path)))
            assert not found, name(path)


def test_the_reading_of_typescript_sees_every_form_of_import(tmp_path: Path) -> None:
    script = tmp_path / "a.ts"
    script.write_text(
        'import { a } from "../stage/a";\nimport type { B } from "./b";\nimport "./style.css";\n'
        'const c = await import("../charts/c");\n// import "./not";\n/* from "./neither" */\n'
        'const url = "http://host/x"; export { d } from "./d";\n',
        "utf-8",
    )
    found = [path.relative_to(tmp_path.parent).as_posix() for path in map(Path.resolve, needed(script))]
    here = tmp_path.name
    assert found == ["stage/a", f"{here}/b", f"{here}/style.css", "charts/c", f"{here}/d"]
