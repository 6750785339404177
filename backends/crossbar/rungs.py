"""The fidelity ladder of a crossbar: an ideal array, each imperfection alone, then all together."""

from collections.abc import Callable
from dataclasses import replace

from neuro.backend import Program, Rung
from neuro.backends.crossbar.options import Options, target_options
from neuro.plan import Plan
from neuro.program import float_program
from neuro.target import Option, Target

FLOAT = "float"
IDEAL = "ideal array"
TOGETHER = "together"

EFFECTS: dict[str, tuple[str, str, Option]] = {
    "levels": ("levels", "Conductances have few levels.", 0),
    "programming_error": (
        "programming error",
        "Devices miss the conductance that was asked for, also where learning writes them.",
        False,
    ),
    "age": ("ageing", "Conductances have drifted since programming.", "0 ms"),
    "read_noise": ("read noise", "Every read of a device differs.", False),
    "faults": ("stuck faults", "Some devices are stuck at one end of their range.", False),
    "wires": ("wires", "Wires have resistance: far devices count less.", False),
    "converter": ("converter", "Column currents are converted with finite resolution.", False),
}
"""By option: name of its rung, what it does, and the value without effect."""


def array_rungs(
    plan: Plan, target: Target, compiled: Callable[[Plan, Target], Program]
) -> tuple[Rung, ...]:
    """List the rungs of a plan on crossbars.

    Parameters
    ----------
    plan : Plan
        What runs.
    target : Target
        The hardware. Effects that its options switch off have no rung and are in none.
    compiled : callable
        Makes a program for an array with all effects that its target switches on.

    Returns
    -------
    tuple of Rung
    """
    options = target_options(target)
    active = [name for name in EFFECTS if _acts(options, name)]

    def on_array(name: str, what: str, after: str, effects: list[str]) -> Rung:
        without = {option: EFFECTS[option][2] for option in EFFECTS if option not in effects}
        hardware = replace(target, options={**target.options, **without})
        return Rung(
            name=name,
            what=what,
            after=after,
            program=lambda: compiled(plan, hardware),
            target=hardware,
        )

    return (
        Rung(
            name=FLOAT,
            what="Real numbers in double precision, without an array.",
            after=None,
            program=lambda: float_program(plan, target),
        ),
        on_array(IDEAL, "Weights are conductances within the range of the devices.", FLOAT, []),
        *(on_array(*EFFECTS[option][:2], IDEAL, [option]) for option in active),
        replace(on_array(TOGETHER, "All effects at once.", IDEAL, active), combines=True),
    )


def _acts(options: Options, name: str) -> bool:
    """Say whether an effect is switched on; its value without effect is zero of its kind."""
    return bool(getattr(options, name))
