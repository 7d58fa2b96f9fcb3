"""Tables of this version: made where there are none, and those of another version refused with what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError

from app.__main__ import main
from app.revisions import OtherTables, prepare
from app.store import METADATA, STATES, connected


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = connected(url)
    yield engine
    engine.dispose()


def stand_at(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def contents(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; of a file the bytes as well."""
    with engine.connect() as connection:
        tables = {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            for name in inspect(connection).get_table_names()
        }
    folder = Path(engine.url.database or "").parent if engine.dialect.name == "sqlite" else None
    return tables | {file.name: [(file.read_bytes(),)] for file in (folder.glob("states.db*") if folder else ())}


def test_an_empty_database_gets_the_tables_that_the_store_means(engine: Engine) -> None:
    for _ in range(2):  # again is nothing
        prepare(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_older_tables_are_brought_up_to_date_with_what_they_hold_and_a_copy_is_kept(engine: Engine) -> None:
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(STATES.insert().values(key=bytes(32), step=1, state=b"x", size=1, made=0.0))
    prepare(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert len(connection.execute(STATES.select()).all()) == 1
    if engine.dialect.name == "sqlite":  # as they were, a copy beside the file
        with closing(sqlite3.connect(f"{engine.url.database}.0000")) as copy:
            assert copy.execute("SELECT step, state FROM states").fetchall() == [(1, b"x")]
            assert copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("states",)]


def test_without_room_for_the_copy_older_tables_stay_as_they_are(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only a file is copied")
    METADATA.create_all(engine)
    Path(f"{engine.url.database}.0000").mkdir()  # as good as a disk that will not have it
    with pytest.raises(OperationalError, match="a copy before the change"):
        prepare(engine)
    assert inspect(engine).get_table_names() == ["states"]
    assert not Path(f"{engine.url.database}.part").exists()


def test_a_change_of_tables_that_goes_wrong_leaves_them_as_they_were(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    METADATA.create_all(engine)

    def upgrade(config: Config, _: str) -> None:
        config.attributes["connection"].execute(text("DROP TABLE states"))
        raise RuntimeError("halfway")

    monkeypatch.setattr("alembic.command.upgrade", upgrade)
    with pytest.raises(RuntimeError, match="halfway"):
        prepare(engine)
    assert inspect(engine).get_table_names() == ["states"]


def test_tables_of_a_newer_version_are_refused_and_left_as_they_are(engine: Engine) -> None:
    prepare(engine)
    stand_at(engine, "9999")
    before = contents(engine)
    for migrate in (False, True):
        with pytest.raises(OtherTables, match=r"newer Backflow .*9999.* install that version"):
            prepare(engine, migrate)
    assert contents(engine) == before


def test_the_command_migrates_and_the_service_refuses(
    url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 2
    monkeypatch.setenv("BACKFLOW_DATABASE", url)
    assert main(["migrate"]) == 0
    stand_at(engine, "9999")
    assert main(["migrate"]) == 1
    assert main(["serve", "--port", "0"]) == 1
    assert capsys.readouterr().err.count("install that version") == 2
