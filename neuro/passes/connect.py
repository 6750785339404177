"""Connectors to compressed rows: which pairs a projection joins.

Random connectors draw vectorised from the projection's own stream, so one seed gives the same
synapses on every backend. Work goes in blocks that fit a core's cache: beside the rows themselves
only the keys of what must be sorted grow with the synapses.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from neuro.ir import (
    AllToAll,
    Connector,
    FixedFanIn,
    FixedFanOut,
    FixedProbability,
    OneToOne,
    PairList,
)

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.uint32]
KeyArray = NDArray[np.uint64]

BLOCK = 1 << 15
"""Synapses worked on at once."""

DENSE = 3
"""With no more candidates than this for each partner, one number for each candidate is cheaper."""

TARGET_BITS = 32
"""Lower half of a key, which is ``source << 32 | target``."""

KEY_BITS = 64

LEAST_RATE = 1e-300
"""Stands for probability 0; its gaps end any trials."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The pairs of a projection, by source.

    Parameters
    ----------
    offsets : array of int64, shape (sources + 1,)
        Start of each source's row.
    targets : array of uint32, shape (pairs,)
        Targets, ascending within a row.
    """

    offsets: IntArray
    targets: IndexArray


@singledispatch
def connect(connector: Connector, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    """Yield the pairs that a connector joins.

    Parameters
    ----------
    connector : Connector
        The rule.
    shape : (int, int)
        Numbers of sources and of targets.
    rng : numpy.random.Generator
        Stream of the projection; only random connectors use it.

    Raises
    ------
    TypeError
        If there is no rule for the connector.
    """
    raise TypeError(f"no rule for connector {type(connector).__name__}")


def row_order(connector: Connector, shape: tuple[int, int]) -> IntArray | None:
    """Return where each pair, taken by rows, stands in the arrays that the user gives.

    None if these are in the order of the rows. Equal pairs keep the order in which they are given.
    """
    if isinstance(connector, AllToAll) and connector.skip_equal_index:
        return np.flatnonzero(~np.eye(*shape, dtype=bool))
    if isinstance(connector, PairList) and not _is_sorted(connector):
        return _sorting_order(connector, shape)
    return None


@connect.register
def _(connector: OneToOne, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    return Rows(np.arange(shape[0] + 1), np.arange(shape[0], dtype=np.uint32))


@connect.register
def _(connector: AllToAll, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    return _every_pair(shape, skip=connector.skip_equal_index)


@connect.register
def _(connector: PairList, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    if _is_sorted(connector):
        offsets = np.searchsorted(connector.sources, np.arange(shape[0] + 1))
        return Rows(offsets, connector.targets.astype(np.uint32))
    return _rows_of_keys(_keys(connector), shape[0])


@connect.register
def _(connector: FixedProbability, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    rows, columns = shape
    if connector.probability >= 1:
        return _every_pair(shape, skip=connector.skip_equal_index)
    counts = np.zeros(rows, dtype=np.int64)
    targets = np.empty(_enough(rows * columns * connector.probability), dtype=np.uint32)
    size = 0
    for flat in _successes(rows * columns, connector.probability, rng):
        sources = flat // columns
        found = flat - sources * columns
        if connector.skip_equal_index:
            # Pairs are independent: leaving some out afterwards does not change the others.
            kept = sources != found
            sources, found = sources[kept], found[kept]
        _count(sources, counts)
        end = size + found.size
        if end > targets.size:
            targets.resize(end + BLOCK, refcheck=False)
        targets[size:end] = found
        size = end
    targets.resize(size, refcheck=False)
    return Rows(_offsets(counts), targets)


@connect.register
def _(connector: FixedFanOut, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    targets = np.empty((shape[0], connector.count), dtype=np.uint32)
    for part, drawn in _partners(*shape, connector, rng):
        targets[part] = drawn
    return Rows(np.arange(shape[0] + 1) * connector.count, targets.reshape(-1))


@connect.register
def _(connector: FixedFanIn, shape: tuple[int, int], rng: np.random.Generator) -> Rows:
    rows, columns = shape
    keys = np.empty(columns * connector.count, dtype=np.uint64)
    by_target = keys.reshape(columns, connector.count)
    for part, drawn in _partners(columns, rows, connector, rng):
        by_target[part] = drawn
        by_target[part] <<= TARGET_BITS
        by_target[part] |= np.arange(part.start, part.stop, dtype=np.uint64)[:, None]
    del by_target
    return _rows_of_keys(keys, rows)


def _every_pair(shape: tuple[int, int], *, skip: bool) -> Rows:
    rows, columns = shape
    # A row beyond the last column has no equal pair to leave out.
    shorter = min(rows, columns) if skip else 0
    counts = np.full(rows, columns)
    counts[:shorter] -= 1
    targets = np.empty(rows * columns - shorter, dtype=np.uint32)
    short, full = np.split(targets, [shorter * (columns - 1)])
    others = np.arange(columns - 1, dtype=np.uint32)
    passed = others >= np.arange(shorter)[:, None]
    np.add(others, passed, out=short.reshape(passed.shape))
    full.reshape(rows - shorter, columns)[:] = np.arange(columns)
    return Rows(_offsets(counts), targets)


def _successes(trials: int, probability: float, rng: np.random.Generator) -> Iterator[IntArray]:
    """Yield the positions of the successes in a row of trials, in blocks.

    The failures before the next success are geometric: the whole part of an exponential number.
    """
    rate = max(-math.log1p(-probability), LEAST_RATE)
    last = -1
    while last < trials:
        failures = rng.standard_exponential(min(BLOCK, _enough((trials - last) * probability)))
        failures /= rate
        # More failures than trials end them anyway; cutting them avoids overflow.
        np.minimum(failures, trials, out=failures)
        positions = failures.astype(np.int64)
        positions += 1
        positions[0] += last
        np.cumsum(positions, out=positions)
        last = int(positions[-1])
        yield positions if last < trials else positions[: np.searchsorted(positions, trials)]


def _enough(expected: float) -> int:
    """Return a count that successes of this mean exceed once in a billion times."""
    return int(expected + 6 * math.sqrt(expected)) + 16


def _partners(
    rows: int, columns: int, connector: FixedFanIn | FixedFanOut, rng: np.random.Generator
) -> Iterator[tuple[slice, IndexArray]]:
    """Draw the partners of each row, ascending; yield them by blocks of rows."""
    skipping = min(rows, columns) if connector.skip_equal_index else 0
    block = max(1, BLOCK // max(connector.count, 1))
    for first, last, skip in ((0, skipping, True), (skipping, rows, False)):
        for start in range(first, last, block):
            stop = min(start + block, last)
            drawn = _subsets((stop - start, connector.count), columns - skip, rng)
            if skip:
                drawn += drawn >= np.arange(start, stop, dtype=np.uint32)[:, None]
            yield slice(start, stop), drawn


def _subsets(shape: tuple[int, int], choices: int, rng: np.random.Generator) -> IndexArray:
    """Fill each row with distinct numbers below `choices`, ascending, any set as likely as any."""
    if shape[1] == 0:
        return np.empty(shape, dtype=np.uint32)
    if choices <= DENSE * shape[1]:
        numbers = rng.random((shape[0], choices))
        drawn = np.argpartition(numbers, shape[1] - 1)[:, : shape[1]].astype(np.uint32)
        drawn.sort(axis=1)
        return drawn
    drawn = rng.integers(choices, size=shape, dtype=np.uint32)
    drawn.sort(axis=1)
    # No number is treated unlike another: whatever is drawn again in place of repeated numbers,
    # all sets of as many distinct numbers stay equally likely.
    open_rows, part = np.arange(shape[0]), drawn
    while open_rows.size:
        repeated = part[:, 1:] == part[:, :-1]
        unfinished = repeated.any(axis=1)
        open_rows, part, repeated = open_rows[unfinished], part[unfinished], repeated[unfinished]
        part[:, 1:][repeated] = rng.integers(
            choices, size=np.count_nonzero(repeated), dtype=np.uint32
        )
        part.sort(axis=1)
        drawn[open_rows] = part
    return drawn


def _offsets(counts: IntArray) -> IntArray:
    return np.concatenate(([0], np.cumsum(counts)))


def _count(sources: IntArray, counts: IntArray) -> None:
    """Add ascending sources to the counts of their rows."""
    if sources.size:
        found = np.bincount(sources - sources[0])
        counts[sources[0] :][: found.size] += found


def _is_sorted(connector: PairList) -> bool:
    """Say whether pairs are listed by source, then by target."""
    sources, targets = connector.sources, connector.targets
    for start in range(0, sources.size - 1, BLOCK):
        source, target = (item[start : start + BLOCK + 1] for item in (sources, targets))
        falling = (source[1:] == source[:-1]) & (target[1:] < target[:-1])
        if np.any(falling | (source[1:] < source[:-1])):
            return False
    return True


def _keys(connector: PairList) -> KeyArray:
    keys: KeyArray = connector.sources.view(np.uint64) << TARGET_BITS
    keys |= connector.targets.view(np.uint64)
    return keys


def _rows_of_keys(keys: KeyArray, rows: int) -> Rows:
    """Sort keys and take them apart; the targets take over their memory, so no view may remain."""
    keys.sort()
    counts = np.zeros(rows, dtype=np.int64)
    _take_apart(keys, counts)
    size = keys.size
    keys.resize((size + 1) // 2, refcheck=False)
    return Rows(_offsets(counts), keys.view(np.uint32)[:size])


def _take_apart(keys: KeyArray, counts: IntArray) -> None:
    """Count the sources of sorted keys and move their targets to the front half of the memory."""
    targets = keys.view(np.uint32)
    for start in range(0, keys.size, BLOCK):
        part = keys[start : start + BLOCK]
        _count((part >> TARGET_BITS).view(np.int64), counts)
        # A target takes half the room of its key: what is written over has been read.
        targets[start : start + part.size] = part.astype(np.uint32)


def _sorting_order(connector: PairList, shape: tuple[int, int]) -> IntArray:
    """Return the positions of the pairs, sorted by source, then target, then position."""
    size = connector.sources.size
    target_bits, position_bits = (shape[1] - 1).bit_length(), (size - 1).bit_length()
    if (shape[0] - 1).bit_length() + target_bits + position_bits > KEY_BITS:
        return np.argsort(_keys(connector), kind="stable")
    # Sorting numbers that end in their own position is ten times faster than sorting positions.
    keys: KeyArray = connector.sources.view(np.uint64) << target_bits
    keys |= connector.targets.view(np.uint64)
    keys <<= position_bits
    keys |= np.arange(size, dtype=np.uint64)
    keys.sort()
    keys &= (1 << position_bits) - 1
    return keys.view(np.int64)
