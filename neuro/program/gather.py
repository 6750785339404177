"""From what the engine recorded to the parts of a result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neuro.engine import Engine, Recording, TraceProbe
from neuro.ir.probes import SPIKES
from neuro.ir.validate_projection import receptor_of
from neuro.plan import Plan
from neuro.results import Counters, SpikeTrains, Trace, Weights

IntArray = NDArray[np.int64]


def trace_probes(plan: Plan) -> list[TraceProbe]:
    """Return the probes of state variables as the engine counts them."""
    names = [item.name for item in plan.populations]
    sizes = plan.network.sizes()
    return [
        TraceProbe(
            population=names.index(probe.population),
            variable=probe.variable,
            interval=1 if probe.interval is None else round(probe.interval / plan.dt),
            indices=np.arange(sizes[probe.population]) if probe.indices is None else probe.indices,
        )
        for probe in plan.network.probes
        if probe.variable != SPIKES
    ]


def merged(recordings: Sequence[Recording]) -> Recording:
    """Join recordings that follow one another."""
    first = recordings[0]
    if len(recordings) == 1:
        return first
    return Recording(
        spikes=[
            (
                np.concatenate([item.spikes[k][0] for item in recordings]),
                np.concatenate([item.spikes[k][1] for item in recordings]),
            )
            for k in range(len(first.spikes))
        ],
        traces=[
            (
                np.concatenate([item.traces[k][0] for item in recordings]),
                np.concatenate([item.traces[k][1] for item in recordings]),
            )
            for k in range(len(first.traces))
        ],
        synaptic_events=_sums([item.synaptic_events for item in recordings]),
        plastic_updates=_sums([item.plastic_updates for item in recordings]),
        spike_counts=_sums([item.spike_counts for item in recordings]),
    )


def empty_recording(plan: Plan, probes: Sequence[TraceProbe]) -> Recording:
    """Return the recording of no step at all."""
    nothing = np.zeros(0, dtype=np.int64)
    return Recording(
        spikes=[(nothing, nothing) for _ in _sources(plan)],
        traces=[(nothing, np.zeros((0, probe.indices.size))) for probe in probes],
        synaptic_events=[0] * len(plan.projections),
        plastic_updates=[0] * len(plan.projections),
        spike_counts=[0] * len(_sources(plan)),
    )


def only_probed(plan: Plan, recording: Recording) -> Recording:
    """Forget the spikes that no probe asked for; their counts stay."""
    wanted = {probe.population for probe in plan.network.probes if probe.variable == SPIKES}
    return replace(
        recording,
        spikes=[
            spikes if name in wanted else (spikes[0][:0], spikes[1][:0])
            for name, spikes in zip(_sources(plan), recording.spikes, strict=True)
        ],
    )


def without_arrays(recording: Recording) -> Recording:
    """Return the counts of a recording alone."""
    return replace(
        recording,
        spikes=[(steps[:0], indices[:0]) for steps, indices in recording.spikes],
        traces=[(steps[:0], values[:0]) for steps, values in recording.traces],
    )


def spike_trains(plan: Plan, recording: Recording) -> dict[str, SpikeTrains]:
    """Return the spikes of every population and input with a spike probe."""
    sizes, sources = plan.network.sizes(), _sources(plan)
    trains = {}
    for probe in plan.network.probes:
        if probe.variable == SPIKES:
            steps, indices = recording.spikes[sources.index(probe.population)]
            trains[probe.population] = SpikeTrains(
                times=(steps + plan.label_offset).astype(np.float64) * plan.dt,
                indices=indices,
                size=sizes[probe.population],
            )
    return trains


def traces(
    plan: Plan, probes: Sequence[TraceProbe], recording: Recording
) -> dict[str, dict[str, Trace]]:
    """Return the recorded state variables by population and variable."""
    found: dict[str, dict[str, Trace]] = {}
    for probe, (steps, values) in zip(probes, recording.traces, strict=True):
        name = plan.populations[probe.population].name
        found.setdefault(name, {})[probe.variable] = Trace(
            times=steps.astype(np.float64) * plan.dt,
            values=values,
            indices=probe.indices,
            unit=plan.network.population(name).cell.variables[probe.variable],
        )
    return found


def counters(
    plan: Plan, recording: Recording, hardware: Mapping[str, Mapping[str, int]]
) -> Counters:
    """Return the event counts by name."""
    names = [item.name for item in plan.projections]
    plastic = {item.name for item in plan.projections if item.plasticity is not None}
    updates = dict(zip(names, recording.plastic_updates, strict=True))
    return Counters(
        spikes=dict(zip(_sources(plan), recording.spike_counts, strict=True)),
        synaptic_events=dict(zip(names, recording.synaptic_events, strict=True)),
        plastic_updates={name: count for name, count in updates.items() if name in plastic},
        hardware=hardware,
    )


def weights(plan: Plan, engine: Engine) -> dict[str, Weights]:
    """Return the present weights of all plastic projections by name."""
    network = plan.network
    return {
        item.name: Weights(
            sources=item.sources.astype(np.int64),
            targets=item.targets.astype(np.int64),
            values=engine.weights(position),
            unit=receptor_of(network, network.projection(item.name)).unit,
        )
        for position, item in enumerate(plan.projections)
        if item.plasticity is not None
    }


def _sources(plan: Plan) -> list[str]:
    """Return everything that spikes, in the order in which engines count it."""
    return [item.name for item in (*plan.inputs, *plan.populations)]


def _sums(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]
