"""Settings: safe without being told, and readable from the environment."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from pydantic import ValidationError

from app.serve import serve
from app.settings import Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "ALLOW_REMOTE", "NAMES"):
        monkeypatch.delenv(f"BACKFLOW_{name}", raising=False)


def test_by_default_only_this_machine_is_served() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.allow_remote) == ("127.0.0.1", 8000, False)
    assert settings.local()


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKFLOW_HOST", "0.0.0.0")
    monkeypatch.setenv("BACKFLOW_PORT", "9000")
    monkeypatch.setenv("BACKFLOW_ALLOW_REMOTE", "1")
    monkeypatch.setenv("BACKFLOW_NAMES", '["lab.example"]')
    settings = Settings()
    assert (settings.host, settings.port, settings.allow_remote) == ("0.0.0.0", 9000, True)
    assert settings.names == ("lab.example",)


@pytest.mark.parametrize("port", ["-1", "65536", "eighty"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("BACKFLOW_PORT", port)
    with pytest.raises(ValidationError, match="port"):
        Settings()


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_only_loopback_is_this_machine_alone(host: str, local: bool) -> None:
    assert Settings(host=host).local() is local


def test_on_loopback_only_loopback_names_are_answered() -> None:
    assert set(Settings().allowed_hosts()) == {"127.0.0.1", "localhost", "[::1]"}
    assert "lab.example" in Settings(names=("lab.example",)).allowed_hosts()


def test_a_service_for_others_answers_any_name_until_its_names_are_said() -> None:
    assert Settings(host="0.0.0.0").allowed_hosts() == ["*"]
    named = Settings(host="0.0.0.0", names=("lab.example",)).allowed_hosts()
    assert "lab.example" in named
    assert "*" not in named


def test_what_a_cluster_needs_is_loaded_only_where_one_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import sys, app.main; app.main.create_app(); sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    if find_spec("ray") is None:
        assert serve(Settings(cluster="auto")) == 2
        assert "backflow[cluster]" in capsys.readouterr().err
