"""How spikes cross synapses: the one step of the run loop that analog hardware does in its own way.

Order of work, cells and learning rules stay those of the reference; a `Delivery` adds to what is
under way to the targets, and is told of every change that learning makes.
"""

from typing import Any, Protocol

import numpy as np

from neuro.engine.interface import FloatArray, IntArray
from neuro.engine.network import EngineNetwork
from neuro.engine.rows import row_positions
from neuro.engine.state import EngineState


class Delivery(Protocol):
    """What carries spikes over synapses; hardware may do it in its own way."""

    def deliver(
        self,
        network: EngineNetwork,
        state: EngineState,
        number: int,
        step: int,
        sources: IntArray,
        weights: Any,
    ) -> int:
        """Add the weights of the synapses of some sources to what is under way.

        Parameters
        ----------
        network : EngineNetwork
            What runs.
        state : EngineState
            Its state, whose `arrivals` change.
        number : int
            Position of the projection.
        step : int
            The current step.
        sources : array of int
            Who spiked; one that spiked twice is there twice.
        weights : float or array, shape (synapses,)
            Of the projection.

        Returns
        -------
        int
            How many synapses were reached.
        """

    def learned(self, number: int, weights: FloatArray) -> None:
        """Take over the weights of a plastic projection, which may change what is kept of them."""


class ExactDelivery:
    """Weights are added as they are."""

    def deliver(
        self,
        network: EngineNetwork,
        state: EngineState,
        number: int,
        step: int,
        sources: IntArray,
        weights: Any,
    ) -> int:
        """Add the weights of the synapses of some sources to what is under way."""
        group = network.synapses[number]
        positions = row_positions(group.offsets, sources)
        chosen = weights[positions] if np.ndim(weights) else weights
        delays = group.delay_steps[positions] if np.ndim(group.delay_steps) else group.delay_steps
        slots = (step + delays) % network.cells[group.target].slots
        receptor = state.arrivals[group.target][group.receptor]
        np.add.at(receptor, (slots, group.targets[positions]), chosen)
        return positions.size

    def learned(self, number: int, weights: FloatArray) -> None:
        """Keep every weight as it is."""


EXACT = ExactDelivery()
"""What software backends use."""
