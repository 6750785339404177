"""The engine of a network on a crossbar: digital neurons and rules, analog synapses.

Cells, learning rules and the order of work are the reference kernels of `neuro.engine`, in double
precision and both semantics; every synaptic input is a read of the rows that have a spike.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.synapses import ProjectionTiles, TileDelivery
from neuro.engine import Engine, EngineNetwork, Recording, TraceProbe
from neuro.engine.interface import Batch, FloatArray, Spikes
from neuro.engine.run_loop import advance, by_projection, count_spikes, first_broken
from neuro.engine.state import EngineState, initial_state

NANOSIEMENS = 1e3
"""In one uS."""


class CrossbarEngine(Engine):
    """A network whose projections are on tiles.

    Parameters
    ----------
    network : EngineNetwork
        What runs.
    projections : tuple of ProjectionTiles
        One for each projection, freshly programmed.
    """

    description = "reference cells (NumPy, float64), analog synapses"
    kind = "crossbar float64"

    def __init__(self, network: EngineNetwork, projections: tuple[ProjectionTiles, ...]) -> None:
        self._network = network
        self._delivery = TileDelivery(projections)
        self._fresh = [item.snapshot() for item in projections]
        self._state = self._first_state()

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._state.step

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of steps; see `Engine.advance`."""
        # Numbers that overflow are found by `broken`, with the name of the population.
        with np.errstate(over="ignore", invalid="ignore"):
            self._state, recording = advance(
                self._network, self._state, steps, inputs, probes, self._delivery
            )
        return recording

    def weights(self, projection: int) -> FloatArray:
        """Return the weights that the devices of a plastic projection hold."""
        return self._delivery.projections[projection].weights.copy()

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one after the other, each with read noise of its own."""
        network, state = self._network, self._state
        sizes = [group.population.size for group in network.cells]
        counts = [np.zeros((len(samples), bins, size), dtype=np.int32) for size in sizes]
        events, updates = [], []
        kept = [item.snapshot() for item in self._delivery.projections]
        for number, inputs in enumerate(samples):
            for item in self._delivery.projections:
                item.begin_stream("batch", state.step, number)
            _, recording = advance(network, state, steps, inputs, (), self._delivery)
            count_spikes([table[number] for table in counts], network, recording, state.step, steps)
            events.append(recording.synaptic_events)
            updates.append(recording.plastic_updates)
            self._resume(kept)
        return counts, by_projection(network, events), by_projection(network, updates)

    def reset(self) -> None:
        """Return to time zero: the same devices, programmed as at first."""
        self._resume(self._fresh)
        self._state = self._first_state()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return the state of cells and devices as arrays by name."""
        arrays = self._state.as_arrays()
        for number, item in enumerate(self._delivery.projections):
            arrays |= {f"tiles{number}.{name}": value for name, value in item.snapshot().items()}
        return arrays

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from a snapshot."""
        for number, item in enumerate(self._delivery.projections):
            prefix = f"tiles{number}."
            item.restore(
                {
                    name.removeprefix(prefix): values
                    for name, values in arrays.items()
                    if name.startswith(prefix)
                }
            )
        self._state = self._state.from_arrays(arrays)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return reads of rows, conversions of columns and writes of devices, by projection.

        ``read_nanosiemens`` and ``write_nanosiemens`` are conductances summed over devices and
        pulses, from which the energy in the devices follows.
        """
        names = [item.name for item in self._network.synapses]
        uses = [item.use() for item in self._delivery.projections]
        found = {
            name: {k: int(getattr(use, name)) for k, use in zip(names, uses, strict=True)}
            for name in ("reads", "column_conversions", "writes", "write_pulses")
        }
        for name in ("read", "write"):
            found[f"{name}_nanosiemens"] = {
                k: round(NANOSIEMENS * getattr(use, f"{name}_conductance"))
                for k, use in zip(names, uses, strict=True)
            }
        return found

    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable."""
        return first_broken(self._state)

    def _first_state(self) -> EngineState:
        """Return the state at time zero, with weights as they were programmed."""
        state = initial_state(self._network)
        for plastic, item in zip(state.plastic, self._delivery.projections, strict=True):
            if plastic is not None:
                plastic.weights[:] = item.weights
        return state

    def _resume(self, snapshots: Sequence[dict[str, NDArray[Any]]]) -> None:
        for item, arrays in zip(self._delivery.projections, snapshots, strict=True):
            item.restore(arrays)
