"""The machine does not always have what is needed: room on its disk, a port, a name, memory that can be measured."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from websockets.sync.client import connect

from app.__main__ import main
from app.claim import InUse, claim
from app.hosts import memory
from hatch_build import ROOT
from tests.app.namespace import having, small_disk
from tests.app.service import BUILT, ENVIRONMENT, address, end, running, served
from tests.app.test_websocket import Talk

pytestmark = BUILT
SERVE = [sys.executable, "-m", "app", "serve", "--port", "0"]
WITHOUT_A_NAME = """
import socket, urllib.request
from contextlib import suppress
from tests.app.service import served
with suppress(socket.gaierror):
    print("known:", socket.getaddrinfo("localhost", None))
with served("--host", "localhost", "--port", "0") as where:
    print(urllib.request.urlopen(where.replace("localhost", "127.0.0.1") + "/healthz", timeout=5).status)
"""
FAR = 3000  # steps of a long advance: far enough for a state to be stored


@contextmanager
def serving(command: list[str], cwd: Path = ROOT, home: str = "", **settings: str) -> Iterator[subprocess.Popen[str]]:
    environment = ENVIRONMENT | {f"BACKFLOW_{name.upper()}": value for name, value in settings.items()}
    environment |= {"HOME": home} if home else {}
    with subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            end(child)


def failing(where: str) -> bool:
    """Does the service say that it cannot store anything?"""
    with urllib.request.urlopen(f"{where}/metrics", timeout=5) as reply:
        return "backflow_store_failing 1.0" in reply.read().decode()


def until(said: bool, where: str, talk: Talk) -> None:
    """Train on until the metric says so; every step is answered meanwhile."""
    end = monotonic() + 30
    while failing(where) is not said:
        assert monotonic() < end, f"the metric was to become {said}"
        talk.advance(FAR)
        sleep(0.1)


@having("-rm")
class TestADisk:
    def test_that_is_full_costs_one_warning_and_no_step_and_is_used_again_once_it_has_room(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        with serving(small_disk(disk, 400, SERVE), database=f"sqlite:///{disk}/states.db") as child:
            where, seen = address(child), Path(f"/proc/{child.pid}/root{disk}")
            with connect(where.replace("http", "ws") + "/ws") as socket:
                talk = Talk(socket)
                talk.open()
                until(False, where, talk)
                with suppress(OSError), open(seen / "filler", "wb", buffering=0) as filler:
                    while True:
                        filler.write(bytes(1024))
                until(True, where, talk)
                before = talk.advance(FAR).header["step"]
                assert talk.advance(FAR).header["step"] == before + FAR
                (seen / "filler").unlink()
                until(False, where, talk)
                said = capfd.readouterr().err
            for file in seen.glob("states.db*"):  # SQLite would look for them outside
                shutil.copy(file, tmp_path)
            with closing(sqlite3.connect(tmp_path / "states.db")) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert connection.execute("SELECT count(*) FROM states").fetchone()[0] > 0
        assert len(re.findall(r"states cannot be written.*full", said)) == 1
        assert said.count("states can be written again") == 1

    def test_that_is_read_only_costs_one_warning_and_no_step(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        then = ["sh", "-c", f'mount -o remount,ro,bind {disk} && exec "$@"', "sh", *SERVE]
        with serving(small_disk(disk, 400, then), database=f"sqlite:///{disk}/states.db") as child:
            where = address(child)
            with connect(where.replace("http", "ws") + "/ws") as socket:
                talk = Talk(socket)
                talk.open()
                assert talk.advance(FAR).header["step"] == FAR + 1
            assert failing(where)
        assert capfd.readouterr().err.count("states cannot be written") == 1

    @having("-U")
    def test_that_is_somebody_elses_is_the_same_until_it_may_be_written(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir(0o500)
        nobody = ["unshare", "-U"] if os.geteuid() == 0 else []  # root of no machine, whom permissions bind
        with serving([*nobody, *SERVE], database=f"sqlite:///{disk}/states.db") as child:
            where = address(child)
            assert failing(where)
            with connect(where.replace("http", "ws") + "/ws") as socket:
                talk = Talk(socket)
                talk.open()
                assert talk.advance(FAR).header["step"] == FAR + 1
                disk.chmod(0o700)
                until(False, where, talk)
        said = capfd.readouterr().err
        assert (said.count("states cannot be written"), said.count("states can be written again")) == (1, 1)

    def test_without_room_for_the_copy_of_older_tables_leaves_them_and_serves(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        disk, old = tmp_path / "disk", tmp_path / "old.db"
        disk.mkdir()
        with closing(sqlite3.connect(old)) as connection, connection:
            connection.execute("CREATE TABLE states (key BLOB)")
            connection.execute("INSERT INTO states VALUES (zeroblob(200000))")
        then = ["sh", "-c", f'cp {old} {disk}/states.db && exec "$@"', "sh", *SERVE]
        with serving(small_disk(disk, 400, then), database=f"sqlite:///{disk}/states.db") as child:
            where, seen = address(child), Path(f"/proc/{child.pid}/root{disk}")
            assert failing(where)
            with connect(where.replace("http", "ws") + "/ws") as socket:
                Talk(socket).open()
            assert not [*seen.glob("*.part"), *seen.glob("states.db.0*")]
            shutil.copy(seen / "states.db", tmp_path)
        with closing(sqlite3.connect(tmp_path / "states.db")) as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("states",)]
        assert capfd.readouterr().err.count("states cannot be written") == 1

    def test_with_a_damaged_database_is_the_same(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "states.db").write_bytes(b"this is no database" * 1000)
        with served(database=f"sqlite:///{tmp_path}/states.db") as where:
            assert failing(where)
        assert capfd.readouterr().err.count("states cannot be written") == 1
        assert (tmp_path / "states.db").read_bytes() == b"this is no database" * 1000

    def test_that_is_not_there_is_the_same(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        with served(database=f"sqlite:///{tmp_path}/nowhere/states.db") as where:
            assert failing(where)
        assert capfd.readouterr().err.count("states cannot be written") == 1

    def test_with_the_program_on_it_is_not_written_whatever_it_is_called(self, tmp_path: Path) -> None:
        """Installed where nothing can be written, in a folder with a space and Korean letters."""
        folder = tmp_path / "내 프로그램"
        for part in ("app", "engine", "templates", "static/dist"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        only_read = f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && cd "{folder}"'
        command = ["unshare", "-rm", "sh", "-c", f'{only_read} && exec "$@"', "sh", *SERVE]
        home = tmp_path / "집"
        home.mkdir()
        with serving(command, folder, home=str(home), database=f"sqlite:///{home}/상태.db") as child:
            where = address(child)
            with connect(where.replace("http", "ws") + "/ws") as socket:
                talk = Talk(socket)
                talk.open()
                assert talk.advance(FAR).header["step"] == FAR + 1
            with urllib.request.urlopen(where, timeout=5) as reply:
                assert b"Backflow" in reply.read()
            assert not failing(where)
        assert (home / "상태.db").exists()


class TestTwoServers:
    def test_on_one_file_the_second_refuses_and_names_the_first(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = f"sqlite:///{tmp_path}/states.db"
        with running(database=database) as first:
            address(first)
            (tmp_path / "link.db").symlink_to(tmp_path / "states.db")
            for name, command in (
                ("states", ["serve", "--port", "0"]),
                ("states", ["migrate"]),
                ("link", ["serve", "--port", "0"]),
            ):
                monkeypatch.setenv("BACKFLOW_DATABASE", f"sqlite:///{tmp_path}/{name}.db")
                assert main(command) == 1
                said = capsys.readouterr().err
                assert f"process {first.pid}" in said and "PostgreSQL" in said

    def test_what_a_killed_one_left_behind_claims_nothing(self, tmp_path: Path) -> None:
        database = f"sqlite:///{tmp_path}/states.db"
        with running(database=database) as first:
            address(first)
            first.send_signal(signal.SIGKILL)
            first.wait()
        assert (tmp_path / "states.db.lock").exists()
        with served(database=database) as where, connect(where.replace("http", "ws") + "/ws") as socket:
            Talk(socket).open()

    def test_of_one_process_are_two_as_well_and_a_claim_ends_when_it_is_let_go(self, tmp_path: Path) -> None:
        database = f"sqlite:///{tmp_path}/states.db"
        for _ in range(2):
            with claim(database), pytest.raises(InUse, match=f"process {os.getpid()}"), claim(database):
                pass

    @pytest.mark.parametrize("database", ["sqlite://", "sqlite:///:memory:", "postgresql://there/states"])
    def test_may_share_what_is_no_file(self, database: str) -> None:
        with claim(database), claim(database):
            pass


class TestADatabase:
    @pytest.mark.parametrize("command", [["serve", "--port", "0"], ["migrate"]], ids=["serve", "migrate"])
    @pytest.mark.parametrize(
        "database",
        ["nonsense", "nonsense://there", "sqlite:/states.db", "postgresql://there:port/states", "oracle://a/b"],
    )
    def test_that_is_none_is_refused_with_the_settings_name(
        self, database: str, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BACKFLOW_DATABASE", database)
        assert main(command) == 2
        assert "BACKFLOW_DATABASE" in capsys.readouterr().err


class TestAMachine:
    def test_that_speaks_ipv6_alone_is_served(self) -> None:
        with served("--host", "::1", "--port", "0") as where:
            assert where.startswith("http://[::1]:")
            with connect(where.replace("http", "ws") + "/ws") as socket:
                Talk(socket).open()

    @having("-rmn")
    def test_that_does_not_know_the_name_localhost_is_served_at_its_number(self, tmp_path: Path) -> None:
        """Without a hosts file and without a network."""
        (tmp_path / "hosts").write_bytes(b"")
        alone = f'ip link set lo up && mount --bind {tmp_path}/hosts /etc/hosts && exec "$@"'
        command = ["unshare", "-rmn", "sh", "-c", alone, "sh", sys.executable, "-c", WITHOUT_A_NAME]
        found = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
        assert (found.returncode, found.stdout) == (0, "200\n"), found.stderr

    @pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "nobody.invalid"])
    def test_that_has_not_the_address_asked_for_says_so(self, host: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["serve", "--host", host, "--allow-remote", "--port", "0"]) == 1
        assert f"cannot listen on {host}: " in capsys.readouterr().err

    @having("-rm")
    def test_without_proc_serves_as_well(self) -> None:
        """As on macOS, where a process cannot be looked at in that way."""
        command = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs tmpfs /proc && exec "$@"', "sh", *SERVE]
        with serving(command) as child:
            where = address(child)
            with connect(where.replace("http", "ws") + "/ws") as socket:
                talk = Talk(socket)
                talk.open()
                assert talk.advance(FAR).header["step"] == FAR + 1
            assert not failing(where)

    def test_that_is_no_linux_limits_no_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("STATM", "STATUS"):
            monkeypatch.setattr(memory, name, Path("/nowhere"))
        monkeypatch.setattr("resource.setrlimit", lambda *_: pytest.fail("it was to be left alone"))
        assert memory.held() == 0
        memory.limit(2**20)
        assert memory.share(1) >= memory.LEAST

    def test_with_windows_is_told_what_to_do(self) -> None:
        program = "import sys, runpy; sys.platform = 'win32'; runpy.run_module('app', run_name='__main__')"
        found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
        assert (found.returncode, found.stderr) == (1, "Backflow needs Linux or macOS; on Windows, run it in WSL.\n")
