"""What the engine runs: a discretised plan as bare arrays and kernel constants.

Built once per program; nothing in it changes during a run.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.engine.cells import CellKernel, Constants, kernel
from neuro.engine.plasticity import PlasticConstants, plastic_constants
from neuro.plan import FloatArray, IndexArray, Plan, PlannedPopulation, PlannedProjection, StepArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGroup:
    """One population: its kernel, the kernel's constants, and the delays it must remember."""

    population: PlannedPopulation
    kernel: CellKernel
    constants: Constants
    slots: int
    """Steps ahead for which arrivals are kept, one more than the longest incoming delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynapseGroup:
    """One projection.

    Parameters
    ----------
    source : int
        Position among all sources: inputs first, then populations.
    target : int
        Position among the populations.
    plastic : PlasticConstants or None
        The learning rule with its indices.
    """

    name: str
    source: int
    target: int
    receptor: int
    offsets: StepArray
    targets: IndexArray
    weights: Any
    delay_steps: Any
    plastic: PlasticConstants | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineNetwork:
    """A network ready to run."""

    plan: Plan
    sources: tuple[str, ...]
    cells: tuple[CellGroup, ...]
    synapses: tuple[SynapseGroup, ...]
    history: int
    """Steps for which the spikes of populations are remembered for plastic projections."""


def build(plan: Plan) -> EngineNetwork:
    """Turn a discretised plan into what the engine runs."""
    names = [item.name for item in plan.populations]
    sources = (*(item.name for item in plan.inputs), *names)
    synapses = tuple(
        _synapse_group(item, sources.index(item.source), names.index(item.target), plan)
        for item in plan.projections
    )
    return EngineNetwork(
        plan=plan,
        sources=sources,
        cells=tuple(_cell_group(item, plan) for item in plan.populations),
        synapses=synapses,
        history=max((longest(item) for item in synapses if item.plastic), default=0),
    )


def with_current(group: CellGroup, current: FloatArray | float) -> CellGroup:
    """Return a population whose offset current is raised, nA, one value or one for each neuron."""
    offset = group.population.parameters["i_offset"] + current
    return replace(group, constants={**group.constants, "i_offset": offset})


def longest(projection: PlannedProjection | SynapseGroup) -> int:
    """Return the longest delay of a projection in steps, 0 if it has no synapses."""
    steps: NDArray[np.int64] = np.asarray(projection.delay_steps)
    return int(steps.max()) if projection.targets.size else 0


def _cell_group(population: PlannedPopulation, plan: Plan) -> CellGroup:
    incoming = [item for item in plan.projections if item.target == population.name]
    chosen = kernel(population.cell, plan.semantics)
    return CellGroup(
        population=population,
        kernel=chosen,
        constants=chosen.constants(population, plan.dt),
        slots=1 + max((longest(item) for item in incoming), default=0),
    )


def _synapse_group(
    projection: PlannedProjection, source: int, target: int, plan: Plan
) -> SynapseGroup:
    size = next(item.size for item in plan.populations if item.name == projection.target)
    plastic = None
    if projection.plasticity is not None:
        plastic = plastic_constants(projection, size, plan.dt, plan.semantics)
    return SynapseGroup(
        name=projection.name,
        source=source,
        target=target,
        receptor=projection.receptor,
        offsets=projection.offsets,
        targets=projection.targets,
        weights=projection.weights,
        delay_steps=projection.delay_steps,
        plastic=plastic,
    )
