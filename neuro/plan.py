"""The plan: a network lowered to arrays, step by step, before a backend is involved.

Passes turn one plan into the next; each leaves its name in `passes` and what it changed in
`notes`. Connectivity is kept as compressed rows: the targets of source i are
``targets[offsets[i]:offsets[i + 1]]``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.ir import Network, PairSTDP
from neuro.ir.description import extremes
from neuro.notes import FidelityNote
from neuro.units import format_value

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.uint32]
StepArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPopulation:
    """A population with numbers for parameters.

    Parameters
    ----------
    name, size, cell
        Name, number of neurons, class name of the cell type.
    receptors : tuple of str
        Names of the receptors, in the order that projections count them.
    parameters : dict of str to float or array, shape (size,)
        In the units of the cell type; distributions are drawn.
    refractory_steps : int or array, shape (size,), optional
        Set by `discretise` for cells with a refractory time.
    """

    name: str
    size: int
    cell: str
    receptors: tuple[str, ...]
    parameters: dict[str, Any]
    refractory_steps: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedArray:
    """A spike array.

    Parameters
    ----------
    times : array, shape (spikes,), ms
        Sorted by time, then by source; by step, once there are steps.
    indices : array, shape (spikes,)
        The source of each spike.
    steps : array, shape (spikes,), optional
        Step in which each spike is emitted; set by `discretise`.
    """

    name: str
    size: int
    times: FloatArray
    indices: StepArray
    steps: StepArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPoisson:
    """Poisson sources: rates in Hz, shape (size,); spikes fall in [start, stop), ms."""

    name: str
    size: int
    rates: FloatArray
    start: float
    stop: float


PlannedInput = PlannedArray | PlannedPoisson


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProjection:
    """The synapses of one projection.

    Parameters
    ----------
    source, target : str
        Names of a population or input, and of a population; indices count within these.
    receptor : int
        Position in the target's receptors.
    offsets : array of int64, shape (source size + 1,)
        Start of each source's row.
    targets : array of uint32, shape (synapses,)
        Target of each synapse, ascending within a row.
    weights : float or array, shape (synapses,)
        In the receptor's unit.
    delays : float or array, shape (synapses,), ms
        As asked for; an array is dropped by `discretise`.
    delay_steps : int or array of int32, shape (synapses,), optional
        Set by `discretise`.
    plasticity : PairSTDP or None
        The learning rule.
    """

    name: str
    source: str
    target: str
    receptor: int
    offsets: StepArray
    targets: IndexArray
    weights: Any
    delays: Any
    delay_steps: Any = None
    plasticity: PairSTDP | None = None

    @property
    def sources(self) -> IndexArray:
        """Source of each synapse, shape (synapses,)."""
        size = self.offsets.size - 1
        return np.repeat(np.arange(size, dtype=np.uint32), np.diff(self.offsets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A lowered network.

    Parameters
    ----------
    network : Network
        What was lowered.
    semantics : str
        Order of work that will be used; the network names the one it was designed for.
    dt : float, ms
        Time step.
    populations, inputs, projections
        The parts, as arrays.
    notes : tuple of FidelityNote
        What was approximated so far.
    passes : tuple of str
        Passes applied so far.
    warnings : tuple of str
        What the user was warned of.
    """

    network: Network
    semantics: str
    dt: float
    populations: tuple[PlannedPopulation, ...]
    inputs: tuple[PlannedInput, ...]
    projections: tuple[PlannedProjection, ...]
    notes: tuple[FidelityNote, ...] = ()
    passes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def label_offset(self) -> int:
        """Grid point, counted from the start of a step, at which its spikes are labelled.

        Under `exact` a spike of step k carries the time of the step's end, (k + 1) dt, as in NEST;
        under `tick` that of its tick, k dt, as on SpiNNaker.
        """
        return 1 if self.semantics == "exact" else 0

    def synapse_count(self) -> int:
        """Return the number of synapses in all."""
        return sum(item.targets.size for item in self.projections)

    def __str__(self) -> str:
        """Describe the plan for people: what the passes made of each part."""
        head = (
            f"network {self.network.name!r} after {', '.join(self.passes)}: "
            f"semantics {self.semantics}, dt {format_value(self.dt, 'ms')}, "
            f"{self.synapse_count()} synapses"
        )
        inputs = [f"  input {item.name!r}: {item.size} sources" for item in self.inputs]
        populations = [_population_line(item) for item in self.populations]
        projections = [_projection_line(item) for item in self.projections]
        notes = [f"  note: {note}" for note in self.notes]
        return "\n".join([head, *inputs, *populations, *projections, *notes])


def _population_line(item: PlannedPopulation) -> str:
    line = f"  population {item.name!r}: {item.size} {item.cell}"
    if item.refractory_steps is None:
        return line
    return f"{line}, refractory {_span(item.refractory_steps)} steps"


def _projection_line(item: PlannedProjection) -> str:
    line = f"  projection {item.name!r}: {item.targets.size} synapses, weight {_span(item.weights)}"
    if item.delay_steps is None:
        return f"{line}, delay {_span(item.delays)} ms"
    return f"{line}, delay {_span(item.delay_steps)} steps"


def _span(values: Any) -> str:
    """Write one value, or the range of an array."""
    low, high = extremes(values)
    return f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"
