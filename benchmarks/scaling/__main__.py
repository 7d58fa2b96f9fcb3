"""Times widths and depths beside PyTorch, the norms of every gradient, and a network built anew after an edit.

Writes scaling.json beside this file, and a chart of each into docs/pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.engine_step import engine_step, recorded_step, training
from benchmarks.paired import paired, ratio
from benchmarks.peers import torch_or_none, torch_step
from benchmarks.plot import chart
from benchmarks.scaling.networks import DEPTHS, WIDTHS, square
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS

HERE = Path(__file__).parent
PICTURES = HERE.parents[1] / "docs" / "pictures"
RETRACES = 7


def main() -> None:
    torch = torch_or_none()
    if torch is None:
        raise SystemExit("PyTorch is not installed; `pip install '.[bench]'` adds it.")
    results: dict[str, Any] = {
        "width": sizes("width", "units a layer, 4 layers", WIDTHS, lambda n: square(n, 4), torch),
        "depth": sizes("depth", "layers of 32 units", DEPTHS, lambda n: square(32, n), torch),
        "norms": {make().name: recorded(make()) for make in WORKLOADS},
        "retrace_ms": {make().name: retraced(make()) for make in WORKLOADS},
    }
    (HERE / "scaling.json").write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def sizes(name: str, axis: str, of: Sequence[int], make: Callable[[int], Workload], torch: Any) -> list[dict[str, Any]]:
    rows = []
    for size in of:
        work = make(size)
        contestants = {"ours": partial(engine_step, work), "torch": partial(torch_step, torch, work, fused=True)}
        times = paired(contestants, rounds=12)
        ours, theirs = (round(float(np.median(times[each])) * 1e6, 1) for each in ("ours", "torch"))
        found = ratio(times["ours"], times["torch"]).median
        rows.append({"size": size, "ours_us": ours, "torch_us": theirs, "ratio": round(found, 3)})
        print(f"{name} {size:5}: {ours:10.1f} µs, PyTorch {theirs:10.1f} µs, ratio {found:.3f}", flush=True)
    lines = {"Backflow": [row["ours_us"] for row in rows], "PyTorch": [row["torch_us"] for row in rows]}
    picture = chart(f"One training step by {name}, batch 32, one thread", axis, of, lines)
    (PICTURES / f"scaling-{name}.svg").write_text(picture, "utf-8")
    return rows


def recorded(work: Workload) -> float:
    """A step with the norm of every gradient, the parameters' and the nodes', over a step without."""
    times = paired({"plain": partial(engine_step, work), "watched": partial(recorded_step, work)}, rounds=20)
    found = round(ratio(times["watched"], times["plain"]).median, 3)
    print(f"{work.name} with the norms of every step: {found}", flush=True)
    return found


def retraced(work: Workload) -> float:
    """Milliseconds from an edited network to its first step done; the median of a few."""
    times = []
    for _ in range(RETRACES):
        begin = perf_counter()
        training(work).run_step()
        times.append(1000 * (perf_counter() - begin))
    found = round(float(np.median(times)), 2)
    print(f"{work.name} built anew: {found} ms", flush=True)
    return found


if __name__ == "__main__":
    main()
