"""Exports of results to the formats of other tools; each loses nothing silently."""

from neuro.io.neo import to_neo

__all__ = ["to_neo"]
