"""Every number on the page is the engine's: the inspector beside `backflow trace` of the same experiment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from tests.browser.conftest import Lab

STEPS = 7


def trace(experiment: Path, steps: int, out: Path) -> dict[str, np.ndarray]:
    command = [
        sys.executable,
        "-m",
        "app",
        "trace",
        str(experiment),
        "--steps",
        str(steps),
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True)
    with np.load(out) as arrays:
        return dict(arrays)


def shown(lab: Lab, name: str) -> np.float32:
    """The exact number behind a rounded one."""
    text = lab.page.get_by_test_id(f"inspector-{name}").first.get_attribute("data-exact")
    assert text is not None
    return np.float32(text)


def written(value: np.float32) -> str:
    """A number as the page writes it: four significant digits, a true minus, powers of ten where they are needed."""
    size = abs(float(value))
    digits = f"{size:.3e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    if 1e-3 <= size < 1e4:
        digits = f"{size:#.4g}".rstrip(".")
    return ("\u2212" if value < 0 else "") + digits.replace("-", "\u2212")


def test_the_inspectors_numbers_are_those_of_trace(lab: Lab, tmp_path: Path) -> None:
    lab.pause()
    lab.go_to(STEPS)
    with lab.page.expect_download() as download:
        lab.page.get_by_role("button", name="Download").click()
    path = tmp_path / "experiment.json"
    download.value.save_as(path)
    assert json.loads(path.read_text())["name"] == "spiral"
    arrays = trace(path, STEPS, tmp_path / "trace.npz")

    stage = lab.page.get_by_role("application")
    stage.focus()
    lab.page.keyboard.press("ArrowRight")  # layer 2, and from its unit into the weights
    for _ in range(3):
        lab.page.keyboard.press("ArrowDown")
        lab.page.keyboard.press("Enter")
        place = lab.page.get_by_test_id("inspector-place").inner_text()
        name, index = place.split("[")[0].split()[-1], place.split("[")[1].rstrip("]")
        row, column = (int(part) for part in index.split(","))
        expect(lab.page.get_by_test_id("inspector-gradient").first).to_be_visible()
        assert shown(lab, "weight") == arrays[f"param/{name}"][row, column]
        assert shown(lab, "gradient") == arrays[f"grad/{name}"][row, column]
        assert shown(lab, "update") == arrays[f"update/{name}"][row, column]
        for what, array in (("weight", "param"), ("gradient", "grad")):
            text = lab.page.get_by_test_id(f"inspector-{what}").first.inner_text()
            assert text == written(arrays[f"{array}/{name}"][row, column])
        lab.page.keyboard.press("Escape")


def test_a_gradient_is_proved_on_demand(lab: Lab) -> None:
    lab.pause()
    lab.go_to(2)
    stage = lab.page.get_by_role("application")
    stage.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Enter")
    lab.page.get_by_role("button", name="Prove it").click()
    expect(lab.page.get_by_text("Proved", exact=True)).to_be_visible()
