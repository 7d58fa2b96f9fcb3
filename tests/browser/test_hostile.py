"""Names and texts from somebody else, in a file or a link: shown as text, run nowhere, and taken back with a press."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab

NAMES = {
    "markup": "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>",
    "a template": "{{7*7}}${7*7}{count}%s",
    "quotes": "';--\"><svg onload=\"document.title='run'\">",
    "a text turned around": "\u202egpj.exe\u2066 fdp",
    "nothing to be seen": "\u200b\u200d\ufeff",
    "ten thousand letters": "가" * 10_000,
}


def experiment(**fields: Any) -> dict[str, Any]:
    layers = [{"kind": "Linear", "out_features": 3}, {"kind": "Tanh"}, {"kind": "Linear", "out_features": 1}]
    chosen = {"loss": {"kind": "BCEWithLogitsLoss"}, "optimizer": {"kind": "SGD"}}
    return {"version": 1, "data": {"kind": "xor"}, "network": {"layers": layers}, "batch": 8, **chosen, **fields}


def link(document: dict[str, Any]) -> str:
    moment = json.dumps({"experiment": document, "edits": [], "step": 3, "position": 0})
    return "#m=" + base64.urlsafe_b64encode(moment.encode()).decode().rstrip("=")


def drop(lab: Lab, document: dict[str, Any], name: str = "it.json") -> None:
    file = {"name": name, "mimeType": "application/json", "buffer": json.dumps(document).encode()}
    lab.page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]


def nothing_ran(lab: Lab) -> None:
    assert lab.page.title() == "Backflow"
    assert lab.page.locator("img, svg[onload], [onerror], #app script").count() == 0
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 1440
    assert [url for url in lab.requests if url.endswith("/x")] == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_an_experiment_of_a_hostile_name_is_shown_as_text_and_taken_back(lab: Lab, name: str) -> None:
    drop(lab, experiment(name=name))
    chosen = lab.page.get_by_role("combobox", name="Experiment")
    expect(chosen.locator("option:checked")).to_have_text(name, use_inner_text=False)
    nothing_ran(lab)
    lab.page.get_by_role("button", name="Undo", exact=True).click()
    expect(chosen).to_have_value("spiral")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_layer_of_a_hostile_name_is_refused_in_words_and_the_work_goes_on(lab: Lab, name: str) -> None:
    document = experiment()
    document["network"]["layers"][0]["name"] = name
    drop(lab, document, name="<b>.json")
    refusal = lab.page.locator(".builder-refused").first
    expect(refusal).to_contain_text("<b>.json")
    expect(refusal).to_contain_text(re.sub("[\u202a-\u202e\u2066-\u2069]", "\ufffd", name[:60]))  # turns no sentence
    nothing_ran(lab)
    lab.complaints = [each for each in lab.complaints if "422" not in each]  # so the browser tells of a refusal
    expect(lab.page.get_by_role("combobox", name="Experiment")).to_have_value("spiral")


def test_a_link_with_hostile_names_is_judged_like_a_file_and_replaces_nothing_if_it_is_wrong(
    lab: Lab, address: str
) -> None:
    document = experiment(name=NAMES["markup"])
    document["network"]["layers"][0]["name"] = NAMES["markup"]
    before = lab.counter("step")
    lab.page.evaluate("hash => { location.hash = hash }", link(document))
    expect(lab.page.get_by_role("alert").first).to_be_visible()
    expect(lab.page.get_by_role("combobox", name="Experiment")).to_have_value("spiral")
    assert lab.counter("step") >= before
    nothing_ran(lab)


def test_a_link_stands_still_to_be_looked_at_and_is_taken_back_with_one_press(lab: Lab) -> None:
    lab.page.evaluate("hash => { location.hash = hash }", link(experiment(name=NAMES["markup"])))
    lab.until("step", lambda step: step == 3)
    expect(lab.page.get_by_role("button", name="Play")).to_be_visible()
    chosen = lab.page.get_by_role("combobox", name="Experiment")
    expect(chosen.locator("option:checked")).to_have_text(NAMES["markup"], use_inner_text=False)
    nothing_ran(lab)
    lab.page.get_by_role("button", name="Undo", exact=True).click()
    expect(chosen).to_have_value("spiral")


def test_a_text_that_is_no_unicode_is_refused_and_the_line_goes_on(lab: Lab) -> None:
    broken = base64.urlsafe_b64encode(b'{"experiment":{"version":1,"name":"\\ud800"},"step":1}').decode().rstrip("=")
    lab.page.evaluate("hash => { location.hash = hash }", "#m=" + broken)
    expect(lab.page.get_by_role("alert").first).to_be_visible()
    lab.pause()
    step = lab.counter("step")
    lab.dial("step")
    lab.forward()  # to the end of this step
    lab.forward()
    lab.until("step", lambda at: at > step)
    nothing_ran(lab)


def test_a_name_of_ten_thousand_letters_pushes_no_button_off_a_phone(lab: Lab) -> None:
    drop(lab, experiment(name=NAMES["ten thousand letters"]))
    expect(lab.page.get_by_role("combobox", name="Experiment").locator("option:checked")).to_contain_text("가")
    for width in (390, 320):
        lab.page.set_viewport_size({"width": width, "height": 700})
        beyond = """() => [...document.querySelectorAll('header.bar button, header.bar select')]
          .filter((e) => e.offsetParent && e.getBoundingClientRect().right > innerWidth + 0.5).length"""
        assert lab.page.evaluate(beyond) == 0, width
