"""A machine that is gone: nothing comes from it any more, neither an answer nor an end. It is played in a network
namespace whose only line is taken down."""

from __future__ import annotations

import shutil
import subprocess
import sys
from time import sleep

import pytest
from websockets.sync.client import connect

from hatch_build import ROOT
from tests.app.namespace import having
from tests.app.service import BUILT, address, running
from tests.app.test_line import HASTE, counted, until

pytestmark = [BUILT, having("-rn"), pytest.mark.skipif(not shutil.which("ip"), reason="no ip here")]
PINGED_TWICE = HASTE["app.serve.PING_EVERY"] * 2 + HASTE["app.serve.PONG_WITHIN"]


def line(state: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def play() -> None:
    """Inside: what is left of a conversation after the line was down for a while and is up again."""
    line("up")
    with running(constants=HASTE) as service:
        where = address(service)
        with connect(where.replace("http", "ws") + "/ws"):
            until(lambda: counted(where, "backflow_sessions") == 1, service.pid)
            sleep(PINGED_TWICE)
            print("answering pings:", counted(where, "backflow_sessions"))
            line("down")
            sleep(PINGED_TWICE)
            line("up")
            print("gone:", counted(where, "backflow_sessions"))


def test_whose_machine_is_gone_without_an_end_is_let_go_and_who_answers_pings_is_not() -> None:
    command = ["unshare", "-rn", sys.executable, "-c", f"from {__name__} import play; play()"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout
    assert said.splitlines() == ["answering pings: 1.0", "gone: 0.0"]
