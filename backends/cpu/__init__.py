"""The CPU backend: `neuro.engine` on this computer."""

from neuro.backends.cpu.backend import CPU

BACKEND = CPU

__all__ = ["BACKEND", "CPU"]
