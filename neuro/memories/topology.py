"""Clusters of units: how letters, units and bits are numbered, and what a pattern may hold.

A unit is ``cluster * cluster_size + letter``. In rows of bits each cluster begins a 64-bit word.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.memories.interface import ERASED, UNUSED, BoolArray, IntArray, LetterArray

WORD = 64
"""Bits of a word."""

MOST_UNITS = 2**31 - 1
"""Units are 32-bit numbers in the compiled kernels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Clusters of equal size; links run between different clusters only.

    Parameters
    ----------
    n_clusters : int
        C. One cluster stands for a network without clusters, in which all units are linked.
    cluster_size : int
        L, units of a cluster.

    Raises
    ------
    ValidationError, CheckError
        If one of them is below 1, or the network is too large.

    Examples
    --------
    >>> Topology(n_clusters=8, cluster_size=256).units
    2048
    """

    n_clusters: int
    cluster_size: int

    def __post_init__(self) -> None:
        """Refuse sizes that make no network."""
        issues: list[NeuroError] = [
            ValidationError(f"topology.{name}", f"{value}", value=value, limit="At least 1")
            for name, value in (
                ("n_clusters", self.n_clusters),
                ("cluster_size", self.cluster_size),
            )
            if value < 1
        ]
        if not issues and self.units > MOST_UNITS:
            issues.append(
                ValidationError(
                    "topology", f"{self.units} units", value=self.units, limit=f"Up to {MOST_UNITS}"
                )
            )
        raise_all("topology", issues)

    @classmethod
    def divided(cls, units: int, n_clusters: int) -> "Topology":
        """Divide a number of units into clusters of equal size.

        Raises
        ------
        ValidationError
            If they do not divide.

        Examples
        --------
        >>> Topology.divided(2048, 8)
        Topology(n_clusters=8, cluster_size=256)
        """
        if n_clusters < 1 or units < n_clusters or units % n_clusters:
            below, above = _near(units, n_clusters)
            raise ValidationError(
                "topology",
                f"{units} units do not divide into {n_clusters} clusters of equal size",
                value=units,
                hint=f"Take {below} or {above} units, or another number of clusters",
            )
        return cls(n_clusters=n_clusters, cluster_size=units // n_clusters)

    @property
    def units(self) -> int:
        """All units, n."""
        return self.n_clusters * self.cluster_size

    @property
    def stride(self) -> int:
        """Bits from one cluster to the next in a row: the cluster's size in whole words."""
        return -(-self.cluster_size // WORD) * WORD

    @property
    def words(self) -> int:
        """64-bit words of a row."""
        return self.n_clusters * self.stride // WORD

    @property
    def pairs(self) -> int:
        """Unordered pairs of units that can be linked."""
        if self.n_clusters == 1:
            return self.units * (self.units - 1) // 2
        return self.n_clusters * (self.n_clusters - 1) // 2 * self.cluster_size**2

    def columns(self, units: IntArray) -> IntArray:
        """Bits of a row that stand for units."""
        return units // self.cluster_size * self.stride + units % self.cluster_size

    def units_of(self, letters: ArrayLike) -> IntArray:
        """Units of letters; what is negative stays.

        Parameters
        ----------
        letters : int array, shape (rows, n_clusters)
        """
        values = np.asarray(letters, dtype=np.int64)
        first = np.arange(self.n_clusters, dtype=np.int64) * self.cluster_size
        return np.where(values >= 0, values + first, values)

    def linked(self, one: IntArray, other: IntArray) -> BoolArray:
        """Whether two units can be linked, element by element."""
        if self.n_clusters == 1:
            return np.asarray(one != other)
        return np.asarray(one // self.cluster_size != other // self.cluster_size)

    def check_letters(self, letters: ArrayLike, where: str, *, cue: bool = False) -> LetterArray:
        """Return patterns or cues as they are computed with.

        Parameters
        ----------
        letters : int array, shape (rows, n_clusters)
            One letter for each cluster, or `UNUSED`; in cues also `ERASED`.
        where : str
            What they are, for messages.
        cue : bool, default False
            Whether letters may be `ERASED`.

        Raises
        ------
        ValidationError
            If the shape is another one or a letter is outside the alphabet.
        """
        values = np.asarray(letters)
        if values.ndim != 2 or values.shape[1] != self.n_clusters:  # noqa: PLR2004
            raise ValidationError(
                where,
                f"have shape {values.shape}",
                value=values.shape,
                limit=f"One row each, with {self.n_clusters} letters, one for each cluster",
            )
        if values.size and not np.issubdtype(values.dtype, np.integer):
            raise ValidationError(where, f"are {values.dtype}, not integers", value=values.dtype)
        marks = (UNUSED, ERASED) if cue else (UNUSED,)
        bad = ~(((values >= 0) & (values < self.cluster_size)) | np.isin(values, marks))
        if bad.any():
            row, column = (int(k[0]) for k in np.nonzero(bad))
            raise ValidationError(
                f"{where}[{row}, {column}]",
                f"letter {values[row, column]} is outside the alphabet",
                value=int(values[row, column]),
                limit=f"0 to {self.cluster_size - 1}, or {_marks(cue=cue)}",
                hint=f"{int(bad.sum())} of {bad.size} letters are outside",
            )
        return np.ascontiguousarray(values, dtype=np.int32)


def _near(units: int, n_clusters: int) -> tuple[int, int]:
    clusters = max(n_clusters, 1)
    size = max(units // clusters, 1)
    return size * clusters, (size + 1) * clusters


def _marks(*, cue: bool) -> str:
    unused = f"{UNUSED} where the pattern has no letter"
    return f"{ERASED} where it is erased, {unused}" if cue else unused
