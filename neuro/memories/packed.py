"""Sum-of-max recall on rows of bits, in NumPy: AND of the known rows, then OR and AND in rounds.

A unit stays as long as every other cluster in use has an active unit that it is linked with; so
decoding only takes units away, and a few words for each cue are all that is touched (specs,
noisy_hebbian 10.4).
"""

import numpy as np

from neuro.memories.bits import ONES, BitRows, packed, unpacked
from neuro.memories.interface import (
    AMBIGUOUS,
    ERASED,
    SILENT,
    UNUSED,
    BoolArray,
    IntArray,
    LetterArray,
    Recall,
    WordArray,
)
from neuro.memories.topology import WORD, Topology

BLOCK_CUES = 512
"""Cues decoded together: their states and rows stay in the cache."""


def sum_of_max(links: BitRows, cues: LetterArray, iterations: int) -> Recall:
    """Answer cues with the units that fit to every cluster.

    Parameters
    ----------
    links : BitRows
    cues : int array, shape (cues, clusters)
    iterations : int
        Cap on the rounds; the first one asks the known letters alone.
    """
    blocks = [
        _block(links, cues[begin : begin + BLOCK_CUES], iterations)
        for begin in range(0, max(len(cues), 1), BLOCK_CUES)
    ]
    answers, rounds, spikes = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return Recall(answers=answers, iterations=rounds, spikes=spikes)


def _block(
    links: BitRows, cues: LetterArray, iterations: int
) -> tuple[LetterArray, LetterArray, IntArray]:
    shape = links.topology
    state = _begin(links, cues)
    split = state.reshape(len(cues), shape.n_clusters, shape.stride // WORD)
    # Known letters that contradict one another are gone, which the other clusters must learn.
    changed = (cues == ERASED) | ((cues >= 0) & ~split.any(axis=2))
    rounds = np.ones(len(cues), dtype=np.int32)
    spikes = _active(state)
    moving = np.arange(len(cues))
    for _ in range(iterations - 1):
        before = state[moving]
        after = _narrowed(links, before, changed[moving] & (cues[moving] != UNUSED))
        state[moving] = after
        differs = (
            (before != after)
            .reshape(moving.size, shape.n_clusters, shape.stride // WORD)
            .any(axis=2)
        )
        changed[moving] = differs
        rounds[moving] += 1
        spikes[moving] += _active(after)
        moving = moving[differs.any(axis=1)]
    return _letters(state, shape, cues), rounds, spikes


def _begin(links: BitRows, cues: LetterArray) -> WordArray:
    """Return known letters and full erased clusters, ANDed with the rows of the known letters."""
    shape = links.topology
    full = packed(np.ones((1, shape.units), dtype=bool), shape)
    state = np.where(_by_word(cues == ERASED, shape), full, np.uint64(0))
    for cluster in range(shape.n_clusters):
        rows = np.flatnonzero(cues[:, cluster] >= 0)
        columns = shape.columns(cues[rows, cluster] + cluster * shape.cluster_size)
        state[rows, columns // WORD] = np.uint64(1) << (columns % WORD).astype(np.uint64)
    units = shape.units_of(cues)
    for cluster in range(shape.n_clusters):
        rows = np.flatnonzero(cues[:, cluster] >= 0)
        _intersect(state, links.words[units[rows, cluster]], rows, cluster, shape)
    return state


def _narrowed(links: BitRows, state: WordArray, asked: BoolArray) -> WordArray:
    """Do one round, asking some clusters of each cue."""
    shape = links.topology
    new = state.copy()
    width = shape.stride // WORD
    for cluster in range(shape.n_clusters):
        rows = np.flatnonzero(asked[:, cluster])
        own = state[rows, cluster * width : (cluster + 1) * width]
        which, letters = np.nonzero(np.unpackbits(own.view(np.uint8), axis=1, bitorder="little"))
        reach = np.zeros((rows.size, shape.words), dtype=np.uint64)
        first = np.flatnonzero(np.diff(which, prepend=-1))
        if which.size:
            found = links.words[letters + cluster * shape.cluster_size]
            reach[which[first]] = np.bitwise_or.reduceat(found, first, axis=0)
        _intersect(new, reach, rows, cluster, shape)
    return new


def _intersect(
    state: WordArray, reach: WordArray, rows: IntArray, but: int, shape: Topology
) -> None:
    """AND into some states, leaving one cluster as it is."""
    width = shape.stride // WORD
    reach[:, but * width : (but + 1) * width] = ~np.uint64(0)
    state[rows] &= reach


def _by_word(flags: BoolArray, shape: Topology) -> BoolArray:
    return np.repeat(flags, shape.stride // WORD, axis=1)


def _active(state: WordArray) -> IntArray:
    return np.asarray(ONES[state.view(np.uint8)].sum(axis=1, dtype=np.int64))


def _letters(state: WordArray, shape: Topology, cues: LetterArray) -> LetterArray:
    split = unpacked(state, shape).reshape(len(state), shape.n_clusters, shape.cluster_size)
    counts = split.sum(axis=2, dtype=np.int64)
    answers = np.where(counts == 1, split.argmax(axis=2), AMBIGUOUS)
    answers = np.where(counts == 0, SILENT, answers)
    return np.where(cues == UNUSED, UNUSED, answers).astype(np.int32)
