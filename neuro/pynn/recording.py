"""What is recorded, as Neo data: the part of PyNN's recorder that asks the simulation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyNN import recording

from neuro.ir import Probe
from neuro.pynn import simulator
from neuro.pynn.lowering import probe


class Recorder(recording.Recorder):
    """Records one population."""

    _simulator = simulator

    def __init__(self, population: Any, file: Any = None) -> None:
        super().__init__(population, file)
        self._cleared_at = 0.0

    def probes(self) -> list[Probe]:
        """Return the probes of the population; two names of one variable are one probe."""
        wanted: dict[str, set[int]] = {}
        for variable, ids in self.recorded.items():
            if ids:
                indices = (int(self.population.id_to_index(item)) for item in ids)
                wanted.setdefault(self._meaning(variable.name)[0], set()).update(indices)
        return [
            probe(self.population.name, variable, self.sampling_interval, np.array(sorted(indices)))
            for variable, indices in wanted.items()
        ]

    def _meaning(self, variable: str) -> tuple[str, float]:
        """Return the variable of the language that PyNN's name means, and the factor."""
        if variable == "spikes":
            return variable, 1.0
        known: dict[str, tuple[str, float]] = self.population.celltype.variables
        return known[variable]

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        simulator.state.structure_changed(f"record({variable.name!r})")
        if sampling_interval is not None and variable.name != "spikes":
            self.sampling_interval = sampling_interval

    def _reset(self) -> None:
        simulator.state.structure_changed("record(None)")

    def _get_spiketimes(self, ids: Any, clear: bool = False) -> Any:
        """Return the numbers of the neurons and the times in ms, shape (spikes,) both."""
        trains = simulator.state.spikes(self.population.name)
        wanted = np.zeros(self.population.size, dtype=bool)
        wanted[self._indices(ids)] = True
        chosen = wanted[trains.indices] & (trains.times > self._cleared_at)
        if self._cleared_at == 0:
            chosen |= wanted[trains.indices] & (trains.times == 0)
        return trains.indices[chosen] + int(self.population.first_id), trains.times[chosen]

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> Any:
        """Return values of shape (samples, neurons), in the order of the neurons asked for."""
        name, factor = self._meaning(variable.name)
        times, values, indices = simulator.state.trace(self.population.name, name)
        columns = np.searchsorted(indices, self._indices(ids))
        tolerance = simulator.state.dt / 2
        rows = times >= self._cleared_at - tolerance
        return factor * values[rows][:, columns], None

    def _indices(self, ids: Any) -> NDArray[np.int64]:
        numbers: NDArray[np.int64] = np.array([int(item) for item in ids], dtype=np.int64)
        return numbers - int(self.population.first_id)

    def _local_count(self, variable: Any, filter_ids: Any = None) -> dict[int, int]:
        ids = sorted(self.filter_recorded(variable, filter_ids))
        senders, _ = self._get_spiketimes(ids)
        return {int(item): int(np.count_nonzero(senders == int(item))) for item in ids}

    def _clear_simulator(self) -> None:
        self._cleared_at = simulator.state.t

    def store_to_cache(self, annotations: Any = None) -> None:
        """Keep what was recorded, as a segment of its own, before a reset."""
        super().store_to_cache(annotations)
        self._cleared_at = 0.0
