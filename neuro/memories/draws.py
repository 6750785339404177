"""Random words by counter: Philox 4x32-10, one block for each (message, step, index, purpose).

What is drawn does not depend on batch sizes or on who draws: the compiled kernels have the same
function. Reference: Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11 (2011).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError
from neuro.memories.interface import IntArray

Words = NDArray[np.uint32]

CLUSTER, INSERTED, TIED, DRIVEN, RELEASED = range(5)
"""Purposes: a cluster; insertion, tie and erasure of units; release from source 0, 1, ..."""

ERASURE, INSERTION, POSITION, TIE = range(4)
"""Words of a block with purpose `CLUSTER`."""

LANES = 4
"""Words of a block."""

STEPS_AT_ONCE = 16
"""Steps whose words are drawn together, which takes hardly longer than for one of them."""

ROUNDS = 10
MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (0x9E3779B9, 0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HIGH = np.uint64(32)
SCALE = 2**32


def philox(counters: tuple[IntArray, IntArray, IntArray, IntArray], seed: int) -> Words:
    """Return one block of four words for each counter.

    Parameters
    ----------
    counters : four int arrays that broadcast together
        Below 2**32 each.
    seed : int
        Below 2**64.

    Returns
    -------
    uint32 array, shape (..., 4)
    """
    a, b, c, d = (np.asarray(word).astype(np.uint64) for word in np.broadcast_arrays(*counters))
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(ROUNDS):
        first, second = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
        a, b = (second >> HIGH) ^ b ^ np.uint64(key[0]), second & LOW
        c, d = (first >> HIGH) ^ d ^ np.uint64(key[1]), first & LOW
        key = [(word + weyl) & 0xFFFFFFFF for word, weyl in zip(key, WEYL, strict=True)]
    return np.stack([a, b, c, d], axis=-1).astype(np.uint32)


def words_of_clusters(seed: int, message: int, steps: int, clusters: int) -> Words:
    """Return the words of a whole presentation, shape (steps, clusters, 4)."""
    step = np.arange(steps, dtype=np.int64)[:, None]
    cluster = np.arange(clusters, dtype=np.int64)[None, :]
    return philox((_one(message), step, cluster, _one(CLUSTER)), seed)


def words_of_units(seed: int, message: int, step: int, units: int, purpose: int) -> Words:
    """Return a word for each unit in one step, shape (units,)."""
    block = np.arange(-(-units // LANES), dtype=np.int64)
    return philox((_one(message), _one(step), block, _one(purpose)), seed).reshape(-1)[:units]


def words_of_steps(
    seed: int, message: int, steps: int, units: int, purpose: int
) -> Iterator[Words]:
    """Yield, step after step, a word for each unit, shape (units,); those of `words_of_units`."""
    block = np.arange(-(-units // LANES), dtype=np.int64)
    for begin in range(0, steps, STEPS_AT_ONCE):
        step = np.arange(begin, min(begin + STEPS_AT_ONCE, steps), dtype=np.int64)[:, None]
        words = philox((_one(message), step, block, _one(purpose)), seed)
        yield from words.reshape(len(step), -1)[:, :units]


def threshold(probability: float, where: str) -> int:
    """Return below which word an event of that probability happens.

    Raises
    ------
    ValidationError
        If it is no probability.

    Examples
    --------
    >>> threshold(0.5, "release_prob") == 2**31
    True
    """
    if not 0 <= probability <= 1:
        raise ValidationError(where, f"{probability:g}", value=probability, limit="From 0 to 1")
    return round(probability * SCALE)


def scaled(words: Words, size: IntArray | int) -> IntArray:
    """Map words evenly onto 0 ... size - 1."""
    return (words.astype(np.uint64) * np.asarray(size, dtype=np.uint64) >> HIGH).astype(np.int64)


def _one(value: int) -> IntArray:
    return np.asarray(value, dtype=np.int64)
