"""Prints what classes of several sizes get from the service on this machine.

Writes load.json beside this file, and docs/performance.md with its charts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import uvloop

from benchmarks.load.class_ import Report, gather, play, within
from benchmarks.load.page import write
from benchmarks.load.service import Service, served

RESULTS = Path(__file__).parent / "load.json"
CURVE = (1, 3, 10, 30, 100, 200, 400, 1000)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=15.0, help="of each scenario")
    seconds = options.parse_args().seconds
    results: dict[str, Any] = {
        "machine": machine(),
        "class": scenario(300, 10, 10, seconds),
        "core": scenario(100, 20, 50, seconds),
        "storm": storm(),
        "curve": [scenario(n, 10, 10, seconds) for n in CURVE],
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    write()


def machine() -> str:
    before = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start"
    return f"{before}, Python {platform.python_version()}, NumPy {np.__version__}"


def scenario(sessions: int, rate: float, steps: int, seconds: float) -> dict[str, Any]:
    with served(per_address="2000") as service:
        report = uvloop.run(play(service, sessions, rate=rate, steps=steps, seconds=seconds))
    found = facts(report)
    print(f"{sessions} sessions × {rate:g} frames/s × {steps} steps:", json.dumps(found), flush=True)
    for error in report.errors[:3]:
        print("  error:", error)
    return found


def facts(report: Report) -> dict[str, Any]:
    return {
        "sessions": report.sessions,
        "frames_on_time": round(report.on_time, 4),
        "frames_per_second": round(len(report.frames) / report.seconds),
        "steps_per_second": round(report.steps / report.seconds),
        "frame_ms_p50": round(within(report.frames, 0.5), 2),
        "frame_ms_p99": round(within(report.frames, 0.99), 2),
        "steps_pressed": len(report.waits),
        "step_ms_p50": round(within(report.waits, 0.5), 2),
        "step_ms_p99": round(within(report.waits, 0.99), 2),
        "memory_kb_per_session": round(report.memory / 1024, 1),
        "loop_lag_ms_p99": round(1000 * report.lag, 2),
        "cores_busy": [round(each, 2) for each in report.cores],
        "cores_asking": round(report.asking, 2),
        "errors": len(report.errors),
    }


def storm() -> dict[str, Any]:
    """300 who join within ten seconds, and then all press Step within one."""

    async def joined(service: Service) -> dict[str, Any]:
        begin = perf_counter()
        clients = await gather(service, 300, within=10)
        joined_in = perf_counter() - begin

        async def press(number: int) -> float:
            await asyncio.sleep(number / 300)
            return (await clients[number].ask("advance", steps=1))[1]

        waits = list(await asyncio.gather(*map(press, range(300))))
        steps = {client.step for client in clients}
        for client in clients:
            await client.close()
        return {
            "joined_s": round(joined_in, 2),
            "step_ms_p99": round(within(waits, 0.99), 2),
            "all_at_step": steps == {2},
        }

    with served(per_address="2000") as service:
        found = uvloop.run(joined(service))
    print("storm:", json.dumps(found), flush=True)
    return found


if __name__ == "__main__":
    main()
