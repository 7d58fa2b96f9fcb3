"""The service's pages and JSON: complete, checked, and closed to everybody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import __version__
from app.assets import STATIC
from app.catalogue import EXAMPLES, members
from app.documents import LARGEST
from app.headers import HEADERS
from app.main import create_app
from app.settings import Settings
from engine.choice import settings
from engine.experiment import AnyData, AnyLayer, Experiment
from engine.initializers import AnyInitializer
from engine.layer import WIRING
from engine.operations.losses import AnyLoss
from engine.optimizers.any_optimizer import AnyOptimizer
from engine.tagged import kinds
from tests.app.conversation import SMALL
from tests.app.service import BUILT, JSON, URL

pytestmark = BUILT


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(processes=0)), base_url=URL, headers=JSON) as client:
        yield client


def test_it_says_that_it_is_well_and_which_version(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "version": __version__}
    assert client.get("/readyz").json() == {"status": "ready"}


class TestCatalogue:
    @pytest.mark.parametrize(
        ("part", "union"),
        [
            ("data", AnyData),
            ("layers", AnyLayer),
            ("losses", AnyLoss),
            ("optimizers", AnyOptimizer),
            ("initializers", AnyInitializer),
        ],
    )
    def test_has_every_choice_with_the_defaults_of_its_class(self, client: TestClient, part: str, union: Any) -> None:
        listed = {entry["kind"]: entry["settings"] for entry in client.get("/api/catalogue").json()[part]}
        classes = {kind: member for member in members(union) for kind in kinds(member)}
        assert list(listed) == list(classes)
        for kind, member in classes.items():
            said = {setting["name"]: setting["default"] for setting in listed[kind]}
            chosen = [field for field in fields(member) if field.name not in {"kind", *WIRING}]
            assert list(said) == [field.name for field in chosen]
            assert {name: said[name] for name in defaults(chosen)} == defaults(chosen), kind

    def test_has_limits_that_the_check_enforces(self, client: TestClient) -> None:
        catalogue = client.get("/api/catalogue").json()
        adam = next(entry for entry in catalogue["optimizers"] if entry["kind"] == "Adam")
        rate = next(setting for setting in adam["settings"] if setting["name"] == "lr")
        over = {"optimizer": {"kind": "Adam", "lr": rate["high"] * 2}}
        assert client.post("/api/check", json=over).json()["problems"][0]["where"] == "optimizer.lr"

    def test_tells_how_many_numbers_a_field_takes_and_whether_it_may_be_empty(self, client: TestClient) -> None:
        layers = {kind["kind"]: kind["settings"] for kind in client.get("/api/catalogue").json()["layers"]}
        (size,) = layers["Unflatten"]
        assert (size["shortest"], size["length"], size["low"], size["optional"]) == (2, 3, 1, False)
        *_, stop = layers["Slice"]
        assert (stop["length"], stop["type"], stop["default"], stop["optional"]) == (1, "integer", None, True)

    def test_has_a_notation_for_every_layer_and_loss(self, client: TestClient) -> None:
        notation = client.get("/api/catalogue").json()["notation"]
        for union in (AnyLayer, AnyLoss, AnyOptimizer):
            for member in members(union):
                assert notation[member.__name__]["value"].startswith("<math")

    def test_sets_each_clause_of_a_formula_by_itself_and_cuts_none_in_two(self, client: TestClient) -> None:
        notation = client.get("/api/catalogue").json()["notation"]
        assert notation["HuberLoss"]["value"].count("<math") == 3
        for kind, notes in notation.items():
            for markup in (notes["value"], *notes["gradients"].values()):
                for clause in markup.split("</math>")[:-1]:
                    brackets = [clause.count(sign) for sign in "([)]"]
                    assert brackets[:2] == brackets[2:], (kind, clause)

    def test_has_every_example_complete(self, client: TestClient) -> None:
        listed = client.get("/api/catalogue").json()["examples"]
        assert len(listed) == len(list(EXAMPLES.glob("*.json")))
        assert all(set(example) == {f.name for f in fields(Experiment)} for example in listed)


class TestSchema:
    def test_admits_every_example(self, client: TestClient) -> None:
        schema = client.get("/api/schema").json()["experiment"]
        for path in EXAMPLES.glob("*.json"):
            assert faults(json.loads(path.read_text("utf-8")), schema, schema) == [], path.name

    @pytest.mark.parametrize(
        "wrong",
        [{"batch": 0}, {"batch": 1.5}, {"dtype": "int8"}, {"colour": 1}, {"loss": {"kind": "MSELoss", "delta": 1}}],
    )
    def test_does_not_admit_what_the_check_refuses(self, client: TestClient, wrong: dict[str, Any]) -> None:
        schema = client.get("/api/schema").json()["experiment"]
        assert faults(wrong, schema, schema) != []
        assert client.post("/api/check", json=wrong).status_code == 422

    def test_has_every_message(self, client: TestClient) -> None:
        found = client.get("/api/schema").json()
        assert set(found) == {"experiment", "request", "reply", "catalogue", "dialects"}
        assert set(found["request"]["discriminator"]["mapping"]) == {
            *("open", "advance", "seek", "look", "edit", "respond", "predict", "prove", "summarize", "sample")
        }


class TestCheck:
    def test_of_a_good_experiment_answers_shapes_parameters_and_cost(self, client: TestClient) -> None:
        reply = client.post("/api/check", json=SMALL)
        assert reply.status_code == 200
        found = reply.json()
        assert [layer["output_shape"] for layer in found["layers"]] == [[32, 8]] * 4 + [[32, 1]]
        assert [layer["parameters"] for layer in found["layers"]] == [24, 0, 72, 0, 9]
        assert (found["parameters"], found["multiply_adds"]) == (105, 2 * 8 + 8 * 8 + 8)
        assert found["data"] == {"train": 140, "test": 60, "features": 2, "classes": 2}

    def test_of_a_bad_one_answers_every_problem(self, client: TestClient) -> None:
        reply = client.post("/api/check", json={"batch": 0, "dtype": "int8"})
        assert reply.status_code == 422
        assert [found["where"] for found in reply.json()["problems"]] == ["batch", "dtype"]
        assert set(reply.json()["problems"][0]) == {"where", "code", "expected", "came", "values"}

    def test_of_one_that_does_not_fit_its_data_names_the_layer(self, client: TestClient) -> None:
        two = {"layers": [{"kind": "Linear", "out_features": 2}]}
        asked = {"data": {"kind": "iris"}, "network": two, "loss": {"kind": "CrossEntropyLoss"}}
        (found,) = client.post("/api/check", json=asked).json()["problems"]
        assert (found["where"], found["code"], found["came"]) == ("network.layers.0", "outputs", "2")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"x" * (LARGEST + 1)])
    def test_of_anything_else_is_a_problem_too(self, client: TestClient, body: bytes) -> None:
        reply = client.post("/api/check", content=body)
        assert reply.status_code == 422
        assert reply.json()["problems"][0]["code"] in ("not_json", "too_long")

    def test_stops_reading_a_body_that_never_ends(self, client: TestClient) -> None:
        sent = 0

        def endless() -> Any:
            nonlocal sent
            for _ in range(10_000):
                sent += 1
                yield b"x" * 1000

        assert client.post("/api/check", content=endless()).json()["problems"][0]["code"] == "too_long"


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        ["/", "/healthz", "/api/catalogue", "/api/schema", "/nowhere", "/static/nothing.js", "/static/../main.py"],
    )
    def test_are_on_every_response(self, client: TestClient, path: str) -> None:
        reply = client.get(path)
        assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS

    def test_are_on_refusals_too(self, client: TestClient) -> None:
        for reply in (
            client.get("/", headers={"Host": "evil.example"}),
            client.post("/api/check", content=b"{"),
            client.put("/healthz"),
        ):
            assert reply.status_code >= 400
            assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS

    def test_allow_nothing_inline_and_no_other_host(self, client: TestClient) -> None:
        policy = client.get("/").headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_keep_assets_that_are_named_by_their_content(self, client: TestClient) -> None:
        (script,) = re.findall(r'src="(static/assets/[^"]+\.js)"', client.get("/").text)
        assert "immutable" in client.get(f"/{script}").headers["cache-control"]
        assert client.get("/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("", 400),
    ],
)
def test_only_this_machines_own_names_are_answered(client: TestClient, host: str, status: int) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == status


class TestPage:
    def test_names_the_bundle_that_is_there_now(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        manifest = tmp_path / ".vite" / "manifest.json"
        manifest.parent.mkdir()
        monkeypatch.setattr("app.pages.STATIC", tmp_path)
        for script in ("assets/main-1.js", "assets/main-2.js"):
            manifest.write_text(json.dumps({"main": {"file": script, "isEntry": True}}), "utf-8")
            assert f'src="static/{script}"' in client.get("/").text

    def test_names_assets_that_exist(self, client: TestClient) -> None:
        named = re.findall(r'(?:src|href)="(static/[^"]+)"', client.get("/").text)
        assert any(name.endswith(".js") for name in named)
        for name in named:
            assert client.get(f"/{name}").status_code == 200
            assert (STATIC / name.removeprefix("static/")).is_file()

    def test_has_no_inline_script_or_style(self, client: TestClient) -> None:
        text = client.get("/").text
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        assert "<style" not in text
        assert re.findall(r"\s(?:style|on\w+)=", text) == []

    def test_names_no_other_host(self, client: TestClient) -> None:
        assert "//" not in client.get("/").text

    @pytest.mark.parametrize(
        ("query", "accepted", "language"),
        [
            ("", "", "en"),
            ("", "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
            ("", "fr-FR, en;q=0.5, ko;q=0.2", "en"),
            ("?lang=ko", "en", "ko"),
            ("?lang=en", "ko", "en"),
            ("?lang=%22%3E%3Cscript%3E", "ko", "ko"),
        ],
    )
    def test_is_in_the_language_that_is_asked_for(
        self, client: TestClient, query: str, accepted: str, language: str
    ) -> None:
        text = client.get(f"/{query}", headers={"Accept-Language": accepted}).text
        assert f'<html lang="{language}">' in text


def defaults(chosen: list[Field[Any]]) -> dict[str, Any]:
    """What stands in the class, as JSON says it; a field without a default is left out."""
    found = {}
    for field in chosen:
        if field.default is not MISSING:
            found[field.name] = settings(field.default)
        elif field.default_factory is not MISSING:
            found[field.name] = settings(field.default_factory())
    return found


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """What is wrong with a value by a JSON Schema, as far as ours go."""
    if "$ref" in schema:
        return faults(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        chosen = mapping.get(value.get("kind"))
        return faults(value, {"$ref": chosen}, root) if chosen else ["kind"]
    kinds_of: dict[str, type | tuple[type, ...]] = {
        **{"object": dict, "array": list, "string": str},
        **{"number": (int, float), "integer": int, "boolean": bool},
    }
    if "type" in schema and not isinstance(value, kinds_of[schema["type"]]):
        return [f"{value!r} is no {schema['type']}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{value!r} is not one of {schema['enum']}")
    if value < schema.get("minimum", value) if isinstance(value, int | float) else False:
        found.append(f"{value!r} is too small")
    if value > schema.get("maximum", value) if isinstance(value, int | float) else False:
        found.append(f"{value!r} is too large")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{name} is unknown" for name in value if name not in properties]
        found += [f"{name} is missing" for name in schema.get("required", []) if name not in value]
        for name in value.keys() & properties.keys():
            found += faults(value[name], properties[name], root)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            found += faults(item, schema["items"], root)
    return found
