"""The fidelity ladder of the machine: from real numbers to a loaded board, one step at a time.

Each rung has the approximations of the one before it and one more.
"""

from collections.abc import Callable
from dataclasses import replace

from neuro.backend import Program, Rung
from neuro.backends.spinnaker.grids import weight_grids
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.options import target_options
from neuro.passes import quantise
from neuro.plan import Plan
from neuro.program import float_program
from neuro.target import Option, Target

FLOAT = "float tick"
WEIGHTS = "quantised weights"
STATE = "fixed-point state"
LIMITS = "finite delays and history"
LOAD = "machine load"
LOSS = "lost packets"


def machine_rungs(
    plan: Plan, target: Target, compiled: Callable[[Plan, Target], Program]
) -> tuple[Rung, ...]:
    """List the rungs of a plan on a board.

    Parameters
    ----------
    plan : Plan
        What runs.
    target : Target
        The board. Its options hold for all rungs, but for `mode` and `limits`, which the rungs are
        made of: mode ``"lossy"`` has lost packets in place of machine load as its last rung.
    compiled : callable
        Makes a program for the emulator.

    Returns
    -------
    tuple of Rung
    """
    options = target_options(target)

    def emulated(name: str, what: str, after: str, **changed: Option) -> Rung:
        hardware = replace(target, options={**target.options, **changed})
        return Rung(
            name=name,
            what=what,
            after=after,
            program=lambda: compiled(plan, hardware),
            target=hardware,
        )

    def grid_program() -> Program:
        layout = lay_out(plan, replace(options, mode="ideal", limits=False))
        return float_program(quantise(plan, weight_grids(layout)), target)

    lossy = options.mode == "lossy"
    return (
        Rung(
            name=FLOAT,
            what="Real numbers in double precision, in the machine's order of work.",
            after=None,
            program=lambda: float_program(plan, target),
        ),
        Rung(
            name=WEIGHTS,
            what="Initial weights are multiples of the last bit of their receptor.",
            after=FLOAT,
            program=grid_program,
        ),
        emulated(
            STATE,
            "Membrane, input, traces and learned weights are integers, decays are table entries.",
            WEIGHTS,
            mode="ideal",
            limits=False,
        ),
        emulated(
            LIMITS,
            "Delay slots and the history of post spikes are finite; plastic delays have the "
            "machine's defect.",
            STATE,
            mode="ideal",
            limits=True,
        ),
        emulated(
            LOSS if lossy else LOAD,
            f"Packets are lost with probability {options.drop_probability:g}."
            if lossy
            else "Cores have a budget of cycles and a queue of packets: spikes come late or never.",
            LIMITS,
            mode="lossy" if lossy else "loaded",
            limits=True,
        ),
    )
