"""A plan in real numbers: the program that every fidelity ladder starts from."""

from neuro.engine import build, make_engine
from neuro.plan import Plan
from neuro.program.engine_program import EngineProgram
from neuro.target import Target


def float_program(plan: Plan, target: Target) -> EngineProgram:
    """Make a program for the software engine in double precision, ready to run.

    Parameters
    ----------
    plan : Plan
        What runs, discretised.
    target : Target
        In whose name it runs; only its choice of kernels counts here.
    """
    engine = make_engine(build(plan), precision="float64", kernels=target.kernels)
    return EngineProgram(plan, target, engine)
