"""The CPU backend: `neuro.engine` on this computer, in double precision."""

from neuro.backends.cpu.program import CPUProgram
from neuro.backends.cpu.backend import CPU

BACKEND = CPU

__all__ = ["BACKEND", "CPU", "CPUProgram"]
