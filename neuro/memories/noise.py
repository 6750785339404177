"""External input under noise: which units are driven in each step of a presentation.

The channel of `neuro.memories.channel` with its two rates; words come by counter, so that the
compiled kernels drive the same units.
"""

from collections.abc import Iterator

import numpy as np

from neuro.memories.draws import (
    DRIVEN,
    ERASURE,
    INSERTED,
    INSERTION,
    POSITION,
    Words,
    scaled,
    threshold,
    words_of_units,
)
from neuro.memories.interface import IntArray
from neuro.memories.parameters import HebbianParameters
from neuro.memories.topology import Topology


def driven_units(
    parameters: HebbianParameters,
    topology: Topology,
    units: IntArray,
    words: Words,
    message: int,
    seed: int,
) -> Iterator[IntArray]:
    """Yield the driven units of one step after the other.

    Parameters
    ----------
    parameters : HebbianParameters
        Its noise.
    topology : Topology
    units : int array, shape (clusters,) or (ones,)
        The message; negative where it has no unit.
    words : uint32 array, shape (steps, clusters, 4)
        See `neuro.memories.draws.words_of_clusters`.
    message : int
        Number of the presentation.
    seed : int
    """
    erase = threshold(parameters.p_erase, "p_erase")
    insert = threshold(parameters.p_insert, "p_insert")
    for step, block in enumerate(words):
        kept = _kept(topology, units, block, (seed, message, step), erase)
        if parameters.insert_scope == "neuron":
            each = words_of_units(seed, message, step, topology.units, INSERTED)
            added = np.flatnonzero(each < insert)
        else:
            added = _added(topology, units, block, insert)
        yield np.union1d(kept, added)


def _kept(
    topology: Topology, units: IntArray, block: Words, at: tuple[int, int, int], erase: int
) -> IntArray:
    """Return the units of the message that are not erased."""
    if topology.n_clusters > 1:
        return units[(units >= 0) & (block[:, ERASURE] >= erase)]
    present = units[units >= 0]
    words = words_of_units(*at, topology.units, DRIVEN)
    return present[words[present] >= erase]


def _added(topology: Topology, units: IntArray, block: Words, insert: int) -> IntArray:
    """Return one spurious unit for each cluster that gets one, never that of the message."""
    clusters = topology.n_clusters
    one_each = clusters > 1
    letters = (units if one_each else np.full(1, -1)) % topology.cluster_size
    has = (units >= 0) if one_each else np.zeros(1, dtype=bool)
    others = topology.cluster_size - has.astype(np.int64)
    happens = (block[:, INSERTION] < insert) & (others > 0)
    position = scaled(block[:, POSITION], others)
    position += has & (position >= letters)
    return (np.arange(clusters) * topology.cluster_size + position)[happens]
