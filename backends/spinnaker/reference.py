"""The reference emulator: the machine's ticks in NumPy, short and plain, the oracle of the kernels.

Order of work in tick t, as on the machine (specs, spinnaker section 2):

1. Every population takes what arrives in t from its ring buffer; probes read.
2. Every membrane moves; spikes are recorded and remembered by plastic targets.
3. Packets of t, those of inputs and of delay extensions among them, are handled: projection by
   projection, stage by stage, spike by spike. Only the count of saturations depends on this order.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.arithmetic import ONE, IntArray
from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.machine import Machine, Volleys, machine
from neuro.backends.spinnaker.neurons import input_values, take_arrivals, update
from neuro.backends.spinnaker.options import IDEAL, Options
from neuro.backends.spinnaker.plasticity import remember
from neuro.backends.spinnaker.state import EmulatorState, Tallies, initial_state
from neuro.backends.spinnaker.traffic import transmit
from neuro.engine.interface import (
    Batch,
    Engine,
    FloatArray,
    Recording,
    Spikes,
    TraceProbe,
)

COMMON = ("saturations", "history_losses", "skipped_synapses", "packets")
OF_MODE = {
    "ideal": (),
    "lossy": ("dropped_packets",),
    "loaded": ("late_packets", "dropped_packets", "overruns", "core_cycles"),
}
"""Counts that a mode can change."""


@dataclass(slots=True)
class _Log:
    """Lists that grow during `advance`."""

    spikes: list[list[tuple[int, IntArray]]]
    traces: list[list[tuple[int, FloatArray]]]
    events: IntArray


class ReferenceEmulator(Engine):
    """A layout with its state, in NumPy.

    Parameters
    ----------
    layout : Layout
        What runs.
    options : Options
        How.
    hardware : Hardware, optional
        Cycles and sizes of the machine, needed in mode ``"loaded"``.
    """

    description = "SpiNNaker emulator, reference (NumPy, fixed point)"

    def __init__(
        self, layout: Layout, options: Options = IDEAL, hardware: Hardware | None = None
    ) -> None:
        self.kind = f"spinnaker reference {options.mode}{'' if options.limits else ' unlimited'}"
        self._machine = machine(layout, options, hardware)
        self.reset()

    @property
    def step(self) -> int:
        """Ticks done so far."""
        return int(self._state.tick[0])

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of ticks; see `Engine.advance`."""
        return _advance(self._machine, self._state, steps, inputs, probes)

    def weights(self, projection: int) -> FloatArray:
        """Return the weights as stored, in nA or uS, shape (synapses,).

        As on the machine they lack what post spikes did since the last pre spike of their source.
        """
        rows = self._state.rows[projection]
        assert rows is not None, "the projection is not plastic"
        stored: FloatArray = rows.weights / self._machine.links[projection].scale
        return stored

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one after the other; see `Engine.batch`."""
        layout, first = self._machine.layout, self.step
        counts = [
            np.zeros((len(samples), bins, item.size), dtype=np.int32) for item in layout.populations
        ]
        events = np.zeros((len(samples), len(layout.projections)), dtype=np.int64)
        for number, inputs in enumerate(samples):
            recording = _advance(self._machine, copy.deepcopy(self._state), steps, inputs, ())
            fired = recording.spikes[len(layout.sources) :]
            for table, (at, indices) in zip(counts, fired, strict=True):
                np.add.at(table[number], ((at - first) * bins // steps, indices), 1)
            events[number] = recording.synaptic_events
        updates = events * _plastic(self._machine)
        return counts, list(events.T), list(updates.T)

    def reset(self) -> None:
        """Return to time zero."""
        cores = [0] * len(self._machine.layout.populations)
        for core in self._machine.cores:
            cores[core.population] += 1
        self._state = initial_state(self._machine.layout, self._machine.links, cores)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return the state as arrays by name."""
        return self._state.as_arrays()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from a snapshot."""
        self._state.load(arrays)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return what only this machine counts, since time zero; see `Tallies`."""
        layout = self._machine.layout
        populations = [item.name for item in layout.populations]
        names = {
            "skipped_synapses": [item.name for item in layout.projections],
            "packets": [*(item.name for item in layout.sources), *populations],
        }
        found = {item.name: getattr(self._state.tallies, item.name) for item in fields(Tallies)}
        return {
            name: dict(zip(names.get(name, populations), found[name].tolist(), strict=True))
            for name in (*COMMON, *OF_MODE[self._machine.options.mode])
        }

    def broken(self) -> tuple[int, str] | None:
        """Return nothing: integers are always finite."""
        return None


def _advance(
    machine: Machine,
    state: EmulatorState,
    steps: int,
    inputs: Sequence[Spikes],
    probes: Sequence[TraceProbe],
) -> Recording:
    """Run a number of ticks, in place."""
    layout, first = machine.layout, int(state.tick[0])
    log = _Log(
        spikes=[[] for _ in (*layout.sources, *layout.populations)],
        traces=[[] for _ in probes],
        events=np.zeros(len(layout.projections), dtype=np.int64),
    )
    fed = [_by_tick(spikes, first, steps) for spikes in inputs]
    for offset in range(steps):
        tick = first + offset
        for population, neurons in enumerate(state.neurons):
            laid = layout.populations[population]
            take_arrivals(neurons, machine.constants[population], laid, tick)
        _sample(machine, state, probes, log)
        emitted = [part[offset] for part in fed] + _fire(machine, state)
        volleys = machine.volleys(state, emitted)
        _count_packets(state, volleys)
        log.events += transmit(machine, state, volleys)
        _keep(state, emitted, log, tick)
        state.tick += 1
    return _recording(machine, log, probes)


def _fire(machine: Machine, state: EmulatorState) -> list[IntArray]:
    """Move the membranes and return who spiked in each population."""
    fired = []
    for number, neurons in enumerate(state.neurons):
        spikes = update(neurons, machine.constants[number])
        history, rule = state.histories[number], machine.rules[number]
        if history is not None and rule is not None:
            lost = remember(
                history, rule, spikes, int(state.tick[0]), limited=machine.options.limits
            )
            state.tallies.history_losses[number] += lost
        fired.append(spikes)
    return fired


def _sample(
    machine: Machine, state: EmulatorState, probes: Sequence[TraceProbe], log: _Log
) -> None:
    tick = int(state.tick[0])
    for probe, trace in zip(probes, log.traces, strict=True):
        if tick % probe.interval:
            continue
        neurons = state.neurons[probe.population]
        if probe.variable == "v":
            raw = neurons.v
        else:
            receptor = 0 if probe.variable.endswith("excitatory") else 1
            raw = input_values(neurons, machine.constants[probe.population])[receptor]
        trace.append((tick, raw[probe.indices] / ONE))


def _count_packets(state: EmulatorState, volleys: Volleys) -> None:
    for (source, _), spikes in volleys.items():
        state.tallies.packets[source] += np.unique(spikes).size


def _keep(state: EmulatorState, emitted: list[IntArray], log: _Log, tick: int) -> None:
    """Record the spikes of a tick and hand them to the delay extensions."""
    for spikes, recent, kept in zip(emitted, state.recent, log.spikes, strict=True):
        if spikes.size:
            kept.append((tick, spikes))
        if recent:
            recent.pop(0)
            recent.append(spikes)


def _by_tick(spikes: Spikes, first: int, count: int) -> list[IntArray]:
    """Split sorted spikes into one list of indices for each tick."""
    ticks, indices = spikes
    edges = np.searchsorted(ticks, np.arange(first, first + count + 1))
    return [indices[edges[k] : edges[k + 1]] for k in range(count)]


def _plastic(machine: Machine) -> IntArray:
    return np.array([link.rule is not None for link in machine.links], dtype=np.int64)


def _recording(machine: Machine, log: _Log, probes: Sequence[TraceProbe]) -> Recording:
    return Recording(
        spikes=[_joined(spikes) for spikes in log.spikes],
        traces=[
            (
                np.array([tick for tick, _ in trace], dtype=np.int64),
                np.array([values for _, values in trace]).reshape(len(trace), probe.indices.size),
            )
            for probe, trace in zip(probes, log.traces, strict=True)
        ],
        synaptic_events=log.events.tolist(),
        plastic_updates=(log.events * _plastic(machine)).tolist(),
        spike_counts=[sum(indices.size for _, indices in spikes) for spikes in log.spikes],
    )


def _joined(spikes: list[tuple[int, IntArray]]) -> Spikes:
    empty = np.zeros(0, dtype=np.int64)
    ticks = [np.full(indices.size, tick, dtype=np.int64) for tick, indices in spikes]
    return np.concatenate([empty, *ticks]), np.concatenate([empty, *(i for _, i in spikes)])
