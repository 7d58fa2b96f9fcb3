"""States that outlive their process: found by the name of their moment, few of each story, and never in the way."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app.documents import read_experiment
from app.hosts.local import Local
from app.hosts.remote import Remote
from app.moments import Known, key, keys
from app.store import METADATA, PAUSE, STATES, Store, thinned
from engine.edits import LearningRate
from engine.experiment import Experiment
from engine.run import Run
from tests.app.conversation import SMALL, read_binary

EXPERIMENT = read_experiment(json.dumps(SMALL))
LOST = PAUSE + 1.0  # seconds of states that may be lost: the pause between two writes, and a slow write here
LATER = LearningRate(step=500, value=0.5)


def kept(url: str, play: Callable[[Store], Awaitable[None]], most: int = 10**9) -> None:
    async def whole() -> None:
        store = Store(url, most)
        await store.start()
        await play(store)
        await store.stop()

    asyncio.run(whole())


class TestNames:
    def test_a_later_edit_changes_nothing_of_what_came_before(self) -> None:
        assert key(EXPERIMENT, (), 500) == key(EXPERIMENT, (LATER,), 500)
        assert key(EXPERIMENT, (), 501) != key(EXPERIMENT, (LATER,), 501)

    def test_the_title_is_no_part_of_the_story_and_everything_else_is(self) -> None:
        assert key(EXPERIMENT, (), 9) == key(read_experiment(json.dumps({**SMALL, "name": "mine"})), (), 9)
        assert key(EXPERIMENT, (), 9) != key(read_experiment(json.dumps({**SMALL, "batch": 16})), (), 9)

    def test_every_step_on_the_way_has_exactly_one_name_and_it_is_the_steps_own(self) -> None:
        edits = (LearningRate(0, 0.1), LearningRate(7, 0.2), LearningRate(7, 0.3), LATER)
        found = list(keys(EXPERIMENT, edits, 900))
        for step in range(1, 900):
            (name,) = [name for name, low, high in found if low < step <= high]
            assert name == key(EXPERIMENT, edits, step), step


class TestStates:
    def test_what_was_put_is_found_by_another_process_below_the_step_asked_for(self, url: str) -> None:
        name = key(EXPERIMENT, (), 0)

        async def put(store: Store) -> None:
            store.put(Known(name, 100, b"a"))
            await store.write()
            store.put(Known(name, 200, b"b"))

        async def find(store: Store) -> None:
            for step, state in ((1000, b"b"), (201, b"b"), (200, b"a"), (101, b"a"), (100, None)):
                found = await store.nearest(keys(EXPERIMENT, (), step))
                assert (found and found.state) == state, step
            assert await store.nearest(keys(EXPERIMENT, (LearningRate(0, 9.0),), 1000)) is None
            assert (await store.nearest(keys(EXPERIMENT, (LATER,), 1000))) == Known(name, 200, b"b")

        kept(url, put)
        kept(url, find)

    def test_of_what_was_written_together_no_more_goes_than_is_too_much(self, url: str) -> None:
        async def play(store: Store) -> None:
            for number in range(11):
                store.put(Known(bytes([number]) * 32, 10, bytes(100)))
            await store.write()
            with store.engine.connect() as connection:
                assert connection.execute(select(func.sum(STATES.c.size))).scalar_one() == store._held == 900

        kept(url, play, most=1000)

    def test_who_looks_for_a_state_does_not_wait_for_who_writes(self, url: str) -> None:
        async def play(store: Store) -> None:
            store.put(Known(bytes(32), 5, b"a"))
            await store.write()
            with store.engine.begin() as connection:
                connection.execute(delete(STATES))
                begin = monotonic()
                assert await store.nearest([(bytes(32), 0, 10)])
                assert monotonic() - begin < 2

        kept(url, play)

    def test_of_a_long_story_few_states_are_kept(self, url: str) -> None:
        async def play(store: Store) -> None:
            for step in range(100, 10_000, 100):
                store.put(Known(bytes(32), step, b"x"))
                await store.write()
            with store.engine.connect() as connection:
                steps = sorted(connection.execute(select(STATES.c.step)).scalars())
            assert steps == [100, 200, 400, 800, 1600, 3200, 6400, 9900]

        kept(url, play)

    def test_the_oldest_go_when_there_are_too_many_bytes(self, url: str) -> None:
        async def play(store: Store) -> None:
            for number in range(20):
                store.put(Known(bytes([number]) * 32, 10, bytes(100)))
                await store.write()
            with store.engine.connect() as connection:
                size = connection.execute(select(func.sum(STATES.c.size))).scalar_one()
            assert size <= 1000
            assert await store.nearest([(bytes([19]) * 32, 0, 99)])
            assert not await store.nearest([(bytes(32), 0, 99)])

        kept(url, play, most=1000)

    def test_a_disk_that_cannot_be_written_costs_a_warning_and_no_answer(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def play(store: Store) -> None:
            METADATA.drop_all(store.engine)  # as good as a disk that has gone
            store.put(Known(bytes(32), 10, b"x"))
            await store.write()
            store.put(Known(bytes(32), 20, b"x"))
            await store.write()
            assert await store.nearest([(bytes(32), 0, 99)]) is None

        kept(f"sqlite:///{tmp_path}/states.db", play)
        assert len(caplog.records) == 1 and "kept in memory" in caplog.text

    @pytest.mark.parametrize("rest", [None, b"\0", b"\xa5"], ids=["gone", "zeros", "other bytes"])
    def test_a_log_that_was_cut_off_anywhere_gives_an_earlier_state_of_it_all(
        self, tmp_path: Path, rest: bytes | None
    ) -> None:
        """The machine lost power: of the file and its log is there what the disk had of it. What it had not is gone,
        or is as long as it was and full of something else."""
        saved, cut = tmp_path / "states.db", tmp_path / "cut.db"
        story: list[set[int]] = [set()]

        async def play(store: Store) -> None:
            for step in range(10, 60, 10):
                store.put(Known(bytes([step]) * 32, step, bytes([step]) * 300))
                await store.write()
                story.append({*story[-1], step})
            for file in ("states.db", "states.db-wal"):
                shutil.copy(tmp_path / file, tmp_path / f"saved{file[9:]}")

        async def look(store: Store) -> None:
            with store.engine.connect() as connection:
                rows = connection.execute(select(STATES.c.key, STATES.c.step, STATES.c.state)).all()
            assert all(row.key == bytes([row.step]) * 32 and row.state == bytes([row.step]) * 300 for row in rows)
            found.append(story.index({row.step for row in rows}))

        kept(f"sqlite:///{saved}", play)
        log, found = (tmp_path / "saved-wal").read_bytes(), list[int]()
        ends = sorted({*range(0, len(log), 997), *range(32, len(log), 4120), len(log)})
        for end in ends:
            for old in tmp_path.glob("cut.db*"):
                old.unlink()
            shutil.copy(tmp_path / "saved", cut)
            (tmp_path / "cut.db-wal").write_bytes(log[:end] + (rest or b"") * (len(log) - end))
            kept(f"sqlite:///{cut}", look)
        assert found == sorted(found)
        assert set(found) == set(range(len(story)))

    def test_servers_write_into_one_database_the_same_states_and_others(
        self, url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def play() -> None:
            stores = [Store(url, 10**9) for _ in range(3)]
            await asyncio.gather(*(store.start() for store in stores))
            for step in range(10, 200, 10):
                for number, store in enumerate(stores):
                    store.put(Known(bytes([number]) * 32, step, b"x"))
                    store.put(Known(b"s" * 32, step, b"x"))
                await asyncio.gather(*(store.write() for store in stores))
            for store in stores:
                for name in (bytes(32), b"\1" * 32, b"\2" * 32, b"s" * 32):
                    assert await store.nearest([(name, 0, 999)]) == Known(name, 190, b"x")
            await asyncio.gather(*(store.stop() for store in stores))

        asyncio.run(play())
        assert not caplog.records

    def test_a_database_that_cannot_be_reached_costs_a_warning_until_it_can(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def play(store: Store) -> None:
            assert len(caplog.records) == 1 and "kept in memory" in caplog.text
            (tmp_path / "later").mkdir()
            store.put(Known(bytes(32), 10, b"x"))
            await store.write()
            assert await store.nearest([(bytes(32), 0, 99)])

        kept(f"sqlite:///{tmp_path}/later/states.db", play)
        assert [record.message for record in caplog.records][1:] == ["states can be written again"]


class TestAWriterThatIsKilled:
    """It writes without end, and says each step that it has given to the store."""

    PROGRAM = """
import asyncio, sys
from itertools import count
from app.moments import Known
from app.store import Store
async def main():
    store = Store(sys.argv[1], 10**9)
    await store.start()
    for step in count(1):
        for story in range(20):
            store.put(Known(bytes([story]) * 32, step, step.to_bytes(4, "little") * 500))
        print(step, flush=True)
        await asyncio.sleep(0.01)
asyncio.run(main())
"""

    @pytest.mark.parametrize("seconds", [2.3, 3.1])
    def test_loses_the_last_second_at_most_and_nothing_of_what_is_left_is_wrong(
        self, tmp_path: Path, seconds: float
    ) -> None:
        url, said = f"sqlite:///{tmp_path}/states.db", list[tuple[float, int]]()
        with subprocess.Popen([sys.executable, "-c", self.PROGRAM, url], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            for line in child.stdout:
                said.append((monotonic(), int(line)))
                if said[-1][0] > said[0][0] + seconds:
                    child.kill()
                    break
        before = max(step for when, step in said if when <= said[-1][0] - LOST)
        with closing(sqlite3.connect(tmp_path / "states.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

        async def look(store: Store) -> None:
            for story in range(20):
                found = await store.nearest([(bytes([story]) * 32, 0, 10**9)])
                assert found and found.state == found.step.to_bytes(4, "little") * 500
                assert found.step >= before

        kept(url, look)


def test_the_states_worth_keeping_are_about_one_each_time_the_way_doubles() -> None:
    assert thinned(range(100, 1700, 100)) == [100, 200, 400, 800, 1600]
    assert [thinned([7]), thinned([9, 7]), thinned([7, 8, 9])] == [[7], [7, 9], [7, 9]]


def test_another_server_goes_on_from_the_state_that_the_first_had_written(tmp_path: Path) -> None:
    """The way to step 40,000 again takes a fraction of the steps, and ends at the same numbers."""
    url = f"sqlite:///{tmp_path}/states.db"

    async def served(play: Callable[[Remote], Awaitable[bytes]]) -> bytes:
        hosts = Remote(Local(1, 2**31), 10, 600, Store(url, 10**9))
        await hosts.start()
        try:
            await hosts.open("a")
            return await play(hosts)
        finally:
            await hosts.stop()

    def say(hosts: Remote, kind: str, **fields: Any) -> Awaitable[list[Any]]:
        return hosts.ask("a", json.dumps({"kind": kind, "id": 1, "generation": 1, **fields}))

    async def first(hosts: Remote) -> bytes:
        await say(hosts, "open", experiment=SMALL)
        for _ in range(4):
            await say(hosts, "advance", steps=9_999)
        (frame,) = await say(hosts, "seek", step=39_000)
        return bytes(frame)

    async def second(hosts: Remote) -> bytes:
        _, frame = await say(hosts, "open", experiment=SMALL, step=39_000)
        return bytes(frame)

    before, after = asyncio.run(served(first)), asyncio.run(served(second))
    shown = [frame[40 : len(frame) - 4 * read_binary(frame).header["count"]] for frame in (before, after)]
    assert shown[0] == shown[1]
    assert read_binary(after).header["count"] < 20_000  # the losses of the steps that were really done


def test_a_state_of_another_experiment_is_not_taken() -> None:
    run, other = Run(EXPERIMENT), Run(Experiment())
    run.advance(40)
    step, state = run.checkpoint()
    with pytest.raises(ValueError, match="bytes expected"):
        other.checkpoints.adopt(step, state)
