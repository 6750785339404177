"""Threshold units as matrix products: one sparse matrix for each projection and delay."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from neuro.engine import Engine, Recording, TraceProbe
from neuro.engine.counting import batched, counted
from neuro.engine.interface import Batch, FloatArray, Spikes
from neuro.plan import Plan, PlannedProjection


class UnitsEngine(Engine):
    """A network of binary threshold units with static synapses.

    Parameters
    ----------
    plan : Plan
        What runs.
    """

    kind = "units float64"
    description = "threshold units (SciPy, float64)"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._sizes = plan.network.sizes()
        self._links = [link for item in plan.projections for link in _links(plan, item)]
        longest = max((delay for _, _, delay, _ in self._links), default=1)
        self._arrivals = {item.name: np.zeros((longest, item.size)) for item in plan.populations}
        self._step = 0

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._step

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of steps; threshold units have no state that a probe could read."""
        fed = [
            _by_step(spikes, self._step - 1, steps + 1, item.size)
            for spikes, item in zip(inputs, self._plan.inputs, strict=True)
        ]
        names = [item.name for item in self._plan.inputs]
        if self._step == 0:
            self._send(dict(zip(names, (rows[0] for rows in fed), strict=True)))
        fired: dict[str, list[tuple[int, NDArray[np.int64]]]] = {
            item.name: [] for item in self._plan.populations
        }
        for offset in range(steps):
            spikes = dict(zip(names, (rows[offset + 1] for rows in fed), strict=True))
            for item in self._plan.populations:
                due = self._arrivals[item.name]
                active = due[0] >= item.parameters["threshold"]
                self._arrivals[item.name] = np.vstack((due[1:], np.zeros((1, item.size))))
                spikes[item.name] = active.astype(np.float64)
                fired[item.name].append((self._step, np.flatnonzero(active)))
            self._send(spikes)
            self._step += 1
        return counted(self._plan, [*inputs, *(_joined(log) for log in fired.values())])

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one after the other, each from the present state."""
        first, kept = self._step, self.snapshot()
        recordings = []
        for inputs in samples:
            recordings.append(self.advance(steps, inputs))
            self.restore(kept)
        return batched(self._plan, recordings, first, steps, bins)

    def weights(self, projection: int) -> FloatArray:
        """Refuse: the capabilities offer no plastic synapses, so nobody can ask."""
        raise AssertionError("no projection is plastic")

    def reset(self) -> None:
        """Return to time zero."""
        self._arrivals = {name: np.zeros_like(due) for name, due in self._arrivals.items()}
        self._step = 0

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return what is under way, by population."""
        arrays = {name: due.copy() for name, due in self._arrivals.items()}
        return {"step": np.array([self._step]), **arrays}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from a snapshot."""
        for name, due in self._arrivals.items():
            if arrays[name].shape != due.shape:
                raise ValueError(f"array {name} has another shape")
        self._arrivals = {name: arrays[name].copy() for name in self._arrivals}
        self._step = int(arrays["step"][0])

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: no counts beside the common ones are kept."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return nothing: a unit has no state to break."""
        return None

    def _send(self, spikes: dict[str, NDArray[np.float64]]) -> None:
        """Add what arrives after each delay; row 0 belongs to the next step."""
        for source, target, delay, matrix in self._links:
            if source in spikes:
                self._arrivals[target][delay - 1] += matrix @ spikes[source]


def _links(plan: Plan, item: PlannedProjection) -> list[tuple[str, str, int, Any]]:
    """Return source, target, delay in steps and matrix, for each delay of a projection."""
    sizes = plan.network.sizes()
    count = item.targets.shape
    delays = np.broadcast_to(np.asarray(item.delay_steps), count)
    weights = np.broadcast_to(item.weights, count)
    shape = sizes[item.target], sizes[item.source]
    found = []
    for delay in np.unique(delays).tolist():
        chosen = delays == delay
        places = item.targets[chosen], item.sources[chosen]
        found.append(
            (item.source, item.target, delay, csr_array((weights[chosen], places), shape=shape))
        )
    return found


def _by_step(spikes: Spikes, first: int, count: int, size: int) -> NDArray[np.float64]:
    """Count the spikes of each source in each of some steps."""
    steps, indices = spikes
    rows = np.zeros((count, size))
    np.add.at(rows, (steps - first, indices), 1.0)
    return rows


def _joined(log: list[tuple[int, NDArray[np.int64]]]) -> Spikes:
    none = np.zeros(0, dtype=np.int64)
    steps = [np.full(who.size, step, dtype=np.int64) for step, who in log]
    return np.concatenate([none, *steps]), np.concatenate([none, *(who for _, who in log)])
