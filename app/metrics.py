"""What the service counts, for Prometheus. Labels name kinds of things, never people, addresses or sessions."""

from __future__ import annotations

import asyncio
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
LOOK = 0.05  # seconds between two looks at the loop's lag


class Metrics:
    """One registry an app: two apps in a process, as tests have, do not meet."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.sessions = Gauge("backflow_sessions", "conversations open now", registry=registry)
        self.waiting = Gauge("backflow_waiting", "who wait in line for a place", registry=registry)
        self.messages = Counter("backflow_messages", "requests answered", registry=registry)
        self.answer = Histogram(
            "backflow_answer_seconds", "from a request to its last reply", registry=registry, buckets=FAST
        )
        self.refused = Counter("backflow_refused", "conversations not let in, or let go", ["reason"], registry=registry)
        self.resumed = Gauge("backflow_resumed_sessions", "sessions brought back on another host", registry=registry)
        self.hosts = Gauge("backflow_hosts_started", "host processes started so far", registry=registry)
        self.unstored = Gauge("backflow_store_failing", "1 while states cannot be written", registry=registry)
        self.lag = Histogram("backflow_loop_lag_seconds", "how late the event loop is", registry=registry, buckets=FAST)
        ProcessCollector(registry=registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    async def watch_loop(self) -> None:
        """Measure how late the event loop wakes what sleeps."""
        while True:
            begin = perf_counter()
            await asyncio.sleep(LOOK)
            self.lag.observe(max(0.0, perf_counter() - begin - LOOK))
