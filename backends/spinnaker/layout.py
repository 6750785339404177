"""The layout: a plan as the machine holds it, in the integers that the host would load.

Data only. `lay_out` makes it, the emulators run it, the check reads its numbers, and the virtual
deployment is compared with it. Formats are those of specs, spinnaker sections 1 to 5.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neuro.notes import FidelityNote
from neuro.plan import Plan

Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
UInt32Array = NDArray[np.uint32]
WeightArray = NDArray[np.uint16]
TraceArray = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorePopulation:
    """A population split into cores.

    Parameters
    ----------
    name, size, cell
        As in the plan.
    slices : tuple of (first, stop)
        The neurons of each core.
    atom_bits, type_bits : int
        Widths of the neuron index and of the receptor in a synaptic word.
    available_slots, slots : int
        Delay slots that fit, and that are used; both powers of two.
    shifts : tuple of int
        Left shift of a ring-buffer entry, one for each receptor.
    scales : tuple of float
        Stored weight for a weight of one nA or uS, one for each receptor.
    parameters : dict of str to array, shape (size,)
        Parameters of the cell as the host encodes them, s16.15.
    """

    name: str
    size: int
    cell: Literal["CurrentExponentialLIF", "ConductanceExponentialLIF"]
    slices: tuple[tuple[int, int], ...]
    atom_bits: int
    type_bits: int
    available_slots: int
    slots: int
    shifts: tuple[int, ...]
    scales: tuple[float, ...]
    parameters: dict[str, Int32Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSource:
    """An input split into cores: spikes are prepared by the host, none of it is emulated."""

    name: str
    size: int
    slices: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorePlasticity:
    """The learning rule of a plastic projection as the machine holds it.

    Parameters
    ----------
    multiplicative : bool
        Which weight rule.
    a_plus, a_minus, w_min, w_max : int
        s16.15; amplitudes of the additive rule are weight changes, of the multiplicative one
        fractions.
    table_plus, table_minus : array of int16
        Decay tables, 11 fraction bits; zero beyond the end.
    """

    multiplicative: bool
    a_plus: int
    a_minus: int
    w_min: int
    w_max: int
    table_plus: TraceArray
    table_minus: TraceArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreProjection:
    """The synapses of one projection in the machine's numbers, in the order of the plan.

    Parameters
    ----------
    name, source, target, receptor
        As in the plan.
    offsets : array, shape (source size + 1,)
        Start of each source's row.
    targets : array of uint32, shape (synapses,)
    weights : array of uint16, shape (synapses,) or (1,)
        Stored weights; one for all if they are equal.
    delay_steps : array of int32, shape (synapses,) or (1,)
        Whole delay, at least 1; one for all if they are equal.
    stages : int
        Stages of the delay extension that the projection uses; 0 without one. The synapses of stage
        k have delays from ``k * slots + 1`` to ``(k + 1) * slots``.
    plasticity : CorePlasticity or None
    """

    name: str
    source: str
    target: str
    receptor: int
    offsets: Int64Array
    targets: UInt32Array
    weights: WeightArray
    delay_steps: Int32Array
    stages: int
    plasticity: CorePlasticity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A plan as the machine holds it.

    Parameters
    ----------
    plan : Plan
        What was laid out.
    populations, sources, projections
        Its parts, in the order of the plan.
    notes : tuple of FidelityNote
        What quantisation, rounding and the machine's defects change.
    """

    plan: Plan
    populations: tuple[CorePopulation, ...]
    sources: tuple[CoreSource, ...]
    projections: tuple[CoreProjection, ...]
    notes: tuple[FidelityNote, ...]
