"""Pages: templates filled with results; one file each, no request leaves it."""

from neuro.report.render import bitmap_uri, render
from neuro.report.values import Origin, Trace, origin_of, version_facts

__all__ = ["Origin", "Trace", "bitmap_uri", "origin_of", "render", "version_facts"]
