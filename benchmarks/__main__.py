"""Times every workload, prints a table, writes results.json beside this file. Run by `make bench`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from benchmarks.engine_step import engine_step
from benchmarks.frame import NAME as FRAME
from benchmarks.frame import frame_binary, frame_json
from benchmarks.live import TOP_SPEED, live_training
from benchmarks.paired import Contestant, paired, ratio
from benchmarks.peers import torch_or_none, torch_step
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS

RESULTS = Path(__file__).parent / "results.json"


class Result(TypedDict):
    """`ours` and `peer` are medians in `unit`; `ratio` is the median of the paired ratios ours : peer."""

    name: str
    ours: float
    peer: float
    ratio: float
    unit: str


def main() -> None:
    torch = torch_or_none()
    if torch is None:
        print("PyTorch is not installed, so it is left out; `pip install '.[bench]'` adds it.")
    print(f"{'step':4}  {'peer':26} {'ours µs':>9} {'peer µs':>9} {'ratio':>7}  {'p10':>6} to {'p90':>6}")
    results = [result for make in WORKLOADS for result in compare(make(), torch)]
    results.append(compare_frames())
    results += watch_live()
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"written to {RESULTS}")


def compare(work: Workload, torch: Any) -> list[Result]:
    """The engine beside each peer, on one workload; prints a line for each."""
    peers = peers_of(work, torch)
    times = paired({"ours": partial(engine_step, work), **peers})
    microseconds = {name: round(float(np.median(each)) * 1e6, 2) for name, each in times.items()}
    results = []
    for peer in peers:
        found = ratio(times["ours"], times[peer])
        ours, theirs = microseconds["ours"], microseconds[peer]
        spread = f"{found.p10:6.3f} to {found.p90:6.3f}"
        print(f"{work.name:4}  {peer:26} {ours:9.1f} {theirs:9.1f} {found.median:7.3f}  {spread}", flush=True)
        name = f"{work.name} step, {peer}"
        results.append(Result(name=name, ours=ours, peer=theirs, ratio=round(found.median, 4), unit="µs"))
    return results


def compare_frames() -> Result:
    """A frame beside the same numbers in JSON; prints a line, and the bytes of both."""
    times = paired({"ours": frame_binary, "json": frame_json})
    ours, theirs = (round(float(np.median(times[name])) * 1e6, 2) for name in ("ours", "json"))
    found = ratio(times["ours"], times["json"])
    bytes_ = f"{len(frame_binary()()):,} and {len(frame_json()()):,} bytes"
    print(f"{FRAME}: {ours} µs, json.dumps {theirs} µs, ratio {found.median:.4f}; {bytes_}", flush=True)
    return Result(name=FRAME, ours=ours, peer=theirs, ratio=round(found.median, 4), unit="µs")


def watch_live() -> list[Result]:
    """Live training beside what the player asks for: ten steps at each of sixty screen frames a second."""
    results = []
    for live in live_training():
        print(f"live {live.example}: {live.drawn} drawn frames a second, {live.steps} steps a second", flush=True)
        for name, ours, asked in (("drawn", live.drawn, 60), ("steps", live.steps, TOP_SPEED)):
            unit = "1/s, more is better"
            results.append(
                Result(
                    name=f"live {live.example}, {name}", ours=ours, peer=asked, ratio=round(ours / asked, 4), unit=unit
                )
            )
    return results


def peers_of(work: Workload, torch: Any) -> dict[str, Contestant]:
    """What the engine is compared with. PyTorch's foreach optimizer is left out: it is never its fastest."""
    peers: dict[str, Contestant] = {"hand-written NumPy": lambda: work.limit().step}
    if torch is not None:
        peers["PyTorch"] = partial(torch_step, torch, work)
        peers["PyTorch, fused optimizer"] = partial(torch_step, torch, work, fused=True)
    return peers


if __name__ == "__main__":
    main()
