"""The database's tables, as this version of Backflow knows them: made, brought up to date, or refused. Alembic's.

An empty database and a file are brought up to date by whoever opens them; of the file a copy is kept beside it, as
states.db.REVISION. Elsewhere it has to be asked for with `backflow migrate`, since other web processes may still be
using the older tables.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from errno import ENOSPC
from pathlib import Path
from shutil import disk_usage

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

LOCK = 0x6261636B  # of all web processes on one PostgreSQL database: whoever writes holds it


class OtherTables(Exception):
    """The tables are of another version of Backflow; says what to do."""


def prepare(engine: Engine, migrate: bool = False) -> None:
    """Have the tables of this version, or raise OtherTables. `migrate` changes older ones whatever the database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    with engine.begin() as connection:
        exclusive(connection)
        there = MigrationContext.configure(connection).get_current_revision()
        if there == head:
            return
        if there and there not in {step.revision for step in script.walk_revisions()}:
            raise OtherTables(
                f"the database is of a newer Backflow (its tables are revision {there}, this version knows {head}): "
                "install that version, or name another database"
            )
        if there and engine.dialect.name != "sqlite" and not migrate:
            raise OtherTables(
                f"the database is of an older Backflow (its tables are revision {there}, this version needs {head}): "
                "stop the older one and run `backflow migrate`"
            )
        if engine.dialect.name == "sqlite" and inspect(connection).get_table_names():
            keep_copy(connection, there or "0000")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def keep_copy(connection: Connection, revision: str) -> None:
    """A copy of a database file as it is, beside it, for when the change of its tables goes wrong. Raises
    OperationalError where there is no room for it, and leaves nothing half written."""
    file = next(row.file for row in connection.exec_driver_sql("PRAGMA database_list") if row.name == "main")
    if not file:  # it is in memory alone
        return
    part = Path(f"{file}.part")
    try:
        if disk_usage(part.parent).free < Path(file).stat().st_size:  # to fill the disk first would be in others' way
            raise OSError(ENOSPC, "no room for a copy")
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        part.replace(f"{file}.{revision}")
    except (sqlite3.Error, OSError) as error:
        raise OperationalError("a copy before the change", None, error) from error
    finally:
        part.unlink(missing_ok=True)


def exclusive(connection: Connection) -> None:
    """Be the only one who writes until the transaction ends. SQLite's is that from its beginning."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
