"""Nothing is needed from outside: the service and its page on a machine that has no network at all."""

from __future__ import annotations

import subprocess
import sys

from hatch_build import ROOT
from tests.app.namespace import having
from tests.browser.conftest import Lab

ALONE = 'ip link set lo up && ! ip route get 192.0.2.1 2>&1 && exec "$@"'  # a loopback, and no way anywhere
PLAYED = (
    "tests/browser/test_lab.py::test_the_default_experiment_plays_at_once",
    "tests/browser/test_truth.py::test_a_gradient_is_proved_on_demand",
    "tests/browser/test_offline.py::test_every_example_opens_and_can_be_stepped",
)


def test_every_example_opens_and_can_be_stepped(lab: Lab) -> None:
    lab.pause()
    names = lab.page.get_by_role("combobox", name="Experiment").locator("option").all_inner_texts()
    assert len(names) >= 14
    for name in names:
        lab.example(name)
        lab.pause()
        lab.go_to(2)


@having("-rn")
def test_without_a_network_it_plays_steps_and_inspects_and_no_request_leaves() -> None:
    """The service, the browser and these tests in a namespace of their own; each sees that no other host is asked."""
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLAYED]
    command = ["unshare", "-rn", "sh", "-c", ALONE, "sh", *tests]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{len(PLAYED)} passed" in found.stdout
