"""Connectors to compressed rows: which pairs a projection joins.

Random connectors draw vectorised from the projection's own stream, so one seed gives the same
synapses on every backend.
"""

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
DRAWS_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a projection, sorted by source, then by target.

    Parameters
    ----------
    sources, targets : arrays of int, shape (pairs,)
        The pairs.
    order : array of int, shape (pairs,)
        Position of each pair in the connector's own order, in which the user gives arrays.
    """

    sources: IntArray
    targets: IntArray
    order: IntArray


@singledispatch
def connect(connector: Connector, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
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


@connect.register
def _(connector: OneToOne, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    index = np.arange(shape[0])
    return Pairs(index, index, index)


@connect.register
def _(connector: AllToAll, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    sources, targets = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    order = np.arange(sources.size)
    if connector.skip_equal_index:
        order = np.flatnonzero(sources != targets)
    return Pairs(sources[order], targets[order], order)


@connect.register
def _(connector: PairList, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    order = np.lexsort((connector.targets, connector.sources))
    return Pairs(connector.sources[order], connector.targets[order], order)


@connect.register
def _(connector: FixedProbability, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    rows, columns = shape
    skip = connector.skip_equal_index
    # Without the diagonal each row with a diagonal pair is one shorter; only rows below the number
    # of columns have one.
    shorter = min(rows, columns) if skip else 0
    flat = _bernoulli_positions(rows * columns - shorter, connector.probability, rng)
    if not skip:
        return _natural(*np.divmod(flat, columns))
    long_start = shorter * (columns - 1)
    in_short = flat < long_start
    sources = np.where(
        in_short,
        flat // max(columns - 1, 1),
        shorter + (flat - long_start) // columns,
    )
    targets = np.where(in_short, flat % max(columns - 1, 1), (flat - long_start) % columns)
    targets = targets + (in_short & (targets >= sources))
    return _natural(sources, targets)


@connect.register
def _(connector: FixedFanOut, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    partners = _draw_partners(shape[0], shape[1], connector, rng)
    return _natural(np.repeat(np.arange(shape[0]), connector.count), partners.reshape(-1))


@connect.register
def _(connector: FixedFanIn, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    partners = _draw_partners(shape[1], shape[0], connector, rng).reshape(-1)
    targets = np.repeat(np.arange(shape[1]), connector.count)
    order = np.lexsort((targets, partners))
    return _natural(partners[order], targets[order])


def _natural(sources: IntArray, targets: IntArray) -> Pairs:
    return Pairs(sources, targets, np.arange(sources.size))


def _bernoulli_positions(trials: int, probability: float, rng: np.random.Generator) -> IntArray:
    """Return the positions of the successes in a row of trials, by drawing the gaps."""
    if probability <= 0 or trials == 0:
        return np.zeros(0, dtype=np.int64)
    if probability >= 1:
        return np.arange(trials)
    parts: list[IntArray] = []
    last = -1
    while last < trials:
        expected = (trials - last) * probability
        count = int(min(DRAWS_AT_ONCE, expected + 4 * np.sqrt(expected) + 16))
        # Gaps longer than the rest end the row of trials anyway; cutting them avoids overflow.
        gaps = np.minimum(rng.geometric(probability, count), trials + 1)
        positions = last + np.cumsum(gaps)
        parts.append(positions)
        last = int(positions[-1])
    flat = np.concatenate(parts)
    return flat[flat < trials]


def _draw_partners(
    rows: int, columns: int, connector: FixedFanIn | FixedFanOut, rng: np.random.Generator
) -> IntArray:
    """Draw `count` partners out of `columns` for each row, without replacement and sorted."""
    skip = connector.skip_equal_index
    choices = np.full(rows, columns) - (np.arange(rows) < columns if skip else 0)
    block = max(1, DRAWS_AT_ONCE // max(columns, 1))
    drawn = np.empty((rows, connector.count), dtype=np.int64)
    for start in range(0, rows, block):
        stop = min(start + block, rows)
        keys = rng.random((stop - start, columns))
        keys[np.arange(columns) >= choices[start:stop, None]] = 2.0
        drawn[start:stop] = np.argpartition(keys, connector.count - 1 if connector.count else 0)[
            :, : connector.count
        ]
    drawn.sort(axis=1)
    if skip:
        drawn += drawn >= np.arange(rows)[:, None]
    return drawn
