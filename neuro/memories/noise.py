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
    words_of_steps,
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
    each = (seed, message, len(words), topology.units)
    if topology.n_clusters > 1:
        erasing = (block[:, ERASURE] for block in words)
    else:
        erasing = (of_units[units] for of_units in words_of_steps(*each, DRIVEN))
    if parameters.insert_scope == "neuron":
        adding = (np.flatnonzero(of_units < insert) for of_units in words_of_steps(*each, INSERTED))
    else:
        adding = (_added(topology, units, block, insert) for block in words)
    for word, added in zip(erasing, adding, strict=True):
        yield np.union1d(units[(units >= 0) & (word >= erase)], added)


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
