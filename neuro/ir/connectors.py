"""Connectors: rules that yield the (source, target) pairs of a projection.

They are data; the pairs are drawn by `neuro.passes.connect`. Indices count within the population,
or within the view, that the projection names.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neuro.errors import ValidationError
from neuro.ir.description import Description, freeze, parameter


@dataclass(frozen=True, slots=True, eq=False)
class OneToOne(Description):
    """Pairs (i, i). Both sides have the same size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllToAll(Description):
    """Every source with every target.

    Parameters
    ----------
    skip_equal_index : bool, default False
        Leave out the pairs (i, i), whether or not source and target are the same population.
        Simulators disagree on what "no self connections" means between two populations (specs,
        ca3_cam section 12); this name leaves no doubt.
    """

    skip_equal_index: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FixedProbability(Description):
    """Each pair on its own with one probability.

    Parameters
    ----------
    probability : float
        In [0, 1].
    skip_equal_index : bool, default False
        Leave out the pairs (i, i).
    """

    probability: Any = parameter("", at_least=0)
    skip_equal_index: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FixedFanIn(Description):
    """Each target has exactly `count` sources, drawn without replacement.

    Parameters
    ----------
    count : int
        Sources of one target.
    skip_equal_index : bool, default False
        Leave out the pairs (i, i).
    """

    count: int
    skip_equal_index: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FixedFanOut(Description):
    """Each source has exactly `count` targets, drawn without replacement.

    Parameters
    ----------
    count : int
        Targets of one source.
    skip_equal_index : bool, default False
        Leave out the pairs (i, i).
    """

    count: int
    skip_equal_index: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairList(Description):
    """An explicit list of pairs; a pair may occur more than once.

    Parameters
    ----------
    sources, targets : array of int, shape (pairs,)
        Indices of each pair.
    """

    sources: Any
    targets: Any

    def __post_init__(self) -> None:
        """Turn both lists into read-only arrays."""
        for name in ("sources", "targets"):
            object.__setattr__(self, name, index_array(getattr(self, name), f"PairList.{name}"))


Connector = OneToOne | AllToAll | FixedProbability | FixedFanIn | FixedFanOut | PairList


def index_array(values: Any, where: str) -> Any:
    """Return a read-only int64 array of indices.

    Raises
    ------
    ValidationError
        If a value is not a whole number or the array is not flat.
    """
    limit = "Indices are a flat list of whole numbers"
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValidationError(where, "lists of different lengths", limit=limit) from error
    if array.size == 0:
        array = array.reshape(-1).astype(np.int64)
    fractions = array.dtype.kind == "f" and not bool(
        np.all(np.isfinite(array) & (array == np.floor(array)))
    )
    if array.dtype.kind not in "iuf" or fractions or array.ndim != 1:
        problem = f"array of shape {array.shape} and type {array.dtype}"
        raise ValidationError(where, problem, limit=limit)
    return freeze(array.astype(np.int64))
