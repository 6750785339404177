r"""How busy the cores are in a tick: expected before a run, and counted after one.

.. math:: load = overhead + N\,c_{neuron} + \sum_{spikes} (c_{row} + n\,c_{synapse})

in cycles, without the wait for shared memory (specs, spinnaker section 8).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import CorePopulation, Layout
from neuro.backends.spinnaker.rows import IntArray, Rows
from neuro.plan import FloatArray, Plan, PlannedArray, PlannedPoisson
from neuro.results import Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreLoad:
    """Work of one core in one tick.

    Parameters
    ----------
    population : str
    core : int
        Which core of it.
    neurons : int
        On the core.
    idle : int, cycles
        Without any spike.
    expected, all_at_once : float, cycles
        At the expected rates, and if every source fires in the same tick.
    budget : float, cycles
        What a tick has.
    spikes_that_fit : int or None
        How many spikes of mean cost fit into a tick; None without input.
    packets_expected : float
        Packets that arrive in a tick at the expected rates.
    packets_at_once : int
        Packets if every source fires in the same tick.
    """

    population: str
    core: int
    neurons: int
    idle: int
    expected: float
    all_at_once: float
    budget: float
    spikes_that_fit: int | None
    packets_expected: float
    packets_at_once: int


def core_loads(
    layout: Layout,
    rows: Sequence[Rows],
    hardware: Hardware,
    *,
    time_scale_factor: float = 1.0,
) -> tuple[CoreLoad, ...]:
    """Estimate the load of every core that holds neurons, before a run.

    Parameters
    ----------
    layout : Layout
    rows : sequence of Rows
        Its rows, from `layout_rows`.
    hardware : Hardware
    time_scale_factor : float, default 1
        How many times slower than real time the machine runs.
    """
    spikes = expected_spikes(layout.plan, hardware.expected_rate)
    budget = hardware.tick_cycles(layout.plan.dt, time_scale_factor)
    return tuple(
        _core_load(population, core, incoming, spikes, hardware, budget)
        for population in layout.populations
        for incoming in [[item for item in rows if item.projection.target == population.name]]
        for core in range(len(population.slices))
    )


def expected_spikes(plan: Plan, rate: float) -> dict[str, FloatArray]:
    """Return the expected spikes of each source in one tick.

    Parameters
    ----------
    plan : Plan
    rate : float, Hz
        Assumed of neurons, and of spike arrays that hold no spikes yet.

    Returns
    -------
    dict of str to array, shape (size,)
        By population or input. Of a spike array the mean over the time that its spikes span.
    """
    per_tick = rate * plan.dt / 1000.0
    spikes = {item.name: np.full(item.size, per_tick) for item in plan.populations}
    for source in plan.inputs:
        if isinstance(source, PlannedPoisson):
            spikes[source.name] = source.rates * plan.dt / 1000.0
        elif source.steps is None or not source.steps.size:
            spikes[source.name] = np.full(source.size, per_tick)
        else:
            spikes[source.name] = _mean_of_array(source, source.steps)
    return spikes


def busy_cycles(
    layout: Layout, rows: Sequence[Rows], hardware: Hardware, counters: Counters, ticks: int
) -> dict[str, float]:
    """Return the cycles that the cores of each population worked in a run, from its counters.

    Parameters
    ----------
    layout : Layout
    rows : sequence of Rows
        Its rows, from `layout_rows`.
    hardware : Hardware
    counters : Counters
        Of the run; a spike of a source is charged with the mean number of its projection's rows.
    ticks : int
        Length of the run.
    """
    cycles = {
        item.name: float(
            ticks * (len(item.slices) * hardware.cycles_tick + item.size * hardware.cycles_neuron)
        )
        for item in layout.populations
    }
    for item in rows:
        row, synapse = row_cycles(item, hardware)
        name = item.projection.name
        spikes = counters.spikes[item.projection.source]
        cycles[item.projection.target] += (
            spikes * item.per_source * row + counters.synaptic_events[name] * synapse
        )
    return cycles


def row_cycles(rows: Rows, hardware: Hardware) -> tuple[int, int]:
    """Return the cycles for a row and for each of its synapses."""
    if rows.plastic:
        return hardware.cycles_plastic_row, hardware.cycles_plastic_synapse
    return hardware.cycles_static_row, hardware.cycles_static_synapse


def packets_by_source(rows: Iterable[Rows], core: int) -> dict[str, IntArray]:
    """Return how many packets one spike of each source sends to a core.

    Projections of one source share its packets; a delay extension sends one more for each stage
    that it serves.

    Returns
    -------
    dict of str to array, shape (sources,)
    """
    packets: dict[str, IntArray] = {}
    for item in rows:
        reached = item.counts[:, core].any(axis=1).astype(np.int64)
        if not reached.any():
            continue
        name, sources = item.projection.source, item.counts.shape[2]
        sent = np.full(sources, int(reached.sum()))
        packets[name] = np.maximum(packets.get(name, 0), sent)
    return packets


def _core_load(
    population: CorePopulation,
    core: int,
    incoming: Sequence[Rows],
    spikes: Mapping[str, FloatArray],
    hardware: Hardware,
    budget: float,
) -> CoreLoad:
    first, stop = population.slices[core]
    idle = hardware.cycles_tick + (stop - first) * hardware.cycles_neuron
    costs = [
        (item.projection.source, _spike_cycles(item, core, hardware))
        for item in incoming
        if item.counts[:, core].any()
    ]
    work = sum(float(cost @ spikes[source]) for source, cost in costs)
    learning = _post_event_cycles(population, core, incoming, spikes, hardware)
    at_once = sum(int(cost.sum()) for _, cost in costs)
    packets = packets_by_source(incoming, core)
    sources = sum(int(np.count_nonzero(cost)) for _, cost in costs)
    return CoreLoad(
        population=population.name,
        core=core,
        neurons=stop - first,
        idle=idle,
        expected=idle + work + learning,
        all_at_once=idle + at_once,
        budget=budget,
        spikes_that_fit=max(0, int((budget - idle) * sources / at_once)) if at_once else None,
        packets_expected=sum(float(count @ spikes[name]) for name, count in packets.items()),
        packets_at_once=sum(int(count.sum()) for count in packets.values()),
    )


def _spike_cycles(rows: Rows, core: int, hardware: Hardware) -> IntArray:
    """Return the cycles that a spike of each source costs a core, shape (sources,)."""
    row, synapse = row_cycles(rows, hardware)
    counts = rows.counts[:, core]
    cycles: IntArray = np.count_nonzero(counts, axis=0) * row + counts.sum(axis=0) * synapse
    return cycles


def _post_event_cycles(
    population: CorePopulation,
    core: int,
    incoming: Sequence[Rows],
    spikes: Mapping[str, FloatArray],
    hardware: Hardware,
) -> float:
    """Every post spike is applied once to every plastic synapse of its neuron."""
    rate = float(spikes[population.name].mean()) if population.size else 0.0
    plastic = sum(int(item.counts[:, core].sum()) for item in incoming if item.plastic)
    return plastic * rate * hardware.cycles_post_event


def _mean_of_array(source: PlannedArray, steps: IntArray) -> FloatArray:
    count = np.bincount(source.indices, minlength=source.size)
    span = max(int(steps.max()) + 1, 1)
    mean: FloatArray = count / span
    return mean
