"""Resistive crossbars: devices, arrays, wires, converters, and networks on them."""

from neuro.backends.crossbar.backend import Crossbar

BACKEND = Crossbar

__all__ = ["BACKEND", "Crossbar"]
