"""Every setting of the service, with its default; an environment variable BACKFLOW_NAME sets each."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.hosts.memory import share


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
    cluster: str = ""  # address of a Ray cluster whose nodes have the hosts instead; auto: the one of this machine
    hosts_per_node: Annotated[int, Field(ge=1, le=256)] = 1  # there; each takes one of the node's processors
    # Bytes of memory a host may take; from three quarters on another takes its place.
    host_memory: Annotated[int, Field(ge=2**28)] = Field(
        default_factory=lambda known: share(known.get("processes", usual()))
    )
    database: str = ""  # URL of what outlives the process, such as sqlite:///backflow.db; empty: nothing does
    kept: Annotated[int, Field(ge=0)] = 500_000_000  # bytes of states kept there
    sessions: Annotated[int, Field(ge=1)] = 2000  # open at once; more wait in line
    queue: Annotated[int, Field(ge=0)] = 600  # wait in line for a place; one more is asked to come again
    per_address: Annotated[int, Field(ge=1)] = 500  # of both from one address: a school sits behind one
    messages: Annotated[float, Field(gt=0)] = 300.0  # requests a second of one socket; twice as many at once
    send_timeout: Annotated[float, Field(gt=0)] = 20.0  # seconds a reader may leave a reply unread
    metrics: bool | None = None  # /metrics; unset: only where the service listens on this machine alone
    prefix: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)*/?$")] = ""  # path below which a proxy serves the page
    proxies: str = "127.0.0.1,::1"  # whose word on a visitor's address and scheme is taken
    drain: Annotated[float, Field(ge=0)] = 0.0  # seconds between SIGTERM and the end, in which /readyz says no
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    host_silence: Annotated[float, Field(gt=0)] = 10.0  # seconds without a sign of life before a host is given up
    idle: Annotated[float, Field(gt=0)] = 600.0  # seconds unused before a session keeps only its journal
    line_idle: Annotated[float, Field(gt=0)] = 600.0  # seconds unasked before a conversation over plain HTTP is closed

    def shown(self) -> Iterator[tuple[str, str]]:
        """Every setting with its value as the environment would say it; a password in an address is left out."""
        for name, value in self:
            text = json.dumps(value) if isinstance(value, bool | tuple) else "" if value is None else str(value)
            yield name, re.sub(r"(?<=://)([^:@/]*):[^@/]*@", r"\1:***@", text)

    def local(self) -> bool:
        """Does the service listen on this machine alone?"""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def measured(self) -> bool:
        """Are the metrics to be had?"""
        return self.local() if self.metrics is None else self.metrics

    def allowed_hosts(self) -> list[str]:
        """The Host headers that are answered: on loopback only loopback names, against DNS rebinding."""
        if not self.local() and not self.names:
            return ["*"]
        return ["127.0.0.1", "localhost", "[::1]", self.host, *self.names]
