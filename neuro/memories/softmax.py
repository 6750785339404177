r"""What the modern Hopfield networks share: similarity, softmax, weighted sum.

.. math:: x \leftarrow \Xi^T \sigma(\beta \Xi x), \quad
   E = -\beta^{-1} \log\Bigl([1 +] \sum_i e^{\beta \xi_i \cdot x}\Bigr) + \tfrac12 \|x\|^2

with the 1 and the corresponding share of the softmax if there is a tonic unit that nothing drives.
Each update lowers the energy or keeps it.
"""

from abc import ABC
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from neuro.errors import ValidationError
from neuro.memories.interface import FloatArray
from neuro.memories.key_value import nearest
from neuro.memories.vectors import VectorRecall, check_size, check_vectors

BLOCK = 2**24
"""Similarities held at a time."""


class SoftmaxMemory(ABC):
    """A list of vectors that is read by similarity.

    Parameters
    ----------
    size : int
        d, entries of a vector.
    beta : float
        Inverse temperature, positive.

    Raises
    ------
    ValidationError
        If the size or beta is out of range.
    """

    tonic: ClassVar[bool]
    """Whether a unit that nothing drives competes."""

    def __init__(self, size: int, *, beta: float) -> None:
        check_size("size", size)
        if not 0 < beta < np.inf:
            raise ValidationError("beta", f"{beta:g}", value=beta, limit="Positive and finite")
        self.beta = beta
        self.vectors: FloatArray = np.empty((0, size))

    def store(self, patterns: ArrayLike) -> None:
        """Append vectors.

        Parameters
        ----------
        patterns : float array, shape (patterns, size)

        Raises
        ------
        ValidationError
            If the shape does not fit or a number is not finite; nothing is stored then.
        """
        found = check_vectors(patterns, self.vectors.shape[1], "patterns")
        self.vectors = np.concatenate([self.vectors, found])

    def recall(self, cues: ArrayLike, *, iterations: int = 1) -> VectorRecall:
        """Answer cues.

        Parameters
        ----------
        cues : float array, shape (cues, size)
        iterations : int, default 1
            Updates.

        Returns
        -------
        VectorRecall
            Its items are the stored vectors with the largest cosine.

        Raises
        ------
        ValidationError
            If the shape does not fit, or nothing is stored.
        """
        check_size("iterations", iterations)
        state = check_vectors(cues, self.vectors.shape[1], "cues").copy()
        step = max(1, BLOCK // max(1, len(self.vectors)))
        for _ in range(iterations):
            for begin in range(0, len(state), step):
                block = state[begin : begin + step]
                block[:] = self.attention(block) @ self.vectors
        rounds = np.full(len(state), iterations, dtype=np.int32)
        items = nearest(self.vectors, state)
        return VectorRecall(vectors=state, items=items, iterations=rounds)

    def attention(self, states: ArrayLike) -> FloatArray:
        """Return the share of each stored vector, shape (states, vectors)."""
        scores = self.beta * (np.asarray(states) @ self.vectors.T)
        shift, floor = self._shift(scores)
        shares = np.exp(scores - shift)
        return np.asarray(shares / (shares.sum(axis=1, keepdims=True) + floor))

    def energy(self, states: ArrayLike) -> FloatArray:
        """Return the energy of states, shape (states,)."""
        x = np.asarray(states, dtype=np.float64)
        scores = self.beta * (x @ self.vectors.T)
        shift, floor = self._shift(scores)
        total = np.exp(scores - shift).sum(axis=1, keepdims=True) + floor
        free = -(shift + np.log(total))[:, 0] / self.beta
        return np.asarray(free + 0.5 * (x**2).sum(axis=1))

    def density(self) -> float:
        """Return the share of stored entries that are not 0."""
        size = self.vectors.size
        return int(np.count_nonzero(self.vectors)) / size if size else 0.0

    @property
    def nbytes(self) -> int:
        """Bytes of the vectors."""
        return self.vectors.nbytes

    def _shift(self, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what keeps exponentials finite, and the tonic unit's own, shape (states, 1)."""
        largest = scores.max(axis=1, keepdims=True, initial=0.0 if self.tonic else -np.inf)
        return largest, np.exp(-largest) if self.tonic else np.zeros_like(largest)
