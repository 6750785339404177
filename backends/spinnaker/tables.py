"""The numbers behind a check: weights and their grid, memory, load, and the machine as a whole.

One function for each table; rows are plain values, so that they go to a file as they are.
"""

from collections.abc import Sequence

import numpy as np

from neuro.backends.spinnaker.defects import FULL_ENTRY, weight_unit
from neuro.backends.spinnaker.findings import largest_input, update_steps
from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import CorePopulation, CoreProjection, Layout
from neuro.backends.spinnaker.load import CoreLoad
from neuro.backends.spinnaker.resources import Machine, free_sdram
from neuro.check import Cell, CheckTable
from neuro.plan import FloatArray, PlannedProjection

RECEPTORS = ("excitatory", "inhibitory")


def receptor_table(layout: Layout) -> CheckTable:
    """Return the grid of the weights onto each receptor that has input."""
    used = {(item.target, item.receptor) for item in layout.projections if item.targets.size}
    return CheckTable(
        name="receptors",
        title="Receptors: the grid of their weights",
        columns=(
            "population",
            "receptor",
            "delay slots",
            "shift",
            "unit",
            "last bit",
            "full scale",
            "largest sum",
        ),
        rows=tuple(
            (
                population.name,
                RECEPTORS[receptor],
                population.slots,
                population.shifts[receptor],
                weight_unit(population),
                1.0 / scale,
                FULL_ENTRY / scale,
                largest_input(layout, population, receptor) / scale,
            )
            for population in layout.populations
            for receptor, scale in enumerate(population.scales)
            if (population.name, receptor) in used
        ),
    )


def weight_table(layout: Layout) -> CheckTable:
    """Return what the grid does to the weights of each projection, and to what they learn."""
    targets = {item.name: item for item in layout.populations}
    return CheckTable(
        name="weights",
        title="Projections: weights on that grid",
        columns=(
            "projection",
            "synapses",
            "unit",
            "smallest",
            "largest",
            "become zero",
            "mean error",
            "worst error",
            "A+ (last bits)",
            "A- (last bits)",
            "delay stages",
        ),
        rows=tuple(
            _weight_row(planned, laid, targets[laid.target])
            for planned, laid in zip(layout.plan.projections, layout.projections, strict=True)
        ),
    )


def memory_table(machine: Machine) -> CheckTable:
    """Return the memory of the fullest core of each population and input."""
    fullest = {
        (core.name, core.kind): core
        for core in sorted(machine.cores, key=lambda core: (core.dtcm, core.sdram))
    }
    count = {key: 0 for key in fullest}
    for core in machine.cores:
        count[core.name, core.kind] += 1
    return CheckTable(
        name="memory",
        title="Cores: memory of the fullest one",
        columns=(
            "part",
            "kind",
            "cores",
            "neurons",
            "longest row (words)",
            "data memory (bytes)",
            "of (bytes)",
            "shared memory (bytes)",
        ),
        rows=tuple(
            (
                name,
                kind,
                count[name, kind],
                core.neurons,
                core.longest_row,
                core.dtcm,
                core.dtcm_limit,
                core.sdram,
            )
            for (name, kind) in dict.fromkeys((core.name, core.kind) for core in machine.cores)
            for core in [fullest[name, kind]]
        ),
    )


def load_table(loads: Sequence[CoreLoad]) -> CheckTable:
    """Return the load of the busiest core of each population, as shares of a tick."""
    busiest = {load.population: load for load in sorted(loads, key=lambda load: load.expected)}
    return CheckTable(
        name="load",
        title="Cores: work of a tick, of the busiest one; 1 is a whole tick",
        columns=(
            "population",
            "without spikes",
            "expected",
            "all sources at once",
            "spikes that fit",
            "packets expected",
            "packets at once",
        ),
        rows=tuple(
            (
                name,
                busiest[name].idle / busiest[name].budget,
                busiest[name].expected / busiest[name].budget,
                busiest[name].all_at_once / busiest[name].budget,
                busiest[name].spikes_that_fit,
                busiest[name].packets_expected,
                busiest[name].packets_at_once,
            )
            for name in dict.fromkeys(load.population for load in loads)
        ),
    )


def machine_table(machine: Machine, hardware: Hardware) -> CheckTable:
    """Return what the whole network takes."""
    by_chip: dict[int, int] = dict.fromkeys(machine.chips, 0)
    for core, chip in zip(machine.cores, machine.chips, strict=True):
        by_chip[chip] += core.sdram
    return CheckTable(
        name="machine",
        title="Machine",
        columns=("what", "used", "available"),
        rows=(
            ("boards", machine.boards, hardware.boards),
            ("chips", machine.chip_count, hardware.boards * hardware.chips_per_board),
            ("application cores", len(machine.cores), None),
            (
                "shared memory of the fullest chip (bytes)",
                max(by_chip.values(), default=0),
                free_sdram(0, hardware),
            ),
            ("router entries of a chip, at most", machine.routes, hardware.router_entries),
        ),
    )


def _weight_row(
    planned: PlannedProjection, laid: CoreProjection, target: CorePopulation
) -> tuple[Cell, ...]:
    scale = target.scales[laid.receptor]
    asked = np.abs(np.atleast_1d(np.asarray(planned.weights, dtype=np.float64)))
    errors = relative_errors(asked, laid.weights / scale)
    gone = np.broadcast_to((asked > 0) & (laid.weights == 0), laid.targets.shape)
    steps = (None, None) if planned.plasticity is None else update_steps(planned, 1.0 / scale)
    return (
        laid.name,
        int(laid.targets.size),
        weight_unit(target),
        float(asked.min(initial=np.inf)) if asked.size else None,
        float(asked.max()) if asked.size else None,
        int(np.count_nonzero(gone)),
        float(errors.mean()) if errors.size else None,
        float(errors.max()) if errors.size else None,
        *steps,
        laid.stages,
    )


def relative_errors(asked: FloatArray, stored: FloatArray) -> FloatArray:
    """Return how far stored values are from those asked for; 0 where 0 was asked for."""
    errors: FloatArray = np.abs(stored - asked) / np.where(asked > 0, asked, 1.0)
    return errors
