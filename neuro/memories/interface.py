"""What every memory offers: `store`, `recall`, `density` and `nbytes`; and what a recall answers.

The module docstring of `neuro.memories` describes the forms of patterns, cues and answers.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]
LetterArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
WordArray = NDArray[np.uint64]
FloatArray = NDArray[np.float64]

ERASED = -1
"""In a cue: a letter that is not known."""

UNUSED = -2
"""In a pattern or a cue: the pattern has no letter in this cluster."""

SILENT = -1
"""In an answer: no unit of the cluster is on."""

AMBIGUOUS = -3
"""In an answer: more than one unit of the cluster is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Answers to cues.

    Parameters
    ----------
    answers : int array, shape (cues, letters)
        The letter of each cluster; `SILENT` or `AMBIGUOUS` where there is no single one, `UNUSED`
        where the cue said so.
    iterations : int array, shape (cues,)
        Rounds until nothing changed or the cap was reached.
    spikes : int array, shape (cues,)
        Active units, summed over the rounds: what energy is charged for.
    sparse : bool
        Whether answers are rising units of a network without clusters.
    """

    answers: LetterArray
    iterations: LetterArray
    spikes: IntArray
    sparse: bool = False

    @property
    def ambiguous(self) -> BoolArray:
        """Whether a cluster has more than one unit on, for each cue; shape (cues,)."""
        return np.asarray((self.answers == AMBIGUOUS).any(axis=1))

    def exact(self, patterns: ArrayLike) -> BoolArray:
        """Whether every letter is that of the pattern; shape (cues,).

        Parameters
        ----------
        patterns : int array, shape (cues, letters)
            What was asked for. A letter that is `UNUSED` must be answered with none.
        """
        wanted = np.asarray(patterns)
        if self.sparse:
            last = np.iinfo(np.int32).max  # absent units sort to the end
            both = (np.where(units < 0, last, units) for units in (wanted, self.answers))
            same = [np.sort(units, axis=1) for units in both]
            return np.asarray((same[0] == same[1]).all(axis=1) & ~self.ambiguous)
        none = (wanted == UNUSED) & ((self.answers == SILENT) | (self.answers == UNUSED))
        return np.asarray(((self.answers == wanted) | none).all(axis=1))


class Memory(Protocol):
    """A memory: patterns in, answers to cues out."""

    def store(self, patterns: ArrayLike) -> None:
        """Add patterns, one for each row."""

    def recall(self, cues: ArrayLike) -> Recall:
        """Answer cues, one for each row."""

    def density(self) -> float:
        """Return the share of possible links that is there."""

    @property
    def nbytes(self) -> int:
        """Bytes that the links take."""
