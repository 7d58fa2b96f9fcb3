"""Every setting of the service, with its default; an environment variable BACKFLOW_NAME sets each."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def usual() -> int:
    """One host a core, but for one core that is left to the web process."""
    return max(1, (os.cpu_count() or 1) - 1)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BACKFLOW_", extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000  # 0: any that is free
    allow_remote: bool = False  # must be said to listen beyond this machine
    names: tuple[str, ...] = ()  # host names the service answers to, besides this machine's own
    processes: Annotated[int, Field(ge=0, le=256)] = usual()  # hosts; 0: sessions run in the web process
    host_memory: Annotated[int, Field(ge=2**27)] = 2**31  # bytes a host may hold before another takes its place
    host_silence: Annotated[float, Field(gt=0)] = 10.0  # seconds without a sign of life before a host is given up
    idle: Annotated[float, Field(gt=0)] = 600.0  # seconds unused before a session keeps only its journal

    def local(self) -> bool:
        """Does the service listen on this machine alone?"""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def allowed_hosts(self) -> list[str]:
        """The Host headers that are answered: on loopback only loopback names, against DNS rebinding."""
        if not self.local() and not self.names:
            return ["*"]
        return ["127.0.0.1", "localhost", "[::1]", self.host, *self.names]
