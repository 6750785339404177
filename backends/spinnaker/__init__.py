"""SpiNNaker: a bit-exact emulator of the fixed-point machine, a check, and deployment."""

from neuro.backends.spinnaker.backend import SpiNNaker

BACKEND = SpiNNaker

__all__ = ["BACKEND", "SpiNNaker"]
