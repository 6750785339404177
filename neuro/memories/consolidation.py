r"""Consolidation: the map that drives a link to 0 or 1 when nothing happens.

The default, of a public re-implementation of arXiv 1709.08367, is
:math:`f(x) = 1/2 + 1/2 \tanh(\tan(\pi x - \pi/2))` (specs, noisy_hebbian sections 1 and 4).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.memories.interface import FloatArray

HALF = 0.5

MOST_BITS = 52
"""A real number has no more between 1/2 and 1."""


@dataclass(frozen=True, slots=True)
class ConsolidationMap:
    """A map of [0, 1] onto itself with fixed points 0, 1/2 and 1, the middle one unstable.

    Parameters
    ----------
    name : str
    function : callable
        From one number in [0, 1] to one in [0, 1].
    snap : float
        What is nearer to 0 or 1 than this is set there before the map is applied: it would get
        there anyway, and the default map overflows at its ends.
    bits : int, optional
        What is mapped is rounded to the nearest of so many bits, halves to the even one; default
        not rounded.
    """

    name: str
    function: Callable[[float], float]
    snap: float = 0.0
    bits: int | None = None

    @property
    def levels(self) -> int:
        """Largest whole number that stands for a weight; 0 for real numbers."""
        return 0 if self.bits is None else 2**self.bits - 1

    def one(self, weight: float) -> float:
        """Map one weight; above 1 counts as 1."""
        if weight > 1.0 - self.snap or weight >= 1.0:
            return 1.0
        if weight < self.snap:
            return 0.0
        mapped = self.function(weight)
        return round(mapped * self.levels) / self.levels if self.levels else mapped

    def __call__(self, weights: FloatArray) -> FloatArray:
        """Map an array of any shape; each distinct weight once.

        The function is that of the C library, as in the compiled kernels: the vectorised ones of
        NumPy round differently, and the two learners are to agree bit for bit.
        """
        distinct, where = np.unique(weights, return_inverse=True)
        mapped = np.array([self.one(weight) for weight in distinct.tolist()], dtype=np.float64)
        return mapped[where].reshape(weights.shape)

    def iterated(self, weight: float, times: int) -> float:
        """Map one weight again and again."""
        for _ in range(times):
            weight = self.one(weight)
        return weight

    def steps_past(self, goal: float, increment: float) -> int | None:
        """Return the co-activations in a row that take a link from 0 past a goal; None if never."""
        weight, before, steps = 0.0, -1.0, 0
        while weight <= goal:
            if weight == before:
                return None
            weight, before = self.one(weight + increment), weight
            steps += 1
        return steps

    def rounded(self, bits: int | None) -> "ConsolidationMap":
        """Return the map for weights of so many bits; None for real numbers.

        Raises
        ------
        ValidationError
            If there is no bit, or more than a real number has.
        """
        if bits is not None and not (isinstance(bits, int) and 1 <= bits <= MOST_BITS):
            raise ValidationError(
                "bits", f"{bits}", value=bits, limit=f"A whole number from 1 to {MOST_BITS}"
            )
        return replace(self, bits=bits)


def tan_sigmoid(x: float) -> float:
    """Map one weight in (0, 1) with f of the module; the slope at 1/2 is pi/2."""
    return HALF + HALF * math.tanh(math.tan(math.pi * x - math.pi / 2))


def cubic(x: float) -> float:
    """Map one weight with 3x^2 - 2x^3, for integer hardware; the slope at 1/2 is 3/2."""
    return x * x * (3.0 - 2.0 * x)


def clip(x: float) -> float:
    """Return the weight: nothing is forgotten (specs, noisy_hebbian section 5.5)."""
    return x


MAPS = {
    # f maps both ends of the snap within 2e-14 of the fixed point (specs, section 3.1).
    "tan_sigmoid": ConsolidationMap("tan_sigmoid", tan_sigmoid, 0.02),
    "cubic": ConsolidationMap("cubic", cubic, 1e-6),
    "clip": ConsolidationMap("clip", clip),
}


def consolidation_map(given: str | ConsolidationMap) -> ConsolidationMap:
    """Return a map by its name, or one of the user's own after checking it.

    Raises
    ------
    ValidationError, CheckError
        If there is no map of that name, or it lacks a property that consolidation needs.

    Examples
    --------
    >>> consolidation_map("cubic").one(0.25)
    0.15625
    """
    if isinstance(given, ConsolidationMap):
        raise_all(f"consolidation {given.name!r}", _issues(given))
        return given
    if given not in MAPS:
        raise ValidationError(
            "consolidation", f"no map {given!r}", value=given, limit=suggestion(given, MAPS)
        )
    return MAPS[given]


def _issues(map_: ConsolidationMap) -> list[NeuroError]:
    """Hold f(0)=0, f(1/2)=1/2, f(1)=1, f'(1/2)>=1 and monotony; `clip` is the limit of slope 1."""
    grid = np.linspace(0.0, 1.0, 1001)
    values = map_(grid)
    near = 1e-3
    where = f"consolidation {map_.name!r}"
    middle = 500
    found = [
        (bool(np.isfinite(values).all()), "is not finite everywhere"),
        (abs(values[0]) < near and abs(values[-1] - 1) < near, "does not keep 0 and 1"),
        (abs(values[middle] - HALF) < near, "does not keep 1/2"),
        (bool((np.diff(values) >= 0).all()), "is not increasing"),
        (values[middle + 1] - values[middle - 1] >= 2e-3 * (1 - near), "is not steep at 1/2"),
    ]
    return [
        ValidationError(where, text, limit="f(0)=0, f(1/2)=1/2, f(1)=1, f'(1/2)>1, increasing")
        for holds, text in found
        if not holds
    ]
