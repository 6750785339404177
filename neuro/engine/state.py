"""Everything that changes during a run, in one place, so that a run can be copied and continued."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.engine.cells import State
from neuro.engine.network import EngineNetwork
from neuro.engine.plasticity import PlasticState, initial_plastic

IntArray = NDArray[np.int64]
Arrays = dict[str, NDArray[Any]]

NOBODY: IntArray = np.zeros(0, dtype=np.int64)
"""Spikes of a silent step."""


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

    def as_arrays(self) -> Arrays:
        """Take the state apart into arrays by name."""
        arrays: Arrays = {"step": np.array([self.step])}
        for p, cell in enumerate(self.cells):
            arrays |= {f"population{p}.{name}": values for name, values in cell.items()}
            arrays[f"population{p}.arrivals"] = self.arrivals[p]
            arrays[f"population{p}.recent_sizes"] = np.array(
                [spikes.size for spikes in self.recent[p]], dtype=np.int64
            )
            arrays[f"population{p}.recent"] = np.concatenate([NOBODY, *self.recent[p]])
        for k, plastic in enumerate(self.plastic):
            if plastic is not None:
                members = {item.name: getattr(plastic, item.name) for item in fields(plastic)}
                arrays |= {f"projection{k}.{name}": values for name, values in members.items()}
        return arrays

    def from_arrays(self, arrays: Arrays) -> "EngineState":
        """Put together a state of the same network.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or has another shape.
        """

        def like(name: str, old: NDArray[Any]) -> NDArray[Any]:
            values = np.asarray(arrays[name])
            if values.shape != old.shape or values.dtype != old.dtype:
                raise ValueError(f"array {name} has another shape or type")
            return values.copy()

        recent = []
        for p, old in enumerate(self.recent):
            sizes = like(f"population{p}.recent_sizes", np.zeros(len(old), dtype=np.int64))
            fired = arrays[f"population{p}.recent"]
            whole = fired.ndim == 1 and fired.dtype == NOBODY.dtype
            if not whole or np.any(sizes < 0) or sizes.sum() != fired.size:
                raise ValueError(f"array population{p}.recent does not fit its sizes")
            if np.any((fired < 0) | (fired >= self.arrivals[p].shape[-1])):
                raise ValueError(f"array population{p}.recent names neurons that are not there")
            recent.append(np.split(fired, np.cumsum(sizes))[:-1])
        plastic: list[PlasticState | None] = []
        for k, state in enumerate(self.plastic):
            if state is None:
                plastic.append(None)
                continue
            names = [item.name for item in fields(state)]
            members = {name: like(f"projection{k}.{name}", getattr(state, name)) for name in names}
            plastic.append(PlasticState(**members))
        return EngineState(
            step=int(like("step", np.array([0]))[0]),
            cells=[
                {name: like(f"population{p}.{name}", old) for name, old in cell.items()}
                for p, cell in enumerate(self.cells)
            ],
            arrivals=[like(f"population{p}.arrivals", old) for p, old in enumerate(self.arrivals)],
            plastic=plastic,
            recent=recent,
        )


def initial_state(network: EngineNetwork) -> EngineState:
    """Return the state at time zero."""
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
        recent=[[NOBODY] * network.history for _ in network.cells],
    )
