"""Memories as they are compared: sized for a number of weights, filled, damaged cues, asked.

A weight is one that hardware has to hold: both directions of a link between two units.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from neuro.errors import CapacityError
from neuro.experiments.memories.work import Work
from neuro.seeds import stream

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What every contestant gets.

    Parameters
    ----------
    synapses : int
        Weights.
    damage : float
        Share of an item that its cue lacks.
    seed : int
    """

    synapses: int
    damage: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What asking showed.

    Parameters
    ----------
    exact : float
        Share of cues that were answered without any mistake.
    work : Work
    """

    exact: float
    work: Work


class Contestant(ABC):
    """A memory with items of its own kind.

    Parameters
    ----------
    budget : Budget

    Raises
    ------
    CapacityError
        If there are too few weights for one of its kind.
    """

    name: ClassVar[str]
    weights: ClassVar[str]
    """What a weight is, for people."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.rng = stream(budget.seed, "compare", self.name)
        self.items: NDArray[Any] = np.empty(0)
        self.load = 0

    @property
    @abstractmethod
    def synapses(self) -> int:
        """Weights that it has."""

    @property
    @abstractmethod
    def item_bits(self) -> float:
        """Information of one item."""

    @property
    @abstractmethod
    def most(self) -> int:
        """Items beyond which it is not filled."""

    @abstractmethod
    def draw(self, count: int) -> NDArray[Any]:
        """Return random items, one in each row."""

    @abstractmethod
    def store(self, items: NDArray[Any]) -> None:
        """Store more items."""

    @abstractmethod
    def ask(self, which: IntArray) -> Trial:
        """Recall items from damaged cues.

        Parameters
        ----------
        which : int array, shape (cues,)
            Items, by order of storing.
        """

    def fill(self, load: int) -> None:
        """Store random items until there are so many."""
        if load <= self.load:
            return
        new = self.draw(load - self.load)
        self.items = np.concatenate([self.items, new]) if self.load else new
        self.store(new)
        self.load = load

    def damaged(self, rows: int, columns: int, lost: int | None = None) -> BoolArray:
        """Return which entries cues lack, equally many in each; shape (rows, columns)."""
        count = round(self.budget.damage * columns) if lost is None else lost
        order = self.rng.permuted(np.tile(np.arange(columns), (rows, 1)), axis=1)
        return np.asarray(order < count)


def square(budget: Budget, least: int, what: str) -> int:
    """Return the units of a network in which each has a weight to each other one.

    Raises
    ------
    CapacityError
        If there are fewer than it needs.
    """
    units = isqrt(budget.synapses)
    if units < least:
        raise CapacityError(
            "--synapses",
            f"{budget.synapses} make {what} of {units} units",
            value=budget.synapses,
            limit=f"At least {least**2}",
        )
    return units
