"""Laws of the conductance that a formed device takes.

Normal, log-normal for the skewness of measured values, or the measured values themselves, drawn
with replacement. Source: specs, resistive_lsm section 2.
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError

FloatArray = NDArray[np.float64]


class ConductanceLaw(Protocol):
    """How formed conductances are distributed."""

    @property
    def mean(self) -> float:
        """Mean, uS."""

    @property
    def sd(self) -> float:
        """Standard deviation, uS."""

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Draw conductances of an array, uS."""


def _check_moments(where: str, mean: float, sd: float) -> None:
    if not (np.isfinite(mean) and mean > 0 and np.isfinite(sd) and sd >= 0):
        raise ValidationError(
            where,
            f"mean {mean} uS, sd {sd} uS",
            value=(mean, sd),
            limit="A finite mean above zero and a finite sd that is not negative",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalLaw:
    """Normal, cut at zero.

    Parameters
    ----------
    mean, sd : float, uS
        Moments before the cut. 27 and 4.7 uS give the difference of the chip, sd 6.65 uS.
    """

    mean: float = 27.0
    sd: float = 4.7

    def __post_init__(self) -> None:
        """Refuse moments that are none."""
        _check_moments("conductance law", self.mean, self.sd)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Draw conductances of an array, uS."""
        return np.maximum(rng.normal(self.mean, self.sd, shape), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalLaw:
    """Log-normal with given mean and standard deviation.

    Parameters
    ----------
    mean, sd : float, uS
        Moments of the conductance, not of its logarithm. 12.34 and 1.84 uS have skewness 0.45.
    """

    mean: float = 12.34
    sd: float = 1.84

    def __post_init__(self) -> None:
        """Refuse moments that are none."""
        _check_moments("conductance law", self.mean, self.sd)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Draw conductances of an array, uS."""
        variance = np.log1p((self.sd / self.mean) ** 2)
        return rng.lognormal(np.log(self.mean) - variance / 2, np.sqrt(variance), shape)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredLaw:
    """Measured values, drawn with replacement.

    Parameters
    ----------
    values : array, shape (devices,), uS
        Formed devices only.
    """

    values: FloatArray

    def __post_init__(self) -> None:
        """Refuse an empty list and what is no conductance."""
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 1 or not values.size or not np.all(np.isfinite(values) & (values > 0)):
            raise ValidationError(
                "measured conductances",
                f"array of shape {values.shape}",
                limit="A flat list, not empty, of finite values above zero",
            )
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    @property
    def mean(self) -> float:
        """Mean, uS."""
        return float(self.values.mean())

    @property
    def sd(self) -> float:
        """Standard deviation, uS."""
        return float(self.values.std())

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Draw conductances of an array, uS."""
        return rng.choice(self.values, shape)


def measured_conductances() -> FloatArray:
    """Return the formed conductances of a measured 50 x 50 array.

    Returns
    -------
    array, shape (1232,), uS
        From Wang et al., Nat. Mach. Intell. 5 (2023) 104, doi:10.1038/s42256-023-00609-5; shipped
        with its licence (LICENSE-measured).
    """
    with (
        files("neuro.resistive").joinpath("measured.npz").open("rb") as file,
        np.load(file) as data,
    ):
        return np.asarray(data["conductance_usiemens"], dtype=np.float64)
