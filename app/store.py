"""What outlives a process: states of runs, by the name of their moment. SQLite in a file, or any database by URL.

It is a memory and not a record: without it everything can be computed again, only later. So a disk that is full or
cannot be written costs a warning, and no one's work.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from time import time
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    select,
    tuple_,
)
from sqlalchemy.exc import SQLAlchemyError

from app.moments import KEY, Known
from app.revisions import OtherTables, exclusive, prepare

log = logging.getLogger("backflow.store")

PAUSE = 1.0  # seconds between two writes; what is newer than that may be lost with the machine
COUNTED = 100  # writes between two counts of all bytes: other servers write, too
TOGETHER = 500  # states written by one statement
LARGEST = 8_000_000  # bytes of a state that is kept

METADATA = MetaData()
STATES = Table(
    "states",
    METADATA,
    Column("key", LargeBinary(KEY), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("made", Float, nullable=False),
    Index("states_made", "made"),
)


class Store:
    """One writer at a time, whatever many readers. `most` is how many bytes of states are kept; the oldest go first."""

    def __init__(self, url: str, most: int) -> None:
        self.most = most
        self.engine = connected(url)
        self._waiting: dict[bytes, Known] = {}  # the newest of each story
        self._writing: asyncio.Task[None] | None = None
        self.failing = False  # the last states could not be written
        self._prepared = False
        self._held = self._written = 0  # bytes of all states as far as is known; writes so far

    async def start(self) -> None:
        try:
            await asyncio.to_thread(self._prepare)
        except SQLAlchemyError as error:
            self._warn(error)
        self._writing = asyncio.create_task(self._write_on())

    def put(self, known: Known) -> None:
        """Have a state written soon; of one story only the newest."""
        if len(known.state) <= LARGEST:
            self._waiting[known.key] = known

    async def nearest(self, names: Iterable[tuple[bytes, int, int]]) -> Known | None:
        """The state nearest to where `keys` leads; None if there is none, or it cannot be read."""
        for key, low, high in names:
            waiting = self._waiting.get(key)
            if waiting and low < waiting.step < high:
                return waiting
            with suppress(SQLAlchemyError):
                found = await asyncio.to_thread(self._nearest, key, low, high)
                if found:
                    return found
        return None

    def _nearest(self, key: bytes, low: int, high: int) -> Known | None:
        where = (STATES.c.key == key) & (STATES.c.step > low) & (STATES.c.step < high)
        newest = select(STATES.c.step, STATES.c.state).where(where).order_by(STATES.c.step.desc()).limit(1)
        with self.engine.connect().execution_options(reads=True) as connection:
            row = connection.execute(newest).first()
        return Known(key, row.step, bytes(row.state)) if row else None

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            try:
                await self.write()
            except Exception:  # a fault of ours is no reason to store nothing from then on
                self.failing = True
                log.exception("states could not be written")

    async def write(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            await asyncio.to_thread(self._write, list(waiting.values()))
            if self.failing:
                log.warning("states can be written again")
            self.failing = False
        except (SQLAlchemyError, OtherTables) as error:
            self._warn(error)

    def _warn(self, error: Exception) -> None:
        if not self.failing:
            log.warning("states cannot be written, and are kept in memory alone: %s", error.__cause__ or error)
        self.failing = True

    def _prepare(self) -> None:
        prepare(self.engine)
        self._prepared = True

    def _write(self, states: list[Known]) -> None:
        if not self._prepared:  # it could not be reached when this started
            self._prepare()
        with self.engine.begin() as connection:
            exclusive(connection)
            for start in range(0, len(states), TOGETHER):
                self._put(connection, states[start : start + TOGETHER])
            self._held += sum(len(known.state) for known in states)
            self._written += 1
            if self._held > self.most or self._written % COUNTED == 1:
                self._held = self._prune(connection)

    def _put(self, connection: Connection, states: list[Known]) -> None:
        """Some states, each in place of those of its story that are not worth keeping beside it."""
        there: dict[bytes, set[int]] = {known.key: set() for known in states}
        for row in connection.execute(select(STATES.c.key, STATES.c.step).where(STATES.c.key.in_(there))):
            there[bytes(row.key)].add(row.step)
        gone = [
            {"of": known.key, "at": step}
            for known in states
            for step in there[known.key] - (set(thinned({*there[known.key], known.step})) - {known.step})
        ]
        if gone:
            one = (STATES.c.key == bindparam("of")) & (STATES.c.step == bindparam("at"))
            connection.execute(delete(STATES).where(one), gone)
        now = time()
        rows = [
            {"key": known.key, "step": known.step, "state": known.state, "size": len(known.state), "made": now}
            for known in states
        ]
        connection.execute(STATES.insert(), rows)

    def _prune(self, connection: Connection) -> int:
        """The oldest go while there are too many bytes; how many there are then."""
        held = int(connection.execute(select(func.coalesce(func.sum(STATES.c.size), 0))).scalar_one())
        if held <= self.most:
            return held
        order = (STATES.c.made, STATES.c.key, STATES.c.step)  # of one write all are made at once
        oldest = connection.execute(select(*order, STATES.c.size).order_by(*order))
        for row in oldest.yield_per(1000):
            held -= row.size
            if held <= self.most * 0.9:
                break
        oldest.close()
        connection.execute(delete(STATES).where(tuple_(*order) <= (row.made, bytes(row.key), row.step)))
        return held

    async def stop(self) -> None:
        if self._writing:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self.write()
        await asyncio.to_thread(self.engine.dispose)


def thinned(steps: Iterable[int]) -> list[int]:
    """Of the steps of a story's states, those worth their place: about one each time the way doubles, and the last."""
    first, *others = sorted(steps)
    kept = [first]
    for step, following in pairwise(others):
        if following > 2 * kept[-1]:
            kept.append(step)
    return [*kept, *others[-1:]]


def prepare_at(url: str, migrate: bool = False) -> None:
    """Have this version's tables in a database, before there is a store."""
    engine = connected(url)
    try:
        prepare(engine, migrate)
    finally:
        engine.dispose()


def connected(url: str) -> Engine:
    """An engine. SQLite writes ahead, and takes its lock when a transaction begins: two who read first and write
    then would else fail at once instead of waiting for one another. A connection with the option `reads` only reads,
    and waits for nobody."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # transactions are begun below, not by the driver
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Any) -> None:
            reads = connection.get_execution_options().get("reads")
            connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
