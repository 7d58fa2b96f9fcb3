"""A long class: sessions do what people do, at random, come and go, and what the service holds is written down.

    python -m benchmarks.load.soak --minutes 60

Every ten seconds memory, file descriptors and processes are looked at from outside. Beside this file soak.csv has every
look, and soak.json what came of them.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import random
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import uvloop

from benchmarks.load.class_ import EXPERIMENT
from benchmarks.load.client import Client
from benchmarks.load.page import write
from benchmarks.load.service import Service, private, served

HERE = Path(__file__).parent
LOOK = 10.0  # seconds between two looks
SETTLED = 0.25  # of the time, after which memory is compared: by then every buffer there will be has been made
STAY = 120.0  # seconds that a person stays, in the mean
OTHERS: list[dict[str, Any]] = [
    {"data": {"kind": "xor"}, "optimizer": {"kind": "SGD", "lr": 0.1}},
    {"data": {"kind": "moons"}, "network": {"layers": [{"kind": "Linear", "out_features": 16}, {"kind": "ReLU"}]}},
    {"data": {"kind": "no such"}},
]


class Person:
    """One seat: somebody sits down, plays for a while, leaves, and the next one comes."""

    def __init__(self, service: Service, seed: int, end: float) -> None:
        self.service, self.random, self.end = service, random.Random(seed), end
        self.done = self.refused = self.lost = 0

    async def live(self) -> None:
        while monotonic() < self.end:
            client = await Client.connect(self.service.host, self.service.port)
            leave = min(self.end, monotonic() + self.random.expovariate(1 / STAY))
            try:
                await self._say(client, "open", experiment=EXPERIMENT)
                while monotonic() < leave:
                    await self._act(client)
                    await asyncio.sleep(self.random.expovariate(4))
            except (OSError, EOFError):
                self.lost += 1
            await client.close()

    async def _act(self, client: Client) -> None:
        draw, step = self.random, max(1, client.step)
        await draw.choices(
            (
                lambda: self._say(client, "advance", steps=draw.randint(1, 50)),
                lambda: self._say(client, "advance", steps=1),
                lambda: self._say(client, "seek", step=draw.randint(1, step)),
                lambda: self._say(client, "look", look={"example": draw.randint(0, 31), "node": draw.randint(-1, 5)}),
                lambda: self._say(client, "edit", edit={"kind": "learning_rate", "step": step, "value": 0.02}),
                lambda: self._say(client, "respond"),
                lambda: self._say(client, "open", experiment=draw.choice([EXPERIMENT, *OTHERS])),
                lambda: self._say(client, "nonsense"),
            ),
            weights=(40, 20, 12, 12, 3, 6, 3, 1),
        )[0]()

    async def _say(self, client: Client, kind: str, **fields: Any) -> None:
        payload, _ = await client.ask(kind, **fields)
        self.done += 1
        self.refused += payload.startswith(b'{"kind":"problems"')


async def soak(service: Service, people: int, seconds: float) -> dict[str, Any]:
    begin = monotonic()
    seats = [Person(service, number, begin + seconds) for number in range(people)]
    living = asyncio.gather(*(seat.live() for seat in seats))
    looks: list[dict[str, int]] = []
    with open(HERE / "soak.csv", "w", encoding="ascii", newline="") as file:
        table = csv.DictWriter(file, ["second", "memory", "web", "descriptors", "processes", "requests"])
        table.writeheader()
        while not living.done():
            await asyncio.wait([living], timeout=LOOK)
            requests = sum(seat.done for seat in seats)
            looks.append({"second": round(monotonic() - begin), **held(service), "requests": requests})
            table.writerow(looks[-1])
            file.flush()
    await living
    lost, refused = sum(seat.lost for seat in seats), sum(seat.refused for seat in seats)
    return {"people": people, "minutes": round(seconds / 60, 1), **came_of(looks), "refused": refused, "lost": lost}


def held(service: Service) -> dict[str, int]:
    """Bytes of memory, those of the web process among them, open file descriptors and processes of the service now."""
    processes = service.processes()
    descriptors = 0
    for process in processes:
        with suppress(FileNotFoundError):  # it was relieved this moment
            descriptors += len(os.listdir(f"/proc/{process}/fd"))
    return {
        "memory": service.memory(),
        "web": private(processes[0]),
        "descriptors": descriptors,
        "processes": len(processes),
    }


def came_of(looks: list[dict[str, int]]) -> dict[str, Any]:
    """The slope of memory and descriptors after all had settled, by least squares, and what was done."""
    later = looks[int(len(looks) * SETTLED) : -1]  # in the last one all have left
    return {
        "requests": looks[-1]["requests"],
        "memory_mb": round(later[-1]["memory"] / 1e6, 1),
        "memory_percent_an_hour": round(100 * 3600 * slope(later, "memory") / later[0]["memory"], 2),
        "descriptors": later[-1]["descriptors"],
        "descriptors_an_hour": round(3600 * slope(later, "descriptors"), 1),
    }


def slope(looks: list[dict[str, int]], what: str) -> float:
    """Of a measure against time, a second."""
    times, values = [look["second"] for look in looks], [look[what] for look in looks]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time - middle) ** 2 for time in times)
    return sum((time - middle) * (value - mean) for time, value in zip(times, values, strict=True)) / spread


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--people", type=int, default=50)
    chosen = options.parse_args()
    with served() as service:
        found = uvloop.run(soak(service, chosen.people, chosen.minutes * 60))
    (HERE / "soak.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    write()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
