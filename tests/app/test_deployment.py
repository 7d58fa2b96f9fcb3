"""What is handed out for deployment names things that there are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from app.metrics import Metrics
from app.settings import Settings
from hatch_build import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


@pytest.mark.parametrize("name", SERVICES)
class TestEveryContainer:
    def test_is_looked_after(self, name: str) -> None:
        service = SERVICES[name]
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"])

    def test_can_do_little(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert name == "proxy" or not service["user"].startswith("0")

    def test_names_what_there_is(self, name: str) -> None:
        service = SERVICES[name]
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / "deploy" / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_the_environment_is_one_that_the_settings_take(monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, str] = SERVICES["backflow"]["environment"]
    assert {name.removeprefix("BACKFLOW_").lower() for name in environment} <= set(Settings.model_fields)
    for name, value in environment.items():
        monkeypatch.setenv(name, re.sub(r"\$\{(\w+)[^}]*\}", r"\1", value))
    settings = Settings()
    assert settings.names == ("SITE", "backflow")
    assert settings.proxies == COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert "postgresql+psycopg://" in settings.database and f"@{'database'}/" in settings.database


def test_the_image_has_what_its_database_needs_and_no_root() -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    assert "backflow[postgresql]" in image
    user = re.search(r"^USER (\d+)$", image, re.MULTILINE)
    assert user and SERVICES["backflow"]["user"].split(":")[0] == user[1]
    command = re.search(r"^CMD (\[.*\])$", image, re.MULTILINE)
    assert command and json.loads(command[1])[:2] == ["backflow", "serve"]


def written_out(default: Any) -> str:
    """As JSON; a whole number without a point."""
    return json.dumps(int(default) if isinstance(default, float) and default.is_integer() else default)


class TestThePageOnHosting:
    PAGE = (ROOT / "docs" / "hosting.md").read_text("utf-8")

    def test_lists_every_setting_with_its_default_and_no_other(self) -> None:
        rows = dict(re.findall(r"^\| `BACKFLOW_(\w+)` \|(.*?)\|", self.PAGE, re.MULTILINE))
        assert {name.lower() for name in rows} == set(Settings.model_fields)
        for name, field in Settings.model_fields.items():
            written = rows[name.upper()].strip("` ")
            if name in ("processes", "host_memory", "metrics"):
                assert written  # said in words
            else:
                default = field.default
                assert written == (default if isinstance(default, str) else written_out(default)), name

    def test_names_every_setting_and_measure_as_it_is(self) -> None:
        named = {name.lower() for name in re.findall(r"`BACKFLOW_(\w+)", self.PAGE)}
        assert named <= set(Settings.model_fields)
        measures = {
            name.removesuffix("_total")
            for name in re.findall(r"^# TYPE (backflow_\w+)", Metrics().text().decode(), re.MULTILINE)
            if not name.endswith("_created")
        }
        assert measures <= set(re.findall(r"`(backflow_\w+)`", self.PAGE))
