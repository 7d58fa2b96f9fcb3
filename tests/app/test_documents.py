"""Outside text becomes an experiment or a list of problems that name their places; never anything else."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from app.documents import LARGEST, read_experiment, read_request, size
from engine.experiment import Experiment
from engine.problem import BadExperiment, Problem


def problems(text: str | bytes | dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(BadExperiment) as caught:
        read_experiment(json.dumps(text) if isinstance(text, dict) else text)
    return caught.value.problems


def only(text: str | bytes | dict[str, Any]) -> tuple[str, str]:
    """Place and code of the one problem there is."""
    (found,) = problems(text)
    return found.where, found.code


def layers(*found: Any) -> dict[str, Any]:
    return {"network": {"layers": list(found)}}


def test_what_may_be_left_empty_may_be_null() -> None:
    assert read_experiment(json.dumps(layers({"kind": "Slice", "stop": None}))).network.layers[0].stop is None


def test_an_empty_object_is_the_default_experiment() -> None:
    assert read_experiment("{}") == Experiment()


@pytest.mark.parametrize(
    ("document", "where", "code"),
    [
        (layers({"kind": "Conv9"}), "network.layers.0.kind", "kind"),
        (layers({"kind": ["Linear"]}), "network.layers.0.kind", "kind"),
        (layers({}), "network.layers.0", "missing_kind"),
        (layers({"kind": "Tanh"}, 3), "network.layers.1", "type"),
        (layers({"kind": "Linear", "out_features": 0}), "network.layers.0.out_features", "greater_than_equal"),
        (
            layers({"kind": "Linear", "out_features": 10**12}),
            "network.layers.0.out_features",
            "less_than_equal",
        ),
        (layers({"kind": "Linear", "out_features": "64"}), "network.layers.0.out_features", "type"),
        (layers({"kind": "Linear", "out_features": 1.5}), "network.layers.0.out_features", "type"),
        (layers({"kind": "Linear", "out_features": True}), "network.layers.0.out_features", "type"),
        (layers({"kind": "Linear", "out_features": None}), "network.layers.0.out_features", "type"),
        (layers({"kind": "Slice", "stop": 1.5}), "network.layers.0.stop", "type"),
        (layers({"kind": "Unflatten", "unflattened_size": [64]}), "network.layers.0.unflattened_size", "type"),
        (layers({"kind": "Unflatten", "unflattened_size": [4, 4, 2, 2]}), "network.layers.0.unflattened_size", "type"),
        (
            layers({"kind": "Unflatten", "unflattened_size": [8, 0]}),
            "network.layers.0.unflattened_size.1",
            "greater_than_equal",
        ),
        ({"network": {"layers": "Tanh"}}, "network.layers", "type"),
        ({"network": []}, "network", "type"),
        ({"optimizer": {"kind": "SGD", "lr": -0.1}}, "optimizer.lr", "greater_than_equal"),
        ({"optimizer": {"kind": "SGD", "lr": float("nan")}}, "optimizer.lr", "finite"),
        ({"optimizer": {"kind": "SGD", "lr": float("-inf")}}, "optimizer.lr", "finite"),
        ({"optimizer": {"kind": "Adam", "betas": [0.9]}}, "optimizer.betas.1", "missing"),
        ({"optimizer": {"kind": "Adam", "betas": [0.9, 0.9, 0.9]}}, "optimizer.betas", "type"),
        ({"optimizer": {"kind": "Adam", "betas": [0.9, 1]}}, "optimizer.betas.1", "less_than_equal"),
        ({"loss": {"kind": "Hinge"}}, "loss.kind", "kind"),
        ({"data": {"kind": None}}, "data.kind", "kind"),
        ({"dtype": "int8"}, "dtype", "kind"),
        ({"batch": 0}, "batch", "greater_than_equal"),
        ({"seeds": {"init": 2**32}}, "seeds.init", "less_than_equal"),
        ({"name": 7}, "name", "type"),
        ({"colour": "red"}, "colour", "unknown"),
        ({"__proto__": {"batch": 1}}, "__proto__", "unknown"),
        ({"network": {"Tanh": 1}}, "network.Tanh", "unknown"),
        (layers({"kind": "Tanh", "Tanh": 1}), "network.layers.0.Tanh", "unknown"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(document: dict[str, Any], where: str, code: str) -> None:
    assert only(document) == (where, code)


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("", "", "not_json"),
        ('{"batch": 3', "", "not_json"),
        ("{'batch': 3}", "", "not_json"),
        ("null", "", "type"),
        ("[]", "", "type"),
        ("\ufeff{}", "", "not_json"),
        ("\ufeff{}".encode(), "", "not_json"),
        ("{}".encode("utf-16"), "", "not_json"),
        (b'{"name": "\xff"}', "", "not_json"),
        ('{"name": "a\0b"}', "", "not_json"),
        ('{"name": "\\ud800"}', "", "not_json"),
        ('{"name": "\ud800"}', "", "not_json"),
        ('{"batch": ' + "9" * 5000 + "}", "", "not_json"),
        ('{"optimizer": {"kind": "SGD", "lr": 1e999}}', "optimizer.lr", "finite"),
        ('{"x": ' + "[" * 50_000 + "]" * 50_000 + "}", "", "not_json"),
        ("[" * 100_000 + "]" * 100_000, "", "too_long"),
        ('{"name": "' + "x" * LARGEST + '"}', "", "too_long"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_text_that_is_no_document_is_refused_in_words(text: str | bytes, where: str, code: str) -> None:
    assert only(text) == (where, code)


def test_length_is_counted_in_bytes() -> None:
    assert only('{"name": "' + "한" * (LARGEST // 2) + '"}') == ("", "too_long")
    assert size("한\ud800") == 6


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"batch": 4, "batch": 8}', "batch"),
        ('{"batch": 4, "batch": 4}', "batch"),
        ('{"seeds": {"init": 1, "data": 2, "init": 3}}', "seeds.init"),
        ('{"network": {"layers": [{"kind": "Linear"}, {"kind": "Tanh", "kind": "ReLU"}]}}', "network.layers.1.kind"),
    ],
)
def test_a_name_that_stands_twice_is_refused_since_nobody_knows_which_was_meant(text: str, where: str) -> None:
    assert only(text) == only(text.encode()) == (where, "twice")


@pytest.mark.parametrize("version", ["2", "0", '"1"'])
def test_an_experiment_of_another_version_says_which_one_can_be_read(version: str) -> None:
    (found,) = problems(f'{{"version": {version}}}')
    assert (found.where, found.code) == ("version", "version")
    assert "version 1" in found.expected


def test_every_problem_is_reported_not_only_the_first() -> None:
    found = problems({"batch": 0, "dtype": "int8", **layers({"kind": "Linear", "out_features": 0})})
    assert {each.where for each in found} == {"batch", "dtype", "network.layers.0.out_features"}


def test_the_kinds_there_are_are_listed_once() -> None:
    found = problems({**layers(*[{"kind": "Nothing"}] * 200), "loss": {"kind": "Nothing"}})
    assert len(found) == 201
    listed = [each for each in found if "'Linear'" in each.expected]
    assert [each.where for each in listed] == ["network.layers.0.kind"]
    assert "'MSELoss'" in next(each.expected for each in found if each.where == "loss.kind")
    assert sum(len(each.expected) for each in found) < 20_000


def test_a_problem_says_what_was_expected_and_what_came() -> None:
    (found,) = problems(layers({"kind": "Linear", "out_features": 5000}))
    assert (found.expected, found.came) == ("at most 4,096", "5000")
    (found,) = problems({"loss": {"kind": "H" * 5000}})
    assert "'MSELoss'" in found.expected
    assert len(found.came) == 80


def test_nothing_is_allocated_for_what_is_refused() -> None:
    width = {"kind": "Linear", "out_features": 10**12}
    text = json.dumps(layers(*[width] * 20))
    problems(text)  # once before, for what is made only once
    tracemalloc.start()
    problems(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_place_in_a_request_is_a_field_of_it() -> None:
    texts = {
        "steps": {"kind": "advance", "id": 1, "generation": 1, "steps": 0},
        "look.example": {"kind": "look", "id": 1, "generation": 1, "look": {"example": -1}},
        "edit.step": {
            "kind": "edit",
            "id": 1,
            "generation": 1,
            "edit": {"kind": "learning_rate", "step": -1, "value": 1},
        },
        "kind": {"kind": "jump", "id": 1},
        "": {"id": 1},
    }
    for where, text in texts.items():
        with pytest.raises(BadExperiment) as caught:
            read_request(json.dumps(text))
        assert [found.where for found in caught.value.problems] == [where]
