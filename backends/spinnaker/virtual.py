"""Deployment in virtual-board mode: the real toolchain maps a plan, and its data is compared.

This is the proof that a network will run on the machine as the emulator runs it: same cores, delay
slots, shifts, parameters, weights and delays, down to the bit (specs, spinnaker section 10).
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from neuro.backends.spinnaker.comparison import (
    Difference,
    compare,
    population_row,
    projection_row,
    source_row,
)
from neuro.backends.spinnaker.generated import Generated, read_generated
from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import target_options
from neuro.backends.spinnaker.toolchain import SIMULATOR, Outcome, run_virtual
from neuro.errors import NeuroError, UnsupportedError
from neuro.plan import Plan
from neuro.pynn_export import to_script
from neuro.target import Target

BOARD_VERSIONS = {4: 3, 48: 5}
"""sPyNNaker's numbers of the boards, by their chips."""

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


def deploy_virtual(plan: Plan, target: Target, *, duration: float | str = SHORT_RUN) -> Deployment:
    """Map a plan with sPyNNaker on a virtual board and compare.

    Parameters
    ----------
    plan : Plan
        Discretised, under `tick`.
    target : Target
        The hardware, with its options.
    duration : float in ms, or str such as ``"1 s"``
        How long the script runs, which decides the room for recording.

    Raises
    ------
    NeuroError
        If the network cannot be deployed, sPyNNaker is missing or fails.
    """
    (deployed,) = deploy_all_virtual([(plan, target)], duration=duration)
    if isinstance(deployed, NeuroError):
        raise deployed
    return deployed


def deploy_all_virtual(
    plans: Sequence[tuple[Plan, Target]], *, duration: float | str = SHORT_RUN
) -> list[Deployment | NeuroError]:
    """Map many plans in one process of the toolchain; see `deploy_virtual`.

    Returns
    -------
    list of Deployment or NeuroError
        In the order of the plans; an error if the toolchain refused one.

    Raises
    ------
    NeuroError
        If a plan does not fit, sPyNNaker is missing, or the boards differ.
    """
    layouts, scripts = [], []
    for plan, target in plans:
        options = target_options(target)
        layouts.append(lay_out(plan, options))
        scripts.append(
            to_script(
                plan,
                SIMULATOR,
                duration=duration,
                neurons_per_core=options.neurons_per_core,
                time_scale_factor=options.time_scale_factor,
            )
        )
    with tempfile.TemporaryDirectory(prefix="neuro-spinnaker-") as folder:
        outcomes = run_virtual(scripts, Path(folder), board_version=_board_version(plans))
        return [
            outcome if isinstance(outcome, NeuroError) else _deployment(layout, outcome)
            for layout, outcome in zip(layouts, outcomes, strict=True)
        ]


def report(deployment: Deployment, toolchain: str) -> dict[str, Any]:
    """Return prediction and what was generated side by side, as plain values for a file.

    Parameters
    ----------
    deployment : Deployment
        What was compared.
    toolchain : str
        Version of sPyNNaker.
    """
    layout, generated = deployment.layout, deployment.generated
    return {
        "network": layout.plan.network.name,
        "toolchain": toolchain,
        "cores": generated.cores,
        "chips": generated.chips,
        "seconds": deployment.seconds,
        "populations": [
            population_row(item, generated.populations[item.name]) for item in layout.populations
        ],
        "sources": [source_row(item, generated.sources[item.name]) for item in layout.sources],
        "projections": [
            projection_row(item, generated.projections[item.name]) for item in layout.projections
        ],
        "differences": [{**asdict(item), "text": str(item)} for item in deployment.differences],
    }


def _board_version(plans: Sequence[tuple[Plan, Target]]) -> int:
    """Return sPyNNaker's number of the board that all plans are for."""
    sizes = {hardware(target).chips_per_board for _, target in plans}
    if len(sizes) != 1 or (chips := sizes.pop()) not in BOARD_VERSIONS:
        raise UnsupportedError(
            "targets",
            "one toolchain process maps for one kind of board",
            value=sorted(sizes),
            limit=f"Boards have {', '.join(map(str, BOARD_VERSIONS))} chips",
        )
    return BOARD_VERSIONS[chips]


def _deployment(layout: Layout, outcome: Outcome) -> Deployment:
    generated = read_generated(layout.plan, outcome.reports)
    return Deployment(
        layout=layout,
        generated=generated,
        differences=compare(layout, generated),
        seconds=outcome.seconds,
    )
