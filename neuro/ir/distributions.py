"""Named distributions: a parameter, weight or delay that is drawn once for each neuron or synapse.

They are data; the numbers are drawn by `neuro.passes.expand` from the stream of the object they
belong to.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ValidationError
from neuro.units import to_coherent


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform on ``[low, high)``.

    Parameters
    ----------
    low, high : float, str or quantity
        Bounds, in the unit of the parameter that this distribution is given to.
    """

    low: Any
    high: Any

    def in_unit(self, unit: str, where: str) -> Self:
        """Return the same distribution with its bounds as floats in `unit`."""
        return replace(
            self,
            low=to_coherent(self.low, unit, f"{where}.low"),
            high=to_coherent(self.high, unit, f"{where}.high"),
        )

    def bounds(self) -> tuple[float, float]:
        """Return the smallest and the largest value that can be drawn."""
        return self.low, self.high

    def issues(self, where: str) -> list[NeuroError]:
        """List what is wrong with the distribution itself."""
        issues = _number_issues(self, ("low", "high"), where)
        if issues or (np.isfinite([self.low, self.high]).all() and self.low <= self.high):
            return issues
        if self.low > self.high:
            return [ValidationError(where, f"low {self.low} is above high {self.high}")]
        problem = f"low {self.low}, high {self.high}"
        return [ValidationError(where, problem, limit="Both bounds must be finite")]

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw `size` values."""
        return rng.uniform(self.low, self.high, size)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal, with values beyond ``low`` or ``high`` moved onto that bound.

    Parameters
    ----------
    mean, sd : float, str or quantity
        Moments before clipping, in the unit of the parameter.
    low, high : float, str or quantity, optional
        Bounds; needed where the parameter itself is bounded.
    """

    mean: Any
    sd: Any
    low: Any = -np.inf
    high: Any = np.inf

    def in_unit(self, unit: str, where: str) -> Self:
        """Return the same distribution with its constants as floats in `unit`."""
        names = ("mean", "sd", "low", "high")
        values = {name: to_coherent(getattr(self, name), unit, f"{where}.{name}") for name in names}
        return replace(self, **values)

    def bounds(self) -> tuple[float, float]:
        """Return the smallest and the largest value that can be drawn."""
        if self.sd > 0:
            return self.low, self.high
        certain = float(np.clip(self.mean, self.low, self.high))
        return certain, certain

    def issues(self, where: str) -> list[NeuroError]:
        """List what is wrong with the distribution itself."""
        found = _number_issues(self, ("mean", "sd", "low", "high"), where)
        if found:
            return found
        if not (np.isfinite(self.mean) and np.isfinite(self.sd) and self.sd >= 0):
            found.append(
                ValidationError(
                    where,
                    f"mean {self.mean}, sd {self.sd}",
                    value=(self.mean, self.sd),
                    limit="Both must be finite and the sd not negative",
                )
            )
        if not self.low <= self.high:
            found.append(ValidationError(where, f"low {self.low} is above high {self.high}"))
        return found

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw `size` values."""
        return np.clip(rng.normal(self.mean, self.sd, size), self.low, self.high)


Distribution = Uniform | Normal


def _number_issues(
    distribution: Distribution, names: tuple[str, ...], where: str
) -> list[NeuroError]:
    return [
        ValidationError(where, f"{name} of {type(distribution).__name__} must be one number")
        for name in names
        if not isinstance(getattr(distribution, name), float)
    ]
