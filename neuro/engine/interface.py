"""The engine as backends see it: one class for the NumPy reference, one for the compiled kernels.

Both run the same network in the same order; property tests hold one against the other.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Spikes = tuple[IntArray, IntArray]
"""Steps and indices, sorted by step."""
Batch = tuple[list[NDArray[np.int32]], list[IntArray], list[IntArray]]


@dataclass(frozen=True, slots=True)
class TraceProbe:
    """A recorded state variable: of which population, which neurons, every how many steps."""

    population: int
    variable: str
    interval: int
    indices: IntArray


@dataclass(slots=True, kw_only=True)
class Recording:
    """What one call of `advance` recorded.

    Parameters
    ----------
    spikes : list of (steps, indices)
        For each source: inputs first, then populations.
    traces : list of (steps, values), values of shape (samples, neurons)
        For each trace probe; a sample is the state at the start of its step.
    synaptic_events, plastic_updates : list of int
        For each projection: synapses that a pre spike reached, and how many of these are plastic.
    spike_counts : list of int
        For each source.
    """

    spikes: list[Spikes]
    traces: list[tuple[IntArray, FloatArray]]
    synaptic_events: list[int]
    plastic_updates: list[int]
    spike_counts: list[int]


class Engine(ABC):
    """A network with its state."""

    description: str
    """Which kernels, in which precision, for people."""

    kind: str
    """Which kernels, in which precision: engines of one kind can exchange snapshots."""

    whole_runs: bool = False
    """Whether a run is handed over as a whole, because starting one takes long."""

    @property
    @abstractmethod
    def step(self) -> int:
        """Steps done so far."""

    @abstractmethod
    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of steps.

        Parameters
        ----------
        steps : int
            How far.
        inputs : sequence of (steps, indices)
            For each input, the spikes it emits in these steps; the very first call may hold spikes
            of step -1, which arrive from step 0 on.
        probes : sequence of TraceProbe
            State variables to record.
        """

    @abstractmethod
    def weights(self, projection: int) -> FloatArray:
        """Return the current weights of a plastic projection, shape (synapses,)."""

    @abstractmethod
    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, each from the present state, which stays as it is.

        Parameters
        ----------
        steps : int
            Length of a sample.
        samples : sequence of inputs
            For each sample the `inputs` of `advance`.
        bins : int
            Equal stretches of time in which spikes are counted.
        threads : int
            How many samples run at once; the answer does not depend on it.

        Returns
        -------
        list of array, shape (samples, bins, neurons)
            Spike counts of each population.
        list of array, shape (samples,), twice
            Synaptic events and plastic updates of each projection.
        """

    @abstractmethod
    def reset(self) -> None:
        """Return to time zero."""

    @abstractmethod
    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return everything that changes during a run, as arrays by name."""

    @abstractmethod
    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from a snapshot of an engine of the same kind and network.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or does not fit; the engine is then good for `reset` only.
        """

    @abstractmethod
    def tallies(self) -> dict[str, dict[str, int]]:
        """Return counts that only this hardware has, since time zero: name, then part, to count."""

    @abstractmethod
    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable; else None."""


@runtime_checkable
class TakesCurrent(Protocol):
    """An engine whose neurons can be given a current between two steps."""

    def inject(self, population: int, current: FloatArray | float) -> None:
        """Add a current to the offset current of a population.

        Parameters
        ----------
        population : int
            Its position; its cells have an `i_offset`.
        current : float or array, shape (neurons,), nA
            What is added from the next step on, instead of what was added before, until `reset`.
        """
