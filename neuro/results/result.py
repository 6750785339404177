"""The result of a run: spikes, traces, weights, counters and provenance.

Times are in ms. Under `exact` a spike carries the time of the grid point that ends its step, under
`tick` the time of its tick.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuro.ir import Network
from neuro.results.counters import Counters
from neuro.results.provenance import Provenance

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeTrains:
    """Spikes of one population or input, sorted by time, then by neuron.

    Parameters
    ----------
    times : array, shape (spikes,), ms
    indices : array, shape (spikes,)
        Which neuron fired.
    size : int
        Number of neurons.
    """

    times: FloatArray
    indices: IntArray
    size: int

    def ticks(self, dt: float) -> IntArray:
        """Return the spike times in steps of `dt`, shape (spikes,)."""
        ticks: IntArray = np.rint(self.times / dt).astype(np.int64)
        return ticks

    def of(self, neuron: int) -> FloatArray:
        """Return the spike times of one neuron, ms."""
        times: FloatArray = self.times[self.indices == neuron]
        return times


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A recorded state variable.

    Parameters
    ----------
    times : array, shape (samples,), ms
    values : array, shape (samples, neurons)
        State at the start of the step that begins at each time.
    indices : array, shape (neurons,)
        Which neurons were sampled.
    unit : str
        Unit of the values.
    """

    times: FloatArray
    values: FloatArray
    indices: IntArray
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Final weights of a plastic projection, arrays of shape (synapses,), sorted by source."""

    sources: IntArray
    targets: IntArray
    values: FloatArray
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """Spike counts of many samples.

    Parameters
    ----------
    counts : mapping of str to array, shape (samples, bins, neurons)
        By population.
    synaptic_events, plastic_updates : mapping of str to array, shape (samples,)
        By projection.
    provenance : Provenance
        Where the result comes from.
    """

    counts: Mapping[str, NDArray[np.int32]]
    synaptic_events: Mapping[str, IntArray]
    plastic_updates: Mapping[str, IntArray]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run gives back.

    Parameters
    ----------
    network : Network
        What ran.
    dt : float, ms
        Time step.
    duration : float, ms
        How long it ran in all.
    spikes : mapping of str to SpikeTrains
        By population or input with a spike probe.
    traces : mapping of str to mapping of str to Trace
        By population, then by variable.
    weights : mapping of str to Weights
        By plastic projection.
    counters : Counters
        Event counts.
    provenance : Provenance
        Where the result comes from.
    """

    network: Network
    dt: float
    duration: float
    spikes: Mapping[str, SpikeTrains]
    traces: Mapping[str, Mapping[str, Trace]]
    weights: Mapping[str, Weights]
    counters: Counters
    provenance: Provenance

    def save(self, path: str | Path) -> None:
        """Store the result as one HDF5 file; see `neuro.results.store`."""
        from neuro.results.store import save_result

        save_result(self, Path(path))
