"""Counts of a run from its spikes alone, for engines that simulate elsewhere."""

from collections.abc import Sequence

import numpy as np

from neuro.engine.interface import Batch, FloatArray, IntArray, Recording, Spikes
from neuro.plan import Plan


def counted(
    plan: Plan, spikes: Sequence[Spikes], traces: Sequence[tuple[IntArray, FloatArray]] = ()
) -> Recording:
    """Complete a recording: every spike reaches each synapse of its source once.

    Parameters
    ----------
    plan : Plan
        What ran.
    spikes : sequence of (steps, indices)
        For each source: inputs first, then populations.
    traces : sequence of (steps, values), optional
        For each trace probe.
    """
    names = [item.name for item in (*plan.inputs, *plan.populations)]
    events = []
    for item in plan.projections:
        _, indices = spikes[names.index(item.source)]
        events.append(int(np.diff(item.offsets)[indices].sum()))
    plastic = [item.plasticity is not None for item in plan.projections]
    return Recording(
        spikes=list(spikes),
        traces=list(traces),
        synaptic_events=events,
        plastic_updates=[
            count if learns else 0 for count, learns in zip(events, plastic, strict=True)
        ],
        spike_counts=[indices.size for _, indices in spikes],
    )


def batched(
    plan: Plan, recordings: Sequence[Recording], first: int, steps: int, bins: int
) -> Batch:
    """Turn the recordings of many samples into the counts of a batch; see `Engine.batch`.

    Parameters
    ----------
    plan : Plan
        What ran.
    recordings : sequence of Recording
        One for each sample.
    first, steps : int
        Where the samples began, and their length.
    bins : int
        Equal stretches of time in which spikes are counted.
    """
    counts = [
        np.zeros((len(recordings), bins, item.size), dtype=np.int32) for item in plan.populations
    ]
    for number, recording in enumerate(recordings):
        spikes = recording.spikes[len(plan.inputs) :]
        for table, (at, indices) in zip(counts, spikes, strict=True):
            np.add.at(table[number], ((at - first) * bins // steps, indices), 1)
    shape = -1, len(plan.projections)
    events, updates = (
        np.array(rows, dtype=np.int64).reshape(shape)
        for rows in (
            [item.synaptic_events for item in recordings],
            [item.plastic_updates for item in recordings],
        )
    )
    return counts, list(events.T), list(updates.T)
