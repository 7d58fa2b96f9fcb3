"""The hosts that the settings ask for."""

from __future__ import annotations

from app.hosts.host import Hosts
from app.hosts.in_process import InProcess
from app.hosts.local import Local
from app.hosts.remote import Remote
from app.settings import Settings
from app.store import Store


def chosen(settings: Settings) -> Hosts:
    if settings.processes == 0:
        return InProcess()
    placement = Local(settings.processes, settings.host_memory)
    store = Store(settings.database, settings.kept) if settings.database else None
    return Remote(placement, settings.host_silence, settings.idle, store)
