r"""Hopfield's memory: dense patterns of units with values -1 and 1.

.. math:: W = \sum_\mu \xi^\mu \xi^{\mu T}, \quad W_{ii} = 0, \quad
          \sigma_i \leftarrow \mathrm{sign} \sum_j W_{ij} \sigma_j

References: Hopfield, PNAS 79 (1982), doi:10.1073/pnas.79.8.2554; Amit, Gutfreund and Sompolinsky,
Ann. Phys. 173 (1987). Theory: `neuro.analysis.hopfield`.
"""

from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.memories.interface import LetterArray, Recall
from neuro.memories.vectors import UNKNOWN, check_size, check_values

SingleArray = NDArray[np.float32]

TERNARY = (-1, UNKNOWN, 1)


class OuterProductMemory:
    """Units that are -1 or 1, with links that add up outer products of patterns.

    Parameters
    ----------
    units : int
        N.

    Raises
    ------
    ValidationError
        If there is no unit.
    """

    entries: ClassVar[tuple[int, ...]]
    """Values that a pattern may have."""

    def __init__(self, units: int) -> None:
        check_size("units", units)
        self.units = units
        self.weights: SingleArray = np.zeros((units, units), dtype=np.float32)

    def store(self, patterns: ArrayLike) -> None:
        """Add the outer product of each pattern with itself; blank entries write nothing.

        Parameters
        ----------
        patterns : int array, shape (patterns, units)
            -1 or 1; 0 where the pattern is blank, if this memory has blanks.

        Raises
        ------
        ValidationError
            If an entry has another value; nothing is stored then.
        """
        values = check_values(patterns, self.units, self.entries, "patterns").astype(np.float32)
        add_outer_products(self.weights, values)

    def recall(self, cues: ArrayLike, *, iterations: int = 50) -> Recall:
        """Answer cues; all units change at once, until none does.

        Parameters
        ----------
        cues : int array, shape (cues, units)
            -1, 1, or 0 where nothing is known.
        iterations : int
            Cap on the rounds.

        Raises
        ------
        ValidationError
            If an entry has another value or there is no round.
        """
        check_size("iterations", iterations)
        return relax(self.weights, check_values(cues, self.units, TERNARY, "cues"), iterations)

    def density(self) -> float:
        """Return the share of possible links whose weight is not 0."""
        pairs = self.units * (self.units - 1)
        return int(np.count_nonzero(self.weights)) / pairs if pairs else 0.0

    @property
    def nbytes(self) -> int:
        """Bytes of the weights."""
        return self.weights.nbytes


@final
class HopfieldMemory(OuterProductMemory):
    """An auto-associative memory of dense binary patterns.

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
    >>> memory = HopfieldMemory(4)
    >>> memory.store([[1, -1, 1, 1]])
    >>> memory.recall([[1, -1, 0, 0]]).answers.tolist()
    [[1, -1, 1, 1]]
    """

    entries: ClassVar[tuple[int, ...]] = (-1, 1)


def add_outer_products(weights: SingleArray, values: SingleArray) -> None:
    """Add the sum of outer products of rows with themselves, in place, and clear the diagonal.

    Parameters
    ----------
    weights : float array, shape (units, units)
    values : float array, shape (patterns, units)
    """
    weights += values.T @ values
    np.fill_diagonal(weights, 0)


def relax(weights: SingleArray, cues: LetterArray, iterations: int) -> Recall:
    """Take signs of drives until nothing changes; a drive of 0 leaves a unit as it is.

    Parameters
    ----------
    weights : float array, shape (units, units)
        Symmetric.
    cues : int array, shape (cues, units)
        -1, 0 or 1; spikes are sent by units that are not 0.
    iterations : int
        Cap on the rounds.
    """
    state = cues.astype(np.float32)
    rounds = np.zeros(len(state), dtype=np.int32)
    spikes = np.zeros(len(state), dtype=np.int64)
    moving = np.arange(len(state))
    for _ in range(iterations):
        old = state[moving]
        signs = np.sign(old @ weights)
        new = np.where(signs == 0, old, signs)
        rounds[moving] += 1
        spikes[moving] += np.count_nonzero(old, axis=1)
        state[moving] = new
        moving = moving[(new != old).any(axis=1)]
        if not moving.size:
            break
    return Recall(answers=state.astype(np.int32), iterations=rounds, spikes=spikes)
