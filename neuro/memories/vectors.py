"""Patterns without letters: units of two or three values, and vectors of real numbers.

What their memories share: how patterns are checked, and what a recall of vectors answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.errors import ValidationError
from neuro.memories.hebbian import check_units
from neuro.memories.interface import BoolArray, FloatArray, IntArray, LetterArray

UNKNOWN = 0
"""In a cue of units with values -1 and 1: the value is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRecall:
    """Answers of a memory whose items are vectors.

    Parameters
    ----------
    vectors : float array, shape (cues, size)
        What is read.
    items : int array, shape (cues,)
        The stored item that each vector is most similar to, by order of storing.
    iterations : int array, shape (cues,)
        Reads of the memory.
    """

    vectors: FloatArray
    items: IntArray
    iterations: LetterArray

    def exact(self, items: ArrayLike) -> BoolArray:
        """Whether each answer is closest to the item that was asked for; shape (cues,)."""
        return np.asarray(self.items == np.asarray(items))


def check_values(values: ArrayLike, units: int, allowed: Sequence[int], where: str) -> LetterArray:
    """Return patterns or cues whose entries are a few integers.

    Parameters
    ----------
    values : int array, shape (rows, units)
    units : int
    allowed : sequence of int
        Values that an entry may have.
    where : str
        What they are, for messages.

    Raises
    ------
    ValidationError
        If the shape is another one or an entry has another value.
    """
    found = np.asarray(values)
    _check_shape(found, units, where)
    bad = ~np.isin(found, allowed)
    if bad.any():
        row, column = (int(k[0]) for k in np.nonzero(bad))
        raise ValidationError(
            f"{where}[{row}, {column}]",
            f"{found[row, column]} is no value of a unit",
            value=found[row, column].item(),
            limit=f"One of {', '.join(map(str, allowed))}",
            hint=f"{int(bad.sum())} of {bad.size} entries have other values",
        )
    return np.ascontiguousarray(found, dtype=np.int32)


def check_sparse(patterns: ArrayLike, units: int, where: str) -> LetterArray:
    """Return patterns or cues that list active units.

    Parameters
    ----------
    patterns : int array, shape (rows, ones)
        Units, or negative where there is none.
    units : int
    where : str
        What they are, for messages.

    Raises
    ------
    ValidationError
        If a unit does not exist or is listed twice in a row.
    """
    found = check_units(patterns, units, where)
    ordered = np.sort(found, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    if twice.any():
        row, column = (int(k[0]) for k in np.nonzero(twice))
        unit = int(ordered[row, column])
        limit = "Each unit at most once"
        problem = f"unit {unit} is listed twice"
        raise ValidationError(f"{where}[{row}]", problem, value=unit, limit=limit)
    return found


def check_vectors(values: ArrayLike, size: int, where: str) -> FloatArray:
    """Return vectors as they are computed with.

    Parameters
    ----------
    values : float array, shape (rows, size)
    size : int
    where : str
        What they are, for messages.

    Raises
    ------
    ValidationError
        If the shape is another one or an entry is not finite.
    """
    found: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    _check_shape(found, size, where)
    bad = ~np.isfinite(found)
    if bad.any():
        row, column = (int(k[0]) for k in np.nonzero(bad))
        value = float(found[row, column])
        limit = "Finite numbers"
        raise ValidationError(f"{where}[{row}, {column}]", f"{value}", value=value, limit=limit)
    return found


def check_size(where: str, value: int, least: int = 1) -> None:
    """Refuse a size that is too small.

    Raises
    ------
    ValidationError
        If it is below `least`.
    """
    if value < least:
        raise ValidationError(where, f"{value}", value=value, limit=f"At least {least}")


def _check_shape(values: NDArray[np.generic], size: int, where: str) -> None:
    if values.ndim != 2 or values.shape[1] != size:  # noqa: PLR2004
        raise ValidationError(
            where,
            f"have shape {values.shape}",
            value=values.shape,
            limit=f"One row each, with {size} entries",
        )
