r"""Amari's memory: sparse patterns like Willshaw's, with links that count instead of clipping.

.. math:: W_{ij} = \sum_\mu \xi^\mu_i \xi^\mu_j, \quad i \ne j

Reference: Amari, Neural Networks 2 (1989), doi:10.1016/0893-6080(89)90043-9. With a part of the cue
missing it is worse than the clipped memory: busy units have large sums (specs, noisy_hebbian 9).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.memories.interface import AMBIGUOUS, SILENT, LetterArray, Recall
from neuro.memories.vectors import check_size, check_sparse

BLOCK = 2**24
"""Sums held at a time."""


class AmariMemory:
    """An auto-associative memory of sparse patterns with counting links.

    Parameters
    ----------
    units : int
        N.

    Raises
    ------
    ValidationError
        If there is no unit.

    Examples
    --------
    >>> memory = AmariMemory(64)
    >>> memory.store([[1, 9, 33], [5, 20, 60]])
    >>> memory.recall([[9, 33, -1]]).answers.tolist()
    [[1, 9, 33]]
    """

    def __init__(self, units: int) -> None:
        check_size("units", units)
        self.units = units
        self.weights: NDArray[np.int32] = np.zeros((units, units), dtype=np.int32)

    def store(self, patterns: ArrayLike) -> None:
        """Count each pair of units of each pattern.

        Parameters
        ----------
        patterns : int array, shape (patterns, ones)
            Active units.

        Raises
        ------
        ValidationError
            If a unit does not exist or occurs twice in a pattern; nothing is stored then.
        """
        rows = check_sparse(patterns, self.units, "patterns").astype(np.int64)
        for a in range(rows.shape[1]):
            for b in range(a):
                both = rows[(rows[:, a] >= 0) & (rows[:, b] >= 0)]
                np.add.at(self.weights, (both[:, a], both[:, b]), 1)
                np.add.at(self.weights, (both[:, b], both[:, a]), 1)

    def recall(self, cues: ArrayLike, *, winners: int | None = None) -> Recall:
        """Answer cues with the largest sums, in one round.

        Parameters
        ----------
        cues : int array, shape (cues, ones)
            Units, or `ERASED`. They belong to the answer.
        winners : int, optional
            Units of an answer; default the number of columns of the cues.

        Raises
        ------
        ValidationError
            If a unit does not exist.
        """
        letters = check_sparse(cues, self.units, "cues")
        width = letters.shape[1]
        count = width if winners is None else winners
        step = max(1, BLOCK // self.units)
        parts = [
            self._block(letters[begin : begin + step], count, width)
            for begin in range(0, max(len(letters), 1), step)
        ]
        return Recall(
            answers=np.concatenate([answers for answers, _ in parts]),
            iterations=np.ones(len(letters), dtype=np.int32),
            spikes=np.concatenate([spikes for _, spikes in parts]),
            sparse=True,
        )

    def density(self) -> float:
        """Return the share of pairs that have been active together."""
        pairs = self.units * (self.units - 1)
        return int(np.count_nonzero(self.weights)) / pairs if pairs else 0.0

    @property
    def nbytes(self) -> int:
        """Bytes of the links."""
        return self.weights.nbytes

    def _block(
        self, cues: LetterArray, winners: int, width: int
    ) -> tuple[LetterArray, NDArray[np.int64]]:
        """Return answers and the number of active units; equal sums at the edge all win."""
        sums = np.zeros((len(cues), self.units), dtype=np.int64)
        rows, columns = np.nonzero(cues >= 0)
        units = cues[rows, columns]
        np.add.at(sums, rows, self.weights[units])
        sums[rows, units] = np.iinfo(np.int64).max
        edge = -np.partition(-sums, winners - 1, axis=1)[:, winners - 1]
        active = (sums >= edge[:, None]) & (sums > 0)
        counts = active.sum(axis=1)
        answers = np.full((len(cues), width), SILENT, dtype=np.int32)
        for row in np.flatnonzero(counts <= width):
            answers[row, : counts[row]] = np.flatnonzero(active[row])
        answers[counts > width] = AMBIGUOUS
        return answers, counts.astype(np.int64)
