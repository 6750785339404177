"""Which spikes of one run another run lacks, and the reverse: the distance of two spike tables.

A spike table is the set of (population, tick, neuron); the distance of two tables is the number of
spikes in one of them but not in the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.results.result import Result, SpikeTrains

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferingSpike:
    """One spike that only one of two runs has.

    Parameters
    ----------
    population : str
        Name of a population or input.
    neuron, tick : int
        Which neuron, and in which tick.
    time : float, ms
        The same as a time.
    extra : bool
        True if only the run that is looked at has it, False if only the reference has.
    """

    population: str
    neuron: int
    tick: int
    time: float
    extra: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpikeDifferences:
    """All spikes that only one of two runs has, by tick, then by population and neuron.

    Parameters
    ----------
    names : tuple of str
        Populations and inputs that were compared, in the order of the reference.
    dt : float, ms
        Length of a tick.
    populations : array, shape (differences,)
        Position of each spike's population in `names`.
    ticks, neurons : array, shape (differences,)
        When, and who.
    extra : array of bool, shape (differences,)
        Whether the spike is new; if not, it is missing.
    """

    names: tuple[str, ...]
    dt: float
    populations: IntArray
    ticks: IntArray
    neurons: IntArray
    extra: BoolArray

    @property
    def distance(self) -> int:
        """Number of spikes that only one of the two runs has."""
        return int(self.ticks.size)

    @property
    def first(self) -> DifferingSpike | None:
        """The earliest of them, None if the runs are equal."""
        if not self.distance:
            return None
        return DifferingSpike(
            population=self.names[self.populations[0]],
            neuron=int(self.neurons[0]),
            tick=int(self.ticks[0]),
            time=float(self.ticks[0] * self.dt),
            extra=bool(self.extra[0]),
        )


def spike_differences(reference: Result, other: Result) -> SpikeDifferences:
    """Compare the spikes of a run with those of a reference.

    Parameters
    ----------
    reference, other : Result
        Two runs of one network with the same probes and time step.

    Examples
    --------
    >>> from neuro import simulate
    >>> from neuro.ir import CurrentExponentialLIF, Network, Population, Probe
    >>> def one(current: str):
    ...     cells = Population("a", 1, CurrentExponentialLIF(i_offset=current))
    ...     probes = [Probe(population="a")]
    ...     return simulate(Network(name="n", populations=[cells], probes=probes), "30 ms")
    >>> found = spike_differences(one("1 nA"), one("0 nA"))
    >>> found.distance, found.first.extra
    (1, False)
    """
    names = tuple(reference.spikes)
    parts = [_one_sided(reference.spikes, other.spikes, name, reference.dt) for name in names]
    sizes = np.array([ticks.size for ticks, _, _ in parts], dtype=np.int64)
    populations = np.repeat(np.arange(len(names)), sizes)
    none = np.empty(0, np.int64)
    ticks = np.concatenate([none, *(part[0] for part in parts)])
    neurons = np.concatenate([none, *(part[1] for part in parts)])
    extra = np.concatenate([none.astype(np.bool_), *(part[2] for part in parts)])
    order = np.lexsort((neurons, populations, ticks))
    return SpikeDifferences(
        names=names,
        dt=reference.dt,
        populations=populations[order],
        ticks=ticks[order],
        neurons=neurons[order],
        extra=extra[order],
    )


def _one_sided(
    reference: Mapping[str, SpikeTrains], other: Mapping[str, SpikeTrains], name: str, dt: float
) -> tuple[IntArray, IntArray, BoolArray]:
    """Return ticks, neurons and sides of the spikes of one population that differ."""
    size = max(reference[name].size, 1)
    ours, theirs = (_codes(trains[name], dt, size) for trains in (reference, other))
    missing, extra = np.setdiff1d(ours, theirs), np.setdiff1d(theirs, ours)
    codes = np.concatenate((missing, extra))
    sides = np.concatenate((np.zeros(missing.size, np.bool_), np.ones(extra.size, np.bool_)))
    return codes // size, codes % size, sides


def _codes(trains: SpikeTrains, dt: float, size: int) -> IntArray:
    """Write each spike as one number."""
    codes: IntArray = trains.ticks(dt) * size + trains.indices
    return codes
