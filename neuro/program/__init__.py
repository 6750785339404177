"""What backends share that run an engine on this computer: one program for every engine.

It feeds the engine, cuts long runs into chunks, streams, saves, and turns what the engine recorded
into results.
"""

from neuro.program.engine_program import EngineProgram
from neuro.program.float_program import float_program

__all__ = ["EngineProgram", "float_program"]
