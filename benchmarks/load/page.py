"""Writes docs/performance.md and its charts from what `make load` and `make soak` have measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.plot import chart, microseconds

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"

# ruff: noqa: E501
PAGE = """# Performance of the service

Written by `make load` (some four minutes) and `make soak` (an hour) on the machine that ran them last: {machine}. Browsers are played by a process of their own, over the wire, on the same machine; it takes part of the machine, and that part is stated. How fast the engine is stands in [benchmarks/README.md](../benchmarks/README.md).

A frame is *on time* if it is there before the next one is due. A browser never has more than two requests outstanding; a frame that could not be asked for because of that counts as late. *Step* is one person more, who presses Step five times a second on average while all others train.

| | a class | a full core |
|---|--:|--:|
| sessions of 2-8-8-1, batch 32 | {class[sessions]} | {core[sessions]} |
| asked of each | 10 frames a second of 10 steps | 20 frames a second of 50 steps |
| frames on time | {class[on_time]} | {core[on_time]} |
| frames a second | {class[frames_per_second]:,} | {core[frames_per_second]:,} |
| training steps a second | {class[steps_per_second]:,} | {core[steps_per_second]:,} |
| a frame comes within, half of them / 99 % | {class[frame]} | {core[frame]} |
| Step comes within, half of them / 99 % | {class[step]} | {core[step]} |
| web process's loop is late by, 99 % | ≤ {class[loop_lag_ms_p99]} ms | ≤ {core[loop_lag_ms_p99]} ms |
| memory a session, all processes | {class[memory_kb_per_session]} KB | {core[memory_kb_per_session]} KB |
| cores busy: web process, host, the host that stands by | {class[cores]} | {core[cores]} |
| cores busy playing the browsers | {class[cores_asking]} | {core[cores_asking]} |
| errors | {class[errors]} | {core[errors]} |

The full core asks for twice what one core can do, so that frames cannot be on time there; it shows how much is done, and that whoever presses Step does not stand in that queue.

A storm: 300 people join in {storm[joined_s]} s, then each presses Step once within one second. 99 % of the answers come within {storm[step_ms_p99]} ms{storm[all]}.

## From 1 to 1,000 sessions

Each at 10 frames a second of 10 steps, for as long as there is room.

![Milliseconds until a frame or a step comes, by the number of sessions](pictures/load-latency.svg)
![Megabytes that the sessions take, by their number](pictures/load-memory.svg)

| sessions | on time | steps a second | frame, half / 99 % | Step, half / 99 % | KB a session |
|--:|--:|--:|--:|--:|--:|
{rows}
{soak}"""
SOAK = """
## An hour

{people} people at {people} seats for {minutes:g} minutes: each trains, steps, goes back, looks, edits, opens other networks and sends nonsense, leaves after two minutes in the mean, and the next one sits down. {requests:,} requests, {lost} connections lost. After a quarter of the time for every buffer to be made, memory grew by {memory_percent_an_hour} % an hour to {memory_mb} MB, and file descriptors, {descriptors} at the end, by {descriptors_an_hour} an hour.
"""


def write() -> None:
    found, soaked = results("load"), results("soak")
    assert found
    (DOCS / "performance.md").write_text(page(found, soaked), "utf-8")
    for name, picture in charts(found["curve"]).items():
        (DOCS / "pictures" / f"load-{name}.svg").write_text(picture, "utf-8")


def results(name: str) -> dict[str, Any] | None:
    file = HERE / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else None


def page(found: dict[str, Any], soaked: dict[str, Any] | None) -> str:
    return PAGE.format(
        machine=found["machine"],
        rows="\n".join(map(row, found["curve"])),
        soak=SOAK.format(**soaked) if soaked else "",
        storm={**found["storm"], "all": ", and nobody's is lost" if found["storm"]["all_at_step"] else ""},
        **{name: {**found[name], **said(found[name])} for name in ("class", "core")},
    )


def charts(curve: list[dict[str, Any]]) -> dict[str, str]:
    sizes = [each["sessions"] for each in curve]
    waits = {
        "frame, 99 %": [1000 * each["frame_ms_p99"] for each in curve],
        "Step, 99 %": [1000 * each["step_ms_p99"] for each in curve],
        "Step, half": [1000 * each["step_ms_p50"] for each in curve],
    }
    memory = [each["sessions"] * each["memory_kb_per_session"] / 1024 for each in curve]
    return {
        "latency": chart("Until an answer comes", "sessions", sizes, waits, microseconds),
        "memory": chart("Memory of all sessions", "sessions", sizes, {"": memory}, lambda value: f"{value:g} MB"),
    }


def said(facts: dict[str, Any]) -> dict[str, str]:
    """Some of the facts in the words of the page."""
    return {
        "on_time": f"{100 * facts['frames_on_time']:.1f} %",
        "frame": f"{facts['frame_ms_p50']:.1f} / {facts['frame_ms_p99']:.1f} ms",
        "step": f"{facts['step_ms_p50']:.1f} / {facts['step_ms_p99']:.1f} ms",
        "cores": ", ".join(map(str, facts["cores_busy"])),
    }


def row(facts: dict[str, Any]) -> str:
    words = said(facts)
    cells = (
        f"{facts['sessions']:,}",
        words["on_time"],
        f"{facts['steps_per_second']:,}",
        words["frame"],
        words["step"],
    )
    return f"| {' | '.join(cells)} | {facts['memory_kb_per_session']} |"
