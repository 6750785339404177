"""How the packets of a tick reach the cores: at once, with losses, or through a queue.

``ideal``: every core handles all packets in the tick. ``lossy``: the same, but each packet misses
each core with some probability. ``loaded``: a core has the cycles of one tick for its neurons and
then for packets, which it takes from a queue. What the sources leave open is assumed as follows:

* the packets of a tick arrive together after the neurons' update, by source, stage and neuron;
* those that find the queue full are lost; those that wait are handled in the next tick, late;
* a packet once begun is finished, and the next tick starts with that much less time.
"""

from dataclasses import replace

import numpy as np

from neuro.backends.spinnaker.arithmetic import IntArray
from neuro.backends.spinnaker.delivery import Arrival, Delivered, deliver_plastic, deliver_static
from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.links import Link
from neuro.backends.spinnaker.machine import Core, Machine, Volleys
from neuro.backends.spinnaker.state import EmulatorState
from neuro.seeds import stream

COLOURS = 16
"""A packet carries the low four bits of its tick."""


def transmit(machine: Machine, state: EmulatorState, volleys: Volleys) -> IntArray:
    """Let the packets of a tick reach the cores, in place.

    Returns
    -------
    array, shape (projections,)
        Synapses that were reached.
    """
    events = np.zeros(len(machine.links), dtype=np.int64)
    for core in machine.cores:
        if machine.options.mode == "loaded":
            assert machine.hardware is not None, "mode 'loaded' needs the hardware's cycles"
            _work(machine, machine.hardware, state, core, volleys, events)
        else:
            _receive(machine, state, core, volleys, events)
    return events


def _receive(
    machine: Machine, state: EmulatorState, core: Core, volleys: Volleys, events: IntArray
) -> None:
    """Let one core handle all packets of a tick, projection by projection."""
    if machine.options.mode == "lossy":
        heard = {sender: volleys[sender] for sender in machine.listeners[core.population]}
        volleys = _thinned(machine, state, core, heard)
    arrival = _arrival(state, core, 0)
    for link in machine.incoming[core.population]:
        for stage in range(link.stages + 1):
            spikes = volleys[link.source, stage]
            if spikes.size:
                _tally(state, link, _deliver(state, link, spikes, stage, arrival), events)


def _thinned(machine: Machine, state: EmulatorState, core: Core, volleys: Volleys) -> Volleys:
    """Lose packets at random, each core for itself."""
    tick, seed = int(state.tick[0]), machine.layout.plan.network.seed
    rng = stream(seed, "spinnaker", "lost packets", core.number, tick)
    kept: Volleys = {}
    for sender, spikes in volleys.items():
        senders = np.unique(spikes)
        lost = senders[rng.random(senders.size) < machine.options.drop_probability]
        state.tallies.dropped_packets[core.population] += lost.size
        kept[sender] = spikes[~np.isin(spikes, lost)]
    return kept


def _work(
    machine: Machine,
    hardware: Hardware,
    state: EmulatorState,
    core: Core,
    volleys: Volleys,
    events: IntArray,
) -> None:
    """Let one core work for a tick, until its time or its queue is used up."""
    budget = hardware.tick_cycles(machine.layout.plan.dt, machine.options.time_scale_factor)
    work = hardware.cycles_tick + (core.stop - core.first) * hardware.cycles_neuron
    debt = int(state.debts[core.number])
    queue = _queued(machine, hardware, state, core, volleys)
    handled = 0
    while handled < len(queue) and debt + work < budget:
        work += _handle(machine, hardware, state, core, queue[handled], events)
        handled += 1
    left = max(0, debt + work - int(budget))
    state.queues[core.number] = queue[handled:]
    state.debts[core.number] = left
    state.tallies.core_cycles[core.population] += work
    state.tallies.overruns[core.population] += int(left > 0 or handled < len(queue))


def _queued(
    machine: Machine, hardware: Hardware, state: EmulatorState, core: Core, volleys: Volleys
) -> IntArray:
    """Put the packets of a tick behind those that wait; what does not fit is lost."""
    parts = [state.queues[core.number]]
    for source, stage in machine.listeners[core.population]:
        neurons, counts = np.unique(volleys[source, stage], return_counts=True)
        if neurons.size:
            same = np.full(neurons.size, 1)
            tick = same * state.tick[0]
            parts.append(np.stack([same * source, same * stage, neurons, counts, tick], axis=1))
    queue = np.concatenate(parts)
    lost = max(0, len(queue) - hardware.packet_queue)
    state.tallies.dropped_packets[core.population] += lost
    return queue[: hardware.packet_queue]


def _handle(
    machine: Machine,
    hardware: Hardware,
    state: EmulatorState,
    core: Core,
    packet: IntArray,
    events: IntArray,
) -> int:
    """Handle one packet; return the cycles it took."""
    source, stage, neuron, count, sent = packet.tolist()
    waited = int(state.tick[0]) - sent
    state.tallies.late_packets[core.population] += int(waited > 0)
    arrival = _arrival(state, core, waited % COLOURS)
    spikes = np.array([neuron])
    cycles = 0
    for link in machine.listeners[core.population][source, stage]:
        for _ in range(count):
            done = _deliver(state, link, spikes, stage, arrival)
            _tally(state, link, done, events)
            cycles += _cycles(link, done, hardware)
    return cycles


def _cycles(link: Link, done: Delivered, hardware: Hardware) -> int:
    if not done.synapses:
        return 0
    if link.rule is None:
        return hardware.cycles_static_row + done.synapses * hardware.cycles_static_synapse
    return (
        hardware.cycles_plastic_row
        + done.synapses * hardware.cycles_plastic_synapse
        + done.post_spikes * hardware.cycles_post_event
    )


def _arrival(state: EmulatorState, core: Core, late: int) -> Arrival:
    tick = int(state.tick[0])
    return Arrival(tick=tick, late=late, core=core.slice, first=core.first, stop=core.stop)


def _deliver(
    state: EmulatorState, link: Link, spikes: IntArray, stage: int, arrival: Arrival
) -> Delivered:
    """Deliver spikes of one sender through one link, plastic rows one after the other."""
    ring = state.neurons[link.target].ring[link.receptor]
    rows, post = state.rows[link.number], state.histories[link.target]
    if rows is None:
        return deliver_static(link, ring, spikes, stage, arrival)
    assert post is not None, "a target of plastic rows keeps its post spikes"
    whole = Delivered()
    for source in spikes.tolist():
        part = deliver_plastic(link, rows, post, ring, (source, stage), arrival)
        whole = replace(
            whole,
            synapses=whole.synapses + part.synapses,
            skipped=whole.skipped + part.skipped,
            saturations=whole.saturations + part.saturations,
            post_spikes=whole.post_spikes + part.post_spikes,
        )
    return whole


def _tally(state: EmulatorState, link: Link, done: Delivered, events: IntArray) -> None:
    events[link.number] += done.synapses
    state.tallies.skipped_synapses[link.number] += done.skipped
    state.tallies.saturations[link.target] += done.saturations
