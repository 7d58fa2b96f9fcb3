"""The hosts that the settings ask for."""

from __future__ import annotations

from app.hosts.host import Hosts
from app.hosts.in_process import InProcess
from app.hosts.local import Local
from app.hosts.remote import Remote
from app.settings import Settings


def chosen(settings: Settings) -> Hosts:
    if settings.processes == 0:
        return InProcess()
    return Remote(Local(settings.processes, settings.host_memory), settings.host_silence, settings.idle)
