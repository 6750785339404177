"""What backends share that run an engine on this computer: one program for every engine.

It feeds the engine, cuts long runs into chunks, streams, saves, and turns what the engine recorded
into results.
"""

from neuro.program.engine_program import EngineProgram

__all__ = ["EngineProgram"]
