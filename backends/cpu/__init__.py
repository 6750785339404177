"""The CPU backend: `neuro.engine` on this computer, in double precision."""

from neuro.backends.cpu.backend import CPU
from neuro.backends.cpu.program import CPUProgram

BACKEND = CPU

__all__ = ["BACKEND", "CPU", "CPUProgram"]
