"""From a spike to the ring buffer: rows are fetched, plastic ones learn, weights are added.

Specs, spinnaker sections 3.3 and 5. A packet that is late by c ticks still reaches the slot it was
meant for, but not the synapses whose delay field is not above c: these are skipped. A delay that
fills the slots is stored as 0. Plastic synapses then are skipped always, static ones never, however
late (what the shipped binaries do with packets of every colour, word for word).
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import IntArray
from neuro.backends.spinnaker.links import Link
from neuro.backends.spinnaker.plasticity import PostHistory, RowState, arrive, learn

FULL = 0xFFFF
"""Largest ring-buffer entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where and when spikes are handled.

    Parameters
    ----------
    tick, late : int
        Now, and how many ticks ago the packet was sent.
    core : int
        Which core of the target; 0 if all of them work in step.
    first, stop : int
        Its neurons.
    """

    tick: int
    late: int
    core: int
    first: int
    stop: int


@dataclass(slots=True)
class Delivered:
    """What the handling of some spikes did: synapses reached, and so on."""

    synapses: int = 0
    skipped: int = 0
    saturations: int = 0
    post_spikes: int = 0


def deliver_static(
    link: Link, ring: IntArray, sources: IntArray, stage: int, arrival: Arrival
) -> Delivered:
    """Add the weights of static rows to a ring buffer, in place.

    Parameters
    ----------
    link : Link
        The projection.
    ring : array, shape (slots, size)
        Of the target's receptor.
    sources : array of int
        Who spiked; one that spiked twice is there twice.
    stage : int
        Which stage of the delay extension sent the spikes, 0 for none.
    arrival : Arrival
    """
    positions = _on_core(link, link.positions(sources, stage), arrival)
    delays = link.field[positions]
    due = (delays > arrival.late) | (delays == 0)
    reached = positions[due]
    slots = (arrival.tick - arrival.late + delays[due]) % link.slots
    return Delivered(
        synapses=positions.size,
        skipped=positions.size - reached.size,
        saturations=add_saturating(ring, slots, link.targets[reached], link.weights[reached]),
    )


def deliver_plastic(
    link: Link,
    rows: RowState,
    post: PostHistory,
    ring: IntArray,
    spike: tuple[int, int],
    arrival: Arrival,
) -> Delivered:
    """Let one plastic row learn and add its weights to a ring buffer, in place.

    Parameters
    ----------
    link : Link
        The projection.
    rows, post : RowState, PostHistory
        What its rows carry, and what the target's neurons keep.
    ring : array, shape (slots, size)
        Of the target's receptor.
    spike : (source, stage)
        Which row.
    arrival : Arrival
    """
    source, stage = spike
    positions = _on_core(link, link.positions(np.array([source]), stage), arrival)
    if not positions.size:
        return Delivered()
    assert link.rule is not None, "only plastic rows learn"
    delays, targets = link.field[positions], link.targets[positions]
    pre = arrive(link.rule, rows, (arrival.core, stage, source), arrival.tick - arrival.late)
    weights, post_spikes = learn(
        link.rule, rows.weights[positions], delays, link.shift, pre, post, targets
    )
    rows.weights[positions] = weights
    due = delays > arrival.late
    slots = (arrival.tick - arrival.late + delays[due]) % link.slots
    return Delivered(
        synapses=positions.size,
        skipped=int(np.count_nonzero(~due)),
        saturations=add_saturating(ring, slots, targets[due], weights[due]),
        post_spikes=post_spikes,
    )


def add_saturating(ring: IntArray, slots: IntArray, targets: IntArray, weights: IntArray) -> int:
    """Add weights to ring-buffer entries one after the other, in place, and count what did not fit.

    Examples
    --------
    >>> ring = np.zeros((1, 2), dtype=np.int64)
    >>> here = np.zeros(3, dtype=np.int64)
    >>> add_saturating(ring, here, here, np.array([65000, 600, 1])), ring.tolist()
    (2, [[65535, 0]])
    """
    np.add.at(ring, (slots, targets), weights)
    over = np.flatnonzero(ring[slots, targets] > FULL)
    # Rare: go through the entries that overflow again, in order.
    np.subtract.at(ring, (slots[over], targets[over]), weights[over])
    count = 0
    for number in over.tolist():
        entry = slots[number], targets[number]
        total = ring[entry] + weights[number]
        count += int(total > FULL)
        ring[entry] = min(total, FULL)
    return count


def _on_core(link: Link, positions: IntArray, arrival: Arrival) -> IntArray:
    targets = link.targets[positions]
    return positions[(targets >= arrival.first) & (targets < arrival.stop)]
