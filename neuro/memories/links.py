r"""Links in three forms while they learn :math:`W_{ij} \leftarrow f(W_{ij} + \epsilon v_i v_j)`.

0 and 1 are fixed points, so only links in between, and the pairs that are active together, need
work: `InFlightLinks` (specs, noisy_hebbian 3.1). `DenseLinks` is the plain matrix that it must
equal, `LazyLinks` the form for event-driven hardware (3.2).
"""

from abc import ABC, abstractmethod

import numpy as np

from neuro.memories.bits import BitRows
from neuro.memories.consolidation import ConsolidationMap
from neuro.memories.interface import BoolArray, FloatArray, IntArray
from neuro.memories.limits import ONE
from neuro.memories.topology import Topology

HALF = 0.5
TABLE = 16
"""Idle steps after which a link counts as settled on its side of 1/2 (specs, noisy_hebbian 3.2)."""


class Links(ABC):
    """Symmetric links in [0, 1], learned step by step.

    Parameters
    ----------
    settled : BitRows
        Links that are 1; changed in place.
    map_ : ConsolidationMap
    increment : float
    """

    def __init__(self, settled: BitRows, map_: ConsolidationMap, increment: float) -> None:
        self.settled = settled
        self.topology: Topology = settled.topology
        self.map = map_
        self.increment = increment
        self.writes = 0

    @abstractmethod
    def drives(self, active: IntArray) -> IntArray:
        """Return what each active unit gives to each unit, shape (active, units), `ONE` a link."""

    @abstractmethod
    def learn(self, active: IntArray) -> None:
        """Do one step of learning with the units that are active, rising."""

    @abstractmethod
    def in_flight(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return the links that are neither 0 nor 1: smaller unit, larger unit, weight."""

    @property
    @abstractmethod
    def listed(self) -> int:
        """How many links are kept as in flight."""

    def edges(self, threshold: float = HALF) -> BitRows:
        """Return the links above a threshold as rows of bits, a copy."""
        one, other, weights = self.in_flight()  # first: lazy links settle when they are looked at
        rows = BitRows(self.topology, self.settled.words.copy())
        above = weights > threshold
        rows.link(one[above], other[above])
        return rows

    def pairs_of(self, active: IntArray) -> tuple[IntArray, IntArray]:
        """Return the pairs of active units that can be linked."""
        upper = np.triu_indices(active.size, 1)
        one, other = active[upper[0]], active[upper[1]]
        can = self.topology.linked(one, other)
        return one[can], other[can]


class InFlightLinks(Links):
    """Bits for settled links, and a short list of those in flight.

    Parameters
    ----------
    settled : BitRows
    map_ : ConsolidationMap
    increment : float
    """

    def __init__(self, settled: BitRows, map_: ConsolidationMap, increment: float) -> None:
        super().__init__(settled, map_, increment)
        self.one = np.empty(0, dtype=np.int64)
        self.other = np.empty(0, dtype=np.int64)
        self.weights = np.empty(0, dtype=np.float64)
        self._rank = np.full(self.topology.units, -1, dtype=np.int64)

    def drives(self, active: IntArray) -> IntArray:
        """See `Links.drives`."""
        found = self.settled.rows(active).astype(np.int64) * ONE
        self._rank[active] = np.arange(active.size)
        drive = (self.weights * ONE).astype(np.int64)
        for source, target in ((self.one, self.other), (self.other, self.one)):
            rank = self._rank[source]
            hit = rank >= 0
            found[rank[hit], target[hit]] = drive[hit]
        self._rank[active] = -1
        return found

    def learn(self, active: IntArray) -> None:
        """See `Links.learn`."""
        both, new_one, new_other = self._together(active)
        started = np.full(new_one.size, self.increment)
        weights = self.map(np.concatenate([self.weights + self.increment * both, started]))
        one = np.concatenate([self.one, new_one])
        other = np.concatenate([self.other, new_other])
        done = weights >= 1
        self.settled.link(one[done], other[done])
        self.writes += int(done.sum())
        kept = ~done & (weights > 0)
        self.one, self.other, self.weights = one[kept], other[kept], weights[kept]

    def in_flight(self) -> tuple[IntArray, IntArray, FloatArray]:
        """See `Links.in_flight`."""
        order = np.lexsort((self.other, self.one))
        return self.one[order], self.other[order], self.weights[order]

    @property
    def listed(self) -> int:
        """See `Links.listed`."""
        return self.weights.size

    def _together(self, active: IntArray) -> tuple[BoolArray, IntArray, IntArray]:
        """Say which listed pairs are active, and return the active pairs that are new."""
        self._rank[active] = np.arange(active.size)
        first, second = self._rank[self.one], self._rank[self.other]
        self._rank[active] = -1
        both = (first >= 0) & (second >= 0)
        listed = np.zeros((active.size, active.size), dtype=bool)
        listed[first[both], second[both]] = True
        upper = np.triu_indices(active.size, 1)
        one, other = active[upper[0]], active[upper[1]]
        new = ~listed[upper] & self.topology.linked(one, other)
        one, other = one[new], other[new]
        free = ~self.settled.linked(one, other)
        return both, one[free], other[free]


class DenseLinks(Links):
    """A full matrix, mapped as a whole in every step: the definition, for small networks.

    Parameters
    ----------
    settled : BitRows
    map_ : ConsolidationMap
    increment : float
    """

    def __init__(self, settled: BitRows, map_: ConsolidationMap, increment: float) -> None:
        super().__init__(settled, map_, increment)
        units = np.arange(self.topology.units)
        self.weights: FloatArray = settled.rows(units).astype(np.float64)

    def drives(self, active: IntArray) -> IntArray:
        """See `Links.drives`."""
        return (self.weights[active] * ONE).astype(np.int64)

    def learn(self, active: IntArray) -> None:
        """See `Links.learn`."""
        one, other = self.pairs_of(active)
        before = self.weights == 1
        self.weights[one, other] += self.increment
        self.weights[other, one] += self.increment
        self.weights = self.map(self.weights)
        new = np.argwhere(np.triu((self.weights == 1) & ~before))
        self.settled.link(new[:, 0], new[:, 1])
        self.writes += len(new)

    def in_flight(self) -> tuple[IntArray, IntArray, FloatArray]:
        """See `Links.in_flight`."""
        one, other = np.nonzero(np.triu((self.weights > 0) & (self.weights < 1)))
        return one, other, self.weights[one, other]

    @property
    def listed(self) -> int:
        """See `Links.listed`."""
        return int(((self.weights > 0) & (self.weights < 1)).sum()) // 2


class LazyLinks(Links):
    """A list whose entries are brought up to date when one of their units is active.

    Idle steps are made up for with f applied as often, up to `TABLE` times, and by rounding at 1/2
    beyond. A link within 5e-4 of 1/2 may then settle on the other side of it than step by step.

    Parameters
    ----------
    settled : BitRows
    map_ : ConsolidationMap
    increment : float
    """

    SWEEP = 1024
    """Entries from which on those that have settled are looked for."""

    def __init__(self, settled: BitRows, map_: ConsolidationMap, increment: float) -> None:
        super().__init__(settled, map_, increment)
        self._links: dict[tuple[int, int], tuple[float, int]] = {}
        self._partners: dict[int, set[int]] = {}
        self._clock = 0

    def drives(self, active: IntArray) -> IntArray:
        """See `Links.drives`."""
        found = self.settled.rows(active).astype(np.int64) * ONE
        for rank, unit in enumerate(active.tolist()):
            for partner in self._partners.get(unit, set()):
                found[rank, partner] = int(self._now(_key(unit, partner)) * ONE)
        return found

    def learn(self, active: IntArray) -> None:
        """See `Links.learn`."""
        one, other = self.pairs_of(active)
        free = ~self.settled.linked(one, other)
        for key in zip(one[free].tolist(), other[free].tolist(), strict=True):
            weight = self._now(key) if key in self._links else 0.0
            if weight == 1:
                self._settle(key, weight)
            else:
                self._keep(key, self.map.one(weight + self.increment))
        self._clock += 1
        if len(self._links) > self.SWEEP:
            self._sweep()

    def in_flight(self) -> tuple[IntArray, IntArray, FloatArray]:
        """See `Links.in_flight`; entries that have settled since they were touched are left out."""
        self._sweep()
        keys = np.array(sorted(self._links), dtype=np.int64).reshape(-1, 2)
        weights = np.array([self._now((a, b)) for a, b in keys.tolist()], dtype=np.float64)
        return keys[:, 0], keys[:, 1], weights

    @property
    def listed(self) -> int:
        """See `Links.listed`."""
        return len(self._links)

    def _now(self, key: tuple[int, int]) -> float:
        weight, touched = self._links[key]
        idle = self._clock - touched
        if idle > TABLE:
            return float(weight >= HALF)
        return self.map.iterated(weight, idle)

    def _keep(self, key: tuple[int, int], weight: float) -> None:
        if weight in (0, 1):
            self._settle(key, weight)
            return
        self._links[key] = (weight, self._clock + 1)
        for unit, partner in (key, key[::-1]):
            self._partners.setdefault(unit, set()).add(partner)

    def _settle(self, key: tuple[int, int], weight: float) -> None:
        if weight == 1:
            self.settled.link(np.array([key[0]]), np.array([key[1]]))
            self.writes += 1
        if self._links.pop(key, None) is not None:
            for unit, partner in (key, key[::-1]):
                self._partners[unit].discard(partner)

    def _sweep(self) -> None:
        for key in list(self._links):
            weight = self._now(key)
            if weight in (0, 1):
                self._settle(key, weight)


def _key(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
