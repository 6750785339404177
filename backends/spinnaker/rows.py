"""The synaptic rows of a layout: how many synapses each source has on each core.

A row belongs to one projection, one source, one core of the target and one delay stage. Memory,
load and the limits of rows all follow from these counts (specs, spinnaker sections 3.4 and 8).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.layout import CorePopulation, CoreProjection, Layout

BLOCK = 1 << 20
"""Synapses counted at once, so that the work space stays small beside the synapses."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one projection.

    Parameters
    ----------
    projection : CoreProjection
        What they belong to.
    slots : int
        Delay slots of the target.
    counts : array of int32, shape (stages + 1, cores, sources)
        Synapses of each row; stage 0 needs no delay extension.
    """

    projection: CoreProjection
    slots: int
    counts: NDArray[np.int32]

    @property
    def longest(self) -> IntArray:
        """Words of the longest row without header, on any core, shape (stages + 1,)."""
        synapses = self.counts.max(axis=(1, 2), initial=0).astype(np.int64)
        return payload_words(synapses, self.plastic)

    @property
    def plastic(self) -> bool:
        """Whether the synapses learn."""
        return self.projection.plasticity is not None

    @property
    def per_source(self) -> float:
        """Mean number of rows that are fetched for a spike, over all cores and stages."""
        sources = int(self.counts.shape[2])
        return float(np.count_nonzero(self.counts) / max(sources, 1))


def layout_rows(layout: Layout) -> tuple[Rows, ...]:
    """Count the rows of every projection, in the order of the layout."""
    populations = {item.name: item for item in layout.populations}
    return tuple(
        projection_rows(item, populations[item.target], populations[item.target].slots)
        for item in layout.projections
    )


def projection_rows(projection: CoreProjection, target: CorePopulation, slots: int) -> Rows:
    """Count the synapses of each row of a projection.

    Parameters
    ----------
    projection : CoreProjection
    target : CorePopulation
        Its target, for the cores.
    slots : int
        Delay slots; a delay of k * slots + 1 to (k + 1) * slots belongs to stage k.
    """
    stages = 1 + int((projection.delay_steps.max(initial=1) - 1) // slots)
    starts = np.array([first for first, _ in target.slices])
    sources = projection.offsets.size - 1
    shape = stages, starts.size, sources
    counts = np.zeros(stages * starts.size * sources, dtype=np.int32)
    for block, source in _blocks(projection.offsets):
        core = np.searchsorted(starts, projection.targets[block], side="right") - 1
        delays = projection.delay_steps
        delay = delays[block] if delays.size > 1 else delays
        stage = (delay.astype(np.int64) - 1) // slots
        key = (stage * starts.size + core) * sources + source
        counts += np.bincount(key, minlength=counts.size)
    return Rows(projection=projection, slots=slots, counts=counts.reshape(shape))


def payload_words(synapses: IntArray, plastic: bool) -> IntArray:
    """Return the words of rows without their header, for a number of synapses each.

    A static synapse takes a word. Plastic synapses take two half words each, in pairs, behind two
    words of history.

    Examples
    --------
    >>> payload_words(np.array([0, 1, 254]), plastic=True)
    array([  0,   4, 256])
    """
    if not plastic:
        return synapses
    return np.where(synapses > 0, 2 + 2 * -(-synapses // 2), 0)


def _blocks(offsets: IntArray) -> Iterator[tuple[slice, IntArray]]:
    """Yield runs of synapses with their sources."""
    total = int(offsets[-1])
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        source = np.searchsorted(offsets, np.arange(start, stop), side="right") - 1
        yield slice(start, stop), source
