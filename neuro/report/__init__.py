"""Pages: templates filled with results; one file each, no request leaves it."""

from neuro.report.render import bitmap_uri, render

__all__ = ["bitmap_uri", "render"]
