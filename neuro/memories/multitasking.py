r"""Multitasking Hebbian network: patterns with blanks, several of which are recalled at once.

.. math:: J = \sum_\mu \xi^\mu \xi^{\mu T}, \quad \xi \in \{-1, 0, 1\}, \quad
          m_\mu = \frac{1}{N} \sum_i \xi^\mu_i \sigma_i

Units that are blank in one pattern are free to hold the next one. References: Agliari,
Barra, Galluzzi and Isopi, Neural Networks 49 (2014); Agliari et al., arXiv 2308.04106.
"""

from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from neuro.errors import ValidationError
from neuro.memories.hopfield import TERNARY, OuterProductMemory, add_outer_products
from neuro.memories.interface import FloatArray
from neuro.memories.vectors import check_values


@final
class MultitaskingMemory(OuterProductMemory):
    """A Hopfield network that learns diluted patterns.

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
    >>> memory = MultitaskingMemory(6)
    >>> memory.store([[1, -1, 1, 0, 0, 0], [0, 0, 0, 1, 1, -1]])
    >>> memory.recall([[1, 0, 0, 1, 0, 0]]).answers.tolist()
    [[1, -1, 1, 1, 1, -1]]
    """

    entries: ClassVar[tuple[int, ...]] = TERNARY

    def store_examples(self, examples: ArrayLike, *, taught: bool = True) -> None:
        """Learn patterns from noisy examples of them.

        Parameters
        ----------
        examples : int array, shape (patterns, examples, units)
            -1, 0 or 1.
        taught : bool, default True
            Whether a teacher says which examples belong together: then their mean is stored.
            Without one each example is, with the same total weight.

        Raises
        ------
        ValidationError
            If an entry has another value, or there are no three axes; nothing is stored then.
        """
        found = np.asarray(examples)
        if found.ndim != 3 or found.size == 0:  # noqa: PLR2004
            limit = "Axes: pattern, example, unit"
            problem = f"have shape {found.shape}"
            raise ValidationError("examples", problem, value=found.shape, limit=limit)
        flat = check_values(found.reshape(-1, found.shape[2]), self.units, TERNARY, "examples")
        values = flat.reshape(found.shape).astype(np.float32)
        if taught:
            add_outer_products(self.weights, values.mean(axis=1))
        else:
            scale = np.float32(1 / np.sqrt(found.shape[1]))
            add_outer_products(self.weights, scale * values.reshape(flat.shape))


def overlaps(patterns: ArrayLike, states: ArrayLike) -> FloatArray:
    """Return by how much each pattern is present in each state, shape (states, patterns).

    Parameters
    ----------
    patterns : int array, shape (patterns, units)
    states : int array, shape (states, units)

    Examples
    --------
    >>> overlaps([[1, -1, 0, 0], [0, 0, 1, 1]], [[1, -1, 1, -1]]).tolist()
    [[0.5, 0.0]]
    """
    wanted = np.asarray(patterns, dtype=np.float64)
    return np.asarray(np.asarray(states, dtype=np.float64) @ wanted.T / wanted.shape[1])


def hierarchical_overlaps(dilution: float, patterns: int) -> FloatArray:
    r"""Overlaps when patterns fill what the ones before left blank: :math:`(1 - d) d^{k-1}`.

    Parameters
    ----------
    dilution : float
        d, probability of a blank entry.
    patterns : int
        K.

    Examples
    --------
    >>> hierarchical_overlaps(0.3, 3).round(3).tolist()
    [0.7, 0.21, 0.063]
    """
    return np.asarray((1 - dilution) * dilution ** np.arange(patterns, dtype=np.float64))


def hierarchy_is_stable(dilution: float, patterns: int) -> bool:
    r"""Whether the first pattern beats all others opposed: :math:`1 > \sum_{k=1}^{K-1} d^k`.

    Examples
    --------
    >>> hierarchy_is_stable(0.61, 3), hierarchy_is_stable(0.62, 3)
    (True, False)
    """
    return bool(np.sum(dilution ** np.arange(1, patterns, dtype=np.float64)) < 1)
