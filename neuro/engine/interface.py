"""The engine as backends see it: one class for the NumPy reference, one for the compiled kernels.

Both run the same network in the same order; property tests hold one against the other.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Spikes = tuple[IntArray, IntArray]
"""Steps and indices, sorted by step."""


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
    """

    spikes: list[Spikes]
    traces: list[tuple[IntArray, FloatArray]]
    synaptic_events: list[int]
    plastic_updates: list[int]


class Engine(ABC):
    """A network with its state."""

    description: str
    """Which kernels, in which precision."""

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
    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable; else None."""
