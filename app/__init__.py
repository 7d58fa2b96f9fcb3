"""The Backflow service: pages, protocol and sessions around the engine."""

__version__ = "0.1.0"
