"""Deployment in virtual-board mode: the real toolchain maps a plan, and its data is compared.

This is the proof that a network will run on the machine as the emulator runs it: same cores, delay
slots, shifts, parameters, weights and delays, down to the bit (specs, spinnaker section 10).
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neuro.backends.spinnaker.comparison import Difference, compare
from neuro.backends.spinnaker.generated import Generated, read_generated
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import IDEAL, Options
from neuro.backends.spinnaker.toolchain import Outcome, run_virtual
from neuro.errors import NeuroError
from neuro.plan import Plan
from neuro.pynn import to_script

SIMULATOR = "spiNNaker"
SHORT_RUN = 100.0
"""Length of a virtual run, ms: nothing is simulated, only the recording needs room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A plan on a virtual board.

    Parameters
    ----------
    layout : Layout
        What was predicted.
    generated : Generated
        What the toolchain made of it.
    differences : tuple of Difference
        Empty if both are the same.
    seconds : float
        How long the toolchain took.
    """

    layout: Layout
    generated: Generated
    differences: tuple[Difference, ...]
    seconds: float


def deploy_virtual(
    plan: Plan,
    options: Options = IDEAL,
    *,
    duration: float | str = SHORT_RUN,
    board_version: int = 5,
) -> Deployment:
    """Map a plan with sPyNNaker on a virtual board and compare.

    Parameters
    ----------
    plan : Plan
        Discretised, under `tick`.
    options : Options
        Neurons per core, and whether defects are errors.
    duration : float in ms, or str such as ``"1 s"``
        How long the script runs, which decides the room for recording.
    board_version : {3, 5}
        Boards of 4 or of 48 chips.

    Raises
    ------
    NeuroError
        If the network cannot be deployed, sPyNNaker is missing or fails.
    """
    (deployed,) = deploy_all_virtual(
        [(plan, options)], duration=duration, board_version=board_version
    )
    if isinstance(deployed, NeuroError):
        raise deployed
    return deployed


def deploy_all_virtual(
    plans: Sequence[tuple[Plan, Options]],
    *,
    duration: float | str = SHORT_RUN,
    board_version: int = 5,
) -> list[Deployment | NeuroError]:
    """Map many plans in one process of the toolchain; see `deploy_virtual`.

    Returns
    -------
    list of Deployment or NeuroError
        In the order of the plans; an error if the toolchain refused one.
    """
    layouts = [lay_out(plan, options) for plan, options in plans]
    scripts = [
        to_script(plan, SIMULATOR, duration=duration, neurons_per_core=options.neurons_per_core)
        for plan, options in plans
    ]
    with tempfile.TemporaryDirectory(prefix="neuro-spinnaker-") as folder:
        outcomes = run_virtual(scripts, Path(folder), board_version=board_version)
        return [
            outcome if isinstance(outcome, NeuroError) else _deployment(layout, outcome)
            for layout, outcome in zip(layouts, outcomes, strict=True)
        ]


def _deployment(layout: Layout, outcome: Outcome) -> Deployment:
    generated = read_generated(layout.plan, outcome.reports)
    return Deployment(
        layout=layout,
        generated=generated,
        differences=compare(layout, generated),
        seconds=outcome.seconds,
    )
