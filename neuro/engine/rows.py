"""Compressed rows: positions of all synapses of some sources, or onto some targets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

BLOCK = 1 << 16
"""Delays counted at once."""


def row_positions(offsets: IntArray, rows: IntArray) -> IntArray:
    """Return the positions of all entries of the given rows, row after row.

    Examples
    --------
    >>> row_positions(np.array([0, 2, 2, 5]), np.array([2, 0]))
    array([2, 3, 4, 0, 1])
    """
    starts = offsets[rows]
    lengths = offsets[rows + 1] - starts
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if ends.size else 0
    positions: IntArray = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return positions


def rounds(spikes: IntArray) -> Iterator[IntArray]:
    """Split a spike list into lists without repetition, in order of occurrence; at least one.

    A Poisson source can emit several spikes in one step; a plastic synapse must see one after the
    other.

    Examples
    --------
    >>> [part.tolist() for part in rounds(np.array([1, 3, 3, 4]))]
    [[1, 3, 4], [3]]
    """
    while True:
        unique, first = np.unique(spikes, return_index=True)
        yield unique
        spikes = np.delete(spikes, first)
        if not spikes.size:
            return


def distinct_steps(steps: Any) -> IntArray:
    """Return the different delays of a projection, ascending, without a copy of them all.

    Examples
    --------
    >>> distinct_steps(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    flat = np.asarray(steps).reshape(-1)
    counts = np.zeros(int(flat.max(initial=0)) + 1, dtype=np.int64)
    for start in range(0, flat.size, BLOCK):
        counts += np.bincount(flat[start : start + BLOCK], minlength=counts.size)
    return np.flatnonzero(counts)
