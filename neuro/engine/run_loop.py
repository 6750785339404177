"""The reference run loop: state in, state out, for any number of steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.engine.delivery import EXACT, Delivery
from neuro.engine.interface import (
    Batch,
    Engine,
    FloatArray,
    IntArray,
    Recording,
    Spikes,
    TraceProbe,
)
from neuro.engine.network import EngineNetwork, with_current
from neuro.engine.plasticity import receive, send, settle
from neuro.engine.rows import rounds, row_positions
from neuro.engine.state import EngineState, initial_state


@dataclass(slots=True)
class _Log:
    """Lists that grow during `advance`."""

    spikes: list[list[tuple[int, IntArray]]]
    traces: list[list[tuple[int, FloatArray]]]
    events: list[int]
    updates: list[int]


class ReferenceEngine(Engine):
    """The NumPy reference."""

    description = "reference (NumPy, float64)"
    kind = "reference float64"

    def __init__(self, network: EngineNetwork) -> None:
        self._network = network
        self._undriven = network.cells
        self._state = initial_state(network)

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
            self._state, recording = advance(self._network, self._state, steps, inputs, probes)
        return recording

    def weights(self, projection: int) -> FloatArray:
        """Return the current weights of a plastic projection."""
        state = self._state.plastic[projection]
        assert state is not None, "the projection is not plastic"
        return state.weights.copy()

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one after the other; see `Engine.batch`."""
        first = self._state.step
        network = self._network
        sizes = [group.population.size for group in network.cells]
        counts = [np.zeros((len(samples), bins, size), dtype=np.int32) for size in sizes]
        events, updates = [], []
        for number, inputs in enumerate(samples):
            _, recording = advance(network, self._state, steps, inputs)
            count_spikes([table[number] for table in counts], network, recording, first, steps)
            events.append(recording.synaptic_events)
            updates.append(recording.plastic_updates)
        return counts, by_projection(network, events), by_projection(network, updates)

    def reset(self) -> None:
        """Return to time zero."""
        self._network = replace(self._network, cells=self._undriven)
        self._state = initial_state(self._network)

    def inject(self, population: int, current: FloatArray | float) -> None:
        """Add a current to the offset current of a population; see `TakesCurrent`."""
        cells = list(self._network.cells)
        cells[population] = with_current(self._undriven[population], current)
        self._network = replace(self._network, cells=tuple(cells))

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return the state as arrays by name."""
        return self._state.as_arrays()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from a snapshot."""
        self._state = self._state.from_arrays(arrays)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: this computer has no counts of its own."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable."""
        return first_broken(self._state)


def advance(
    network: EngineNetwork,
    state: EngineState,
    steps: int,
    inputs: Sequence[Spikes],
    probes: Sequence[TraceProbe] = (),
    delivery: Delivery = EXACT,
) -> tuple[EngineState, Recording]:
    """Run a number of steps.

    Parameters
    ----------
    network : EngineNetwork
        What runs.
    state : EngineState
        Where it starts; left untouched.
    steps : int
        How far it runs.
    inputs : sequence of (steps, indices)
        For each input, the spikes it emits in these steps; the very first call may hold spikes of
        step -1, which arrive from step 0 on.
    probes : sequence of TraceProbe
        State variables to record.
    delivery : Delivery, optional
        What carries spikes; default exactly.

    Returns
    -------
    EngineState, Recording
        The state after the last step, and what was recorded on the way.
    """
    state = state.copy()
    log = _Log(
        spikes=[[] for _ in network.sources],
        traces=[[] for _ in probes],
        events=[0] * len(network.synapses),
        updates=[0] * len(network.synapses),
    )
    slices = [_by_step(spikes, state.step - 1, steps + 1) for spikes in inputs]
    if state.step == 0:
        early = [part[0] for part in slices]
        _transmit(network, state, -1, [*early, *_silence(len(network.cells))], log, delivery)
    for offset in range(steps):
        _sample(state, probes, log)
        emitted = [part[offset + 1] for part in slices]
        fired = _update_cells(network, state)
        _transmit(network, state, state.step, [*emitted, *fired], log, delivery)
        for recent, spikes in zip(state.recent, fired, strict=True):
            if recent:
                recent.pop(0)
                recent.append(spikes)
        state.step += 1
    return state, _recording(log, probes)


def first_broken(state: EngineState) -> tuple[int, str] | None:
    """Return the first population whose state is not finite, and the variable; else None."""
    for position, cell in enumerate(state.cells):
        for variable, values in cell.items():
            if not np.all(np.isfinite(values)):
                return position, variable
    return None


def count_spikes(
    tables: Sequence[NDArray[np.int32]],
    network: EngineNetwork,
    recording: Recording,
    first: int,
    steps: int,
) -> None:
    """Count the spikes of one sample.

    Parameters
    ----------
    tables : sequence of array, shape (bins, neurons)
        One for each population; counted up in place.
    network : EngineNetwork
        What ran.
    recording : Recording
        Of the sample.
    first, steps : int
        Where the sample began, and its length.
    """
    spikes = recording.spikes[len(network.plan.inputs) :]
    for table, (at, indices) in zip(tables, spikes, strict=True):
        np.add.at(table, ((at - first) * len(table) // steps, indices), 1)


def by_projection(network: EngineNetwork, counts: list[list[int]]) -> list[IntArray]:
    """Turn the counts of many samples into one array for each projection."""
    table = np.array(counts, dtype=np.int64).reshape(-1, len(network.synapses))
    return list(table.T)


def _silence(count: int) -> list[IntArray]:
    return [np.zeros(0, dtype=np.int64)] * count


def _by_step(spikes: Spikes, first: int, count: int) -> list[IntArray]:
    """Split sorted spikes into one list of indices for each of `count` steps."""
    steps, indices = spikes
    edges = np.searchsorted(steps, np.arange(first, first + count + 1))
    return [indices[edges[k] : edges[k + 1]] for k in range(count)]


def _sample(state: EngineState, probes: Sequence[TraceProbe], log: _Log) -> None:
    for probe, trace in zip(probes, log.traces, strict=True):
        if state.step % probe.interval == 0:
            values = state.cells[probe.population][probe.variable][probe.indices]
            trace.append((state.step, values.copy()))


def _update_cells(network: EngineNetwork, state: EngineState) -> list[IntArray]:
    fired: list[IntArray] = []
    for position, group in enumerate(network.cells):
        arrivals = state.arrivals[position][:, state.step % group.slots]
        state.cells[position], spiked = group.kernel.step(
            state.cells[position], arrivals, group.constants
        )
        arrivals[:] = 0.0
        fired.append(np.flatnonzero(spiked))
    return fired


def _transmit(
    network: EngineNetwork,
    state: EngineState,
    step: int,
    spikes: list[IntArray],
    log: _Log,
    delivery: Delivery,
) -> None:
    """Send the spikes of one step, let plastic synapses learn, and count."""
    for indices, kept in zip(spikes, log.spikes, strict=True):
        if indices.size:
            kept.append((step, indices))
    for number, group in enumerate(network.synapses):
        pre = spikes[group.source]
        if group.plastic is not None:
            fired = spikes[len(network.plan.inputs) + group.target]
            log.updates[number] += _learn_and_deliver(
                network, state, number, step, pre, fired, delivery
            )
            log.events[number] = log.updates[number]
        elif pre.size:
            log.events[number] += delivery.deliver(network, state, number, step, pre, group.weights)


def _learn_and_deliver(
    network: EngineNetwork,
    state: EngineState,
    number: int,
    step: int,
    pre: IntArray,
    fired: IntArray,
    delivery: Delivery,
) -> int:
    """Run the learning rule of one projection and send; return how many synapses were visited."""
    group, plastic = network.synapses[number], state.plastic[number]
    assert group.plastic is not None and plastic is not None
    recent = state.recent[group.target]
    posts = [recent[-delay] if delay else fired for delay in group.plastic.delays.tolist()]
    if pre.size == 0 and all(targets.size == 0 for targets in posts):
        return 0
    visited = 0
    if not group.plastic.immediate:
        receive(group.plastic, plastic, step, posts)
        delivery.learned(number, plastic.weights)
    # A source that spikes twice in a step is seen twice.
    for sources in rounds(pre):
        positions = row_positions(group.offsets, sources)
        if group.plastic.immediate:
            delivery.deliver(network, state, number, step, sources, plastic.weights)
        send(group.plastic, plastic, positions, step, sources)
        delivery.learned(number, plastic.weights)
        if not group.plastic.immediate:
            delivery.deliver(network, state, number, step, sources, plastic.weights)
        visited += positions.size
    if group.plastic.immediate:
        receive(group.plastic, plastic, step, posts)
        delivery.learned(number, plastic.weights)
    settle(group.plastic, plastic, step, posts)
    return visited


def _recording(log: _Log, probes: Sequence[TraceProbe]) -> Recording:
    return Recording(
        spikes=[_joined(spikes) for spikes in log.spikes],
        traces=[
            (
                np.array([step for step, _ in trace], dtype=np.int64),
                np.array([values for _, values in trace], dtype=np.float64).reshape(
                    len(trace), probe.indices.size
                ),
            )
            for probe, trace in zip(probes, log.traces, strict=True)
        ],
        synaptic_events=log.events,
        plastic_updates=log.updates,
        spike_counts=[sum(indices.size for _, indices in spikes) for spikes in log.spikes],
    )


def _joined(spikes: list[tuple[int, IntArray]]) -> Spikes:
    empty = np.zeros(0, dtype=np.int64)
    steps = [np.full(indices.size, step, dtype=np.int64) for step, indices in spikes]
    return np.concatenate([empty, *steps]), np.concatenate([empty, *(i for _, i in spikes)])
