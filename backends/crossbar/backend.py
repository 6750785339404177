"""The backend class: networks whose synapses are devices on crossbars."""

from typing import ClassVar

import numpy as np

from neuro.backend import Availability, Backend, Rung
from neuro.backends.crossbar.check import check_plan, weight_issues
from neuro.backends.crossbar.energy import energy_report
from neuro.backends.crossbar.engine import CrossbarEngine
from neuro.backends.crossbar.mvm import compiled_reads
from neuro.backends.crossbar.options import described
from neuro.backends.crossbar.placement import capacity_issue, place
from neuro.backends.crossbar.rungs import array_rungs
from neuro.backends.crossbar.synapses import ProjectionTiles
from neuro.check import CheckReport
from neuro.energy import EnergyReport
from neuro.engine import build
from neuro.errors import NeuroError, raise_all
from neuro.ir.validate_projection import receptor_of
from neuro.notes import FidelityNote
from neuro.passes import whole_language
from neuro.plan import Plan, PlannedProjection
from neuro.program import EngineProgram
from neuro.results import Result
from neuro.target import Capabilities, Target

NOTED = 1e-9
"""Change of a weight, relative to the largest one, from which on it is noted; less is rounding."""


class Crossbar(Backend):
    """Resistive crossbars with digital neurons, emulated on this computer."""

    name: ClassVar[str] = "crossbar"
    default_target: ClassVar[str] = "crossbar_ideal"

    @classmethod
    def availability(cls) -> Availability:
        """Say how noise is drawn; it always runs: it needs nothing but NumPy and SciPy."""
        how = "in NumPy" if compiled_reads() is None else "compiled"
        detail = f"emulator of devices, wires and converters, reads {how}"
        return Availability(available=True, detail=detail)

    def capabilities(self, target: Target) -> Capabilities:
        """Describe the whole language: neurons and rules are digital."""
        return whole_language()

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Program the devices and make a program that is ready to run.

        Raises
        ------
        ValidationError, CapacityError, CheckError
            If the hardware file is wrong, or weights cannot be mapped.
        """
        hardware, options = described(target)
        placed = [(item, place(item)) for item in plan.projections]
        issues: list[NeuroError] = []
        for item, planes in placed:
            issues += weight_issues(item, options)
            issue = capacity_issue(item, planes, options)
            issues += [] if issue is None else [issue]
        raise_all(f"network {plan.network.name!r} on target {target.name!r}", issues)
        tiles = tuple(
            ProjectionTiles(item, planes, hardware, options, plan.network.seed)
            for item, planes in placed
        )
        notes = [
            note
            for item, on_tiles in zip(plan.projections, tiles, strict=True)
            for note in _notes(plan, item, on_tiles)
        ]
        return EngineProgram(plan, target, CrossbarEngine(build(plan), tiles), notes)

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """Map a plan and compare it with the hardware; see `check_plan`."""
        return check_plan(plan, target, self.capabilities(target))

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Account for reads, conversions and writes; see `energy_report`."""
        return energy_report(plan, target, result.counters)

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """List the effects of an array, each alone and then together; see `array_rungs`."""
        return array_rungs(plan, target, self.compile)


def _notes(plan: Plan, projection: PlannedProjection, tiles: ProjectionTiles) -> list[FidelityNote]:
    """Note the weight that the devices miss by most."""
    asked = np.broadcast_to(np.asarray(projection.weights, dtype=np.float64), tiles.weights.shape)
    if not asked.size:
        return []
    missed = np.abs(tiles.weights - asked)
    worst = int(np.argmax(missed))
    if missed[worst] <= NOTED * np.abs(asked).max():
        return []
    size = abs(float(asked[worst]))
    unit = receptor_of(plan.network, plan.network.projection(projection.name)).unit
    return [
        FidelityNote(
            where=f"projection {projection.name!r}.weight",
            requested=float(asked[worst]),
            stored=float(tiles.weights[worst]),
            relative_error=float(missed[worst]) / size if size else None,
            unit=unit,
            reason="Devices miss their targets, are stuck or have few levels; root mean square "
            f"{float(np.sqrt(np.mean(missed**2))):.4g} {unit}".rstrip()
            + ".",
        )
    ]
