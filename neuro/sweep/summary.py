"""Summaries of a table: mean and spread over seeds, by what else is varied."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.sweep.table import SweepTable

SEEDS = ("seed", "program.seed")
"""Settings whose values are repetitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Trials that differ in their seeds only.

    Parameters
    ----------
    key : tuple
        Values of the settings by which the table is grouped.
    rows : int array, shape (trials,)
        Which trials.
    """

    key: tuple[Any, ...]
    rows: NDArray[np.int64]


def factors(table: SweepTable) -> tuple[str, ...]:
    """Return the settings that are varied beside seeds, and have more than one value."""
    varied = (name for name in table.axes if name not in SEEDS)
    return tuple(name for name in varied if len(_distinct(table, name)) > 1)


def groups(table: SweepTable, names: Sequence[str]) -> list[Group]:
    """Group trials by settings, in the order of the table."""
    keys = list(zip(*(table[name].tolist() for name in names), strict=True))
    keys = keys or [()] * len(table)
    rows: dict[tuple[Any, ...], list[int]] = {}
    for number, key in enumerate(keys):
        rows.setdefault(tuple(map(_comparable, key)), []).append(number)
    return [Group(key=key, rows=np.array(found)) for key, found in rows.items()]


def mean_and_spread(values: NDArray[Any]) -> tuple[float, float, int]:
    """Return mean, sample standard deviation and count of the values that there are.

    Examples
    --------
    >>> mean_and_spread(np.array([1.0, 3.0, np.nan]))
    (2.0, 1.4142135623730951, 2)
    """
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if known.size else float("nan")
    return mean, float(known.std(ddof=1)) if known.size > 1 else float("nan"), int(known.size)


def follows(table: SweepTable, name: str, other: str) -> bool:
    """Return whether one setting decides another, as zipped ones do."""
    pairs = groups(table, [name, other])
    return len(pairs) == len(groups(table, [name]))


def _comparable(value: Any) -> Any:
    """Replace NaN, which stands for a setting that a trial has not, and is not equal to itself."""
    return "" if isinstance(value, float) and isnan(value) else value


def _distinct(table: SweepTable, name: str) -> set[Any]:
    return {group.key for group in groups(table, [name])}
