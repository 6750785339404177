"""Everything that changes during a run, in one place, so that a run can be copied and continued."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.engine.cells import State
from neuro.engine.network import EngineNetwork
from neuro.engine.plasticity import PlasticState, initial_plastic

IntArray = NDArray[np.int64]


@dataclass(slots=True, kw_only=True)
class EngineState:
    """The state between two steps.

    Parameters
    ----------
    step : int
        Steps done so far.
    cells : list of dict
        State variables of each population, shape (neurons,) each.
    arrivals : list of array, shape (receptors, slots, neurons)
        Summed weights under way to each population; slot ``k % slots`` belongs to step k.
    plastic : list of PlasticState or None
        One entry for each projection.
    recent : list of list of array
        For each population, who spiked in each of the last `history` steps, oldest first.
    """

    step: int
    cells: list[State]
    arrivals: list[NDArray[np.float64]]
    plastic: list[PlasticState | None]
    recent: list[list[IntArray]]

    def copy(self) -> "EngineState":
        """Return an independent copy."""
        return EngineState(
            step=self.step,
            cells=[{name: value.copy() for name, value in cell.items()} for cell in self.cells],
            arrivals=[item.copy() for item in self.arrivals],
            plastic=[item.copy() if item else None for item in self.plastic],
            recent=[list(item) for item in self.recent],
        )


def initial_state(network: EngineNetwork) -> EngineState:
    """Return the state at time zero."""
    silent = np.zeros(0, dtype=np.int64)
    return EngineState(
        step=0,
        cells=[group.kernel.initial(group.population) for group in network.cells],
        arrivals=[
            np.zeros((len(group.population.receptors), group.slots, group.population.size))
            for group in network.cells
        ],
        plastic=[
            initial_plastic(item.plastic, item.weights, item.offsets) if item.plastic else None
            for item in network.synapses
        ],
        recent=[[silent] * network.history for _ in network.cells],
    )
