"""Binary links as rows of bits: what a settled memory takes, an eighth of a byte for a link.

Row i holds the units that unit i is linked with. Pages of rows without links are never touched, so
that a large memory takes what it has stored.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.memories.interface import BoolArray, IntArray, WordArray
from neuro.memories.topology import WORD, Topology

ByteArray = NDArray[np.uint8]

ONES = np.array([value.bit_count() for value in range(256)], dtype=np.uint8)
"""Ones of each byte."""

BLOCK_WORDS = 2**19
"""Words counted at once, so that counting takes megabytes."""


@dataclass(frozen=True, slots=True)
class BitRows:
    """Symmetric binary links.

    Parameters
    ----------
    topology : Topology
    words : uint64 array, shape (units, topology.words)
        Little-endian bits; see `Topology.columns`.
    """

    topology: Topology
    words: WordArray

    @classmethod
    def empty(cls, topology: Topology) -> "BitRows":
        """Return rows without a link."""
        return cls(topology, np.zeros((topology.units, topology.words), dtype="<u8"))

    @property
    def nbytes(self) -> int:
        """Bytes of all rows; those without a link may not have been allocated yet."""
        return self.words.nbytes

    def link(self, one: IntArray, other: IntArray) -> None:
        """Link pairs of units, in both directions.

        Parameters
        ----------
        one, other : int array, shape (pairs,)
        """
        flat = self.words.reshape(-1)
        for source, target in ((one, other), (other, one)):
            column = self.topology.columns(target)
            place = source * self.topology.words + column // WORD
            np.bitwise_or.at(flat, place, np.uint64(1) << (column % WORD).astype(np.uint64))

    def unlink(self, one: IntArray, other: IntArray) -> None:
        """Take the links of pairs of units away again; the inverse of `link` on new pairs."""
        flat = self.words.reshape(-1)
        for source, target in ((one, other), (other, one)):
            column = self.topology.columns(target)
            place = source * self.topology.words + column // WORD
            np.bitwise_and.at(flat, place, ~(np.uint64(1) << (column % WORD).astype(np.uint64)))

    def linked(self, one: IntArray, other: IntArray) -> BoolArray:
        """Whether pairs of units are linked."""
        column = self.topology.columns(other)
        word = self.words[one, column // WORD]
        return ((word >> (column % WORD).astype(np.uint64)) & np.uint64(1)).astype(bool)

    def rows(self, units: IntArray) -> ByteArray:
        """Unpack rows.

        Returns
        -------
        uint8 array, shape (units given, all units)
            1 where there is a link.
        """
        return unpacked(self.words[units], self.topology)

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Return all linked pairs of units, each once, the smaller unit first."""
        found = [
            (unit, np.flatnonzero(unpacked(row[None], self.topology)[0, unit:]) + unit)
            for unit, row in enumerate(self.words)
            if row.any()
        ]
        sources = [np.full(targets.size, unit, dtype=np.int64) for unit, targets in found]
        none = np.empty(0, dtype=np.int64)
        return np.concatenate([none, *sources]), np.concatenate([none, *(t for _, t in found)])

    def count(self) -> int:
        """Linked pairs, each counted once."""
        step = max(1, BLOCK_WORDS // self.topology.words)
        blocks = range(0, len(self.words), step)
        ones = sum(int(ONES[self.words[k : k + step].view(np.uint8)].sum()) for k in blocks)
        return ones // 2

    def fan_out(self) -> IntArray:
        """Links of each unit, shape (units,)."""
        return np.asarray(ONES[self.words.view(np.uint8)].sum(axis=1, dtype=np.int64))

    def density(self) -> float:
        """Return the share of pairs that can be linked and are."""
        return self.count() / self.topology.pairs if self.topology.pairs else 0.0


def unpacked(words: WordArray, topology: Topology) -> ByteArray:
    """Return a byte for each unit from rows of bits.

    Parameters
    ----------
    words : uint64 array, shape (rows, topology.words)
    topology : Topology

    Returns
    -------
    uint8 array, shape (rows, units)
    """
    flat = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
    split = flat.reshape(len(words), topology.n_clusters, topology.stride)
    return split[:, :, : topology.cluster_size].reshape(len(words), topology.units)


def packed(active: BoolArray, topology: Topology) -> WordArray:
    """Return rows of bits from one flag for each unit; the inverse of `unpacked`."""
    rows = len(active)
    split = np.zeros((rows, topology.n_clusters, topology.stride), dtype=bool)
    shape = (rows, topology.n_clusters, topology.cluster_size)
    split[:, :, : topology.cluster_size] = active.reshape(shape)
    return np.packbits(split.reshape(rows, topology.words * WORD), axis=1, bitorder="little").view(
        "<u8"
    )
