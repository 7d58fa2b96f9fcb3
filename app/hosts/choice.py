"""The hosts that the settings ask for."""

from __future__ import annotations

from app.hosts.host import Hosts
from app.hosts.in_process import InProcess
from app.hosts.local import Local
from app.hosts.remote import Placement, Remote
from app.settings import Settings
from app.store import Store


def chosen(settings: Settings) -> Hosts:
    if settings.processes == 0 and not settings.cluster:
        return InProcess()
    store = Store(settings.database, settings.kept) if settings.database else None
    return Remote(placed(settings), settings.host_silence, settings.idle, store)


def placed(settings: Settings) -> Placement:
    if not settings.cluster:
        return Local(settings.processes, settings.host_memory)
    from app.hosts.cluster import Cluster  # Ray is loaded only where it is asked for

    return Cluster(settings.cluster, settings.hosts_per_node, settings.host_memory)
